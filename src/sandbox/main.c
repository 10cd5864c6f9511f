/**
 * closedrop-sandbox: a Close and an S3 bucket on the loopback interface.
 *
 *     options        the command line
 *     sandbox        what both ports share; start, wait for a signal, stop
 *       settings     what can be changed while it runs
 *       ready        tells that it listens
 *     server         a port: requests in, replies out (libmicrohttpd); a thread a connection
 *       reply        an answer as data
 *     api            Close: me, files/upload
 *       pace         its rate limits
 *       ticket       the signed form it gives out
 *       admin        looking on and interfering: ledger, counts, faults, settings
 *     bucket         S3: takes the form
 *       multipart    reads the body as it comes
 *       form         the fields before the file
 *       signature    who signed it, in the old style or the new
 *       policy       what was signed, and whether the form keeps to it
 *       refusal      S3's codes and its XML
 *     fault, effect  requests that shall go wrong: which, and how
 *     ledger         what happened
 */
#include "options.h"
#include "sandbox.h"

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
