/** closedrop run: the agent, in the foreground. */
#include "closedrop/agent/agent.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/cli/cli.h"
#include "closedrop/config/locate.h"

#include <stdio.h>

static int run(const struct options *options)
{
    CLEANUP(free_text) char *file = config_locate(options->config_file);
    if (file)
        return agent_run(file, options->once);
    fputs("closedrop: out of memory; nothing was started\n", stderr);
    return EXIT_NOT_DONE;
}

const struct command command_run = {
    .name = "run",
    .allowed = "c1",
    .arguments = "",
    .summary = "run the agent in the foreground: watch the folders and upload",
    .help = "Watches the configured folders and uploads every finished file until it is stopped.\n"
            "SIGTERM ends it within 30 seconds, SIGHUP reloads the configuration. With --once it\n"
            "exits when everything there is done: 0 on success, 1 if something failed or still\n"
            "waits, 77 if Close refused the key.",
    .run = run,
};
