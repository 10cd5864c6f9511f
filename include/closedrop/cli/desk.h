/**
 * What the commands share: the configuration, the desk where their questions are asked, and how
 * results are printed.
 */
#ifndef CLOSEDROP_CLI_DESK_H
#define CLOSEDROP_CLI_DESK_H

#include "closedrop/base/exit_codes.h"
#include "closedrop/cli/options.h"
#include "closedrop/config/config.h"
#include "closedrop/config/load.h"
#include "closedrop/control/question.h"

#include <stdbool.h>

struct client;
struct json;

/** Find and load the configuration (config_load()), or print every mistake. NULL: end with
 * EXIT_CONFIG. */
struct config *cli_config(const struct options *options, enum config_places places);

/** Where questions are asked: the agent, or the queue itself where none runs. */
struct desk {
    struct config *config;
    struct client *client;
    bool is_partial; /* the configuration has mistakes: it is not known what is in it */
};

/**
 * Returns EXIT_DONE, or prints why nobody can be asked and returns another exit code. Mistakes in
 * the configuration are printed, and do not keep an agent that runs with an older one from being
 * asked.
 */
int cli_desk_open(const struct options *options, struct desk *ret_desk);

/** Close it, with its configuration. Not needed if it could not be opened. */
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

#endif
