/**
 * The command line: one file for each command, and one table row for each.
 */
#ifndef CLOSEDROP_CLI_CLI_H
#define CLOSEDROP_CLI_CLI_H

#include "closedrop/base/exit_codes.h"
#include "closedrop/cli/desk.h"
#include "closedrop/cli/options.h"

/** A command: its row contains everything that --help and the parser need. */
struct command {
    const char *name;
    const char *allowed;   /* option letters: c config, j json, o online, 1 once, a all, w watch, s
                              state, f folder, n limit, r rule (to file by), l lead, t contact, g
                              again, R rule (of a job), k code, A everything waiting, y yes, H held */
    int least, most;       /* number of arguments; most -1: any number; none together with `a` or an
                              option that narrows it down */
    const char *arguments; /* for the usage line */
    const char *summary;
    const char *help;
    int (*run)(const struct options *options);
};

extern const struct command command_run, command_check, command_match, command_upload,
    command_status, command_list, command_show, command_retry, command_forget, command_release,
    command_recall, command_pause, command_resume;

/** Run the command that argv names. Returns the exit status. */
int cli_main(int argc, char **argv);

#endif
