/**
 * What a command is: its name, options, arguments and help.
 */
#ifndef CLOSEDROP_CLI_COMMAND_H
#define CLOSEDROP_CLI_COMMAND_H

#include "closedrop/base/exit_codes.h"
#include "closedrop/cli/desk.h"
#include "closedrop/cli/options.h"

/** What a value on the command line names: it is what completions in a shell offer for it. */
enum value_kind {
    VALUE_NONE, /* an option without a value; a command without arguments, or with job IDs */
    VALUE_TEXT, /* anything */
    VALUE_FILE,
    VALUE_STATE,
    VALUE_CODE,
    VALUE_FOLDER, /* of the configuration, as VALUE_RULE */
    VALUE_RULE,
    VALUE_SHELL,
    VALUE_KINDS,
};

/** A command: its row contains everything that --help, the parser and completions need. */
struct command {
    const char *name;
    const char *allowed;   /* option letters: c config, j json, o online, 1 once, a all, w watch, s
                              state, f folder, F folder to match as, n limit, r rule (to file by), l
                              lead, t contact, g again, R rule (of a job), k code, A everything
                              waiting, y yes, H held, L lead (of a job), S since, U until, m match, E
                              all that ended, v csv, Y yes (do not ask), d dry-run */
    int least, most;       /* number of arguments; most -1: any number; none together with `a` or an
                              option that narrows it down */
    const char *arguments; /* for the usage line */
    enum value_kind values; /* what the arguments are */
    const char *summary;
    const char *help;
    int (*run)(const struct options *options);
};

extern const struct command command_run, command_check, command_doctor, command_explain,
    command_match, command_upload, command_status, command_list, command_show, command_report,
    command_retry, command_forget, command_release, command_recall, command_pause, command_resume,
    command_prune, command_login, command_logout, command_page;

#endif
