/**
 * closedrop-sandbox: a Close and an S3 bucket on the loopback interface.
 *
 *     options        the command line
 *     run            start, wait for a signal, stop; which port answers what
 *       settings     what can be changed while it runs
 *       ready        tells that it listens
 *       file         reads a small file
 *     server         a port: requests in, replies out (libmicrohttpd); a thread a connection
 *       reply        an answer as data
 *     api            Close: a request's way to the call that it means, and back
 *       route        which call a path means (pure)
 *       gate, pace   what a request has to get past: rate, key, body
 *       call         one call being answered, and all that there are:
 *         account_calls    me, files/upload
 *           ticket         the signed form it gives out
 *         lead_calls       leads, contacts, merging, events
 *           card           how leads and contacts look
 *         search_calls     data/search
 *           search, words  does an object answer a query (pure)
 *           cursor         where the next page begins
 *         activity_calls   emails, notes, lead files: making, reading
 *           carrier        what their bodies may have, by tables (pure)
 *           document       how they look
 *       schema       holds a body against a table of fields (pure)
 *       page         lists in pages, with filters
 *     admin          looking on and interfering: ledger, counts, faults, settings, leads
 *       seed         leads and contacts from JSON
 *       readout      everything that was made
 *     crm            Close's memory, behind one lock
 *       world        leads and contacts, and what the index has seen of them
 *       uploads      temporary files
 *       activity     emails, notes and lead files
 *       history      events and merges
 *     context        what both ports share
 *     bucket         S3: takes the form
 *       multipart    reads the body as it comes
 *       form         the fields before the file
 *       signature    who signed it, in the old style or the new
 *       policy       what was signed, and whether the form keeps to it
 *       refusal      S3's codes and its XML
 *     fault, effect  requests that shall go wrong: which, and how
 *     late           what is done when nobody waits for it any more
 *     ledger         what happened
 *     place, stamp, token, account, lookup, rows, pick, percent, xml: what these stand on
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
