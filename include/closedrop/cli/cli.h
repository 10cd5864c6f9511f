/**
 * The command line: one file a command, one row of a table each.
 */
#ifndef CLOSEDROP_CLI_CLI_H
#define CLOSEDROP_CLI_CLI_H

#include "closedrop/base/exit_codes.h"
#include "closedrop/config/config.h"
#include "closedrop/control/question.h"

#include <stdbool.h>

struct client;
struct json;

/** What every command may be given; a command allows some of it (see struct command). */
struct options {
    const char *config_file; /* -c */
    bool json;
    bool online;
    bool once;
    bool all;
    bool again;
    bool yes;
    bool held;
    bool watch;
    const char *state;
    const char *folder;
    const char *rule;
    const char *code;
    const char *lead;
    const char *contact;
    int limit; /* 0: all */
    char **arguments;
    int count;
};

/** A command: its row holds all that --help and the parser need. */
struct command {
    const char *name;
    const char *allowed; /* option letters: c config, j json, o online, 1 once, a all, w watch,
                            s state, f folder, n limit, r rule (to file by), l lead, t contact, g
                            again, R rule (of a job), k code, A all that waits, y yes, H held */
    int least, most;     /* arguments; most -1 for any number; none beside a, or what narrows it */
    const char *arguments; /* for the usage line */
    const char *summary;
    const char *help;
    int (*run)(const struct options *options);
};

extern const struct command command_run, command_check, command_match, command_upload,
    command_status, command_list, command_show, command_retry, command_forget, command_release,
    command_recall, command_pause, command_resume;

/** Find and load the configuration (config_load()), or print every mistake. NULL: end with
 * EXIT_CONFIG. */
struct config *cli_config(const struct options *options, enum config_places places);

/** Where questions are asked: the agent, or the queue itself where none runs. */
struct desk {
    struct config *config;
    struct client *client;
};

/** Returns EXIT_DONE, or prints why nobody can be asked and returns another exit code. */
int cli_desk_open(const struct options *options, struct desk *ret_desk);
void cli_desk_close(struct desk *desk);

/** Ask one question; the answer is the caller's, NULL where it was printed why there is none. */
struct json *cli_ask(const struct desk *desk, const struct question *question);

/** Read a job's id from an argument; prints what is wrong and returns false where it is none. */
bool cli_job_id(const char *text, int64_t *ret_id);

/** Print a value as one line of JSON. */
void cli_print_json(const struct json *value);

/** Print a text for a person: what would disturb the line is escaped. */
void cli_print_text(const char *text);

/** Whether standard output is a terminal that wants colours. */
bool cli_has_colours(void);

/** argv to a command. */
int cli_main(int argc, char **argv);

#endif
