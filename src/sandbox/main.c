/**
 * closedrop-sandbox: a Close and an S3 bucket on the loopback interface.
 *
 * The directories depend on each other in this order, and include nothing to their right:
 *
 *     util <- http <- crm, faults, settings <- context <- s3 <- api
 *                                                      <- admin     all of them <- run <- main
 *
 * - options, ready    the command line; tells that both ports listen
 * - run               start, wait for a signal, stop; which port answers what
 * - context, settings what both ports share, and what of it can be changed while it runs
 *
 * - api/      Close: a request's way to the call that it means, and back
 *     - api              its way
 *     - route            which call a path means (pure)
 *     - admission        what a request has to get past: rate, key, body
 *     - call             one call being answered, and all that there are:
 *         - account_calls    me, files/upload; ticket: the signed form it gives out
 *         - oauth_calls      allowing an app, tokens
 *         - lead_calls       leads, contacts, merging, events
 *         - search_calls     data/search; search: does an object answer a query (pure)
 *         - activity_calls   emails, notes, lead files: making, reading
 *         - template_calls   templates: reading, changing
 *     - page             lists in pages, with filters
 * - admin/    looking on and interfering: ledger, counts, faults, settings, leads
 *     - seed             leads and contacts from JSON
 *     - readout          everything that was made
 * - s3/       the bucket takes the form
 *     - bucket           its way
 *     - form             the fields before the file
 *     - signature        who signed it, in the old style or the new (pure)
 *     - policy           what was signed, and whether the form keeps to it (pure)
 *
 * - crm/      Close's memory
 *     - crm              all of it, behind one lock
 *     - leads            leads and contacts, and what the index has seen of them
 *     - uploads          temporary files
 *     - file_url         the keys and URLs of files (pure)
 *     - activity         emails, notes and lead files; lead_files: the list of those of a lead
 *     - activity_kinds   what they are called, and what their bodies may have, by tables (pure)
 *     - schema           holds a body against a table of fields (pure)
 *     - lead_json        leads and contacts, as they are answered (pure); custom_fields: those that
 *                        can be set, and what each takes (pure)
 *     - activity_json    activities, likewise (pure)
 *     - history, cursor  events and merges; where a search's next page begins
 *     - account          whose account it is; logins: codes and tokens of OAuth
 *     - ledger           what happened
 * - faults/   fault and effect (requests that shall go wrong: which, and how), deferred (what is
 *             done when nobody waits for it any more)
 *
 * - http/     server (the door to libmicrohttpd: requests in, replies out, a thread a connection),
 *             reply (an answer as data), refusal (one in S3's XML), endpoint, pace (rate limits),
 *             multipart (reads a form's body as it comes)
 * - util/     rows and lookup (a list, a hash table), pick (parts of JSON), stamp (date-times),
 *             token (random ids), percent, fields (of a form), xml, text_match (texts by their
 *             words), file
 */
#include "options.h"
#include "run.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    struct options options;
    switch (options_read(argc, argv, &options)) {
    case OPTIONS_RUN:
        return sandbox_run(&options);
    case OPTIONS_DONE:
        return EXIT_SUCCESS;
    default:
        return 2;
    }
}
