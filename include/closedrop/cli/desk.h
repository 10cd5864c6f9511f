/**
 * What the commands share: the configuration, the desk where they ask their questions, and the
 * output of results.
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
struct str;

/**
 * Find and load the configuration (config_load()), or print every error in it. NULL: exit with
 * EXIT_CONFIG.
 */
struct config *cli_config(const struct options *options, enum config_compare compare);

/** Where questions are asked: the agent, or the queue itself if no agent is running. */
struct desk {
    struct config *config;
    struct client *client;
};

/**
 * Returns EXIT_DONE, and says so if no agent is running; or prints why nothing can be asked and
 * returns another exit status. Errors in the configuration are printed, but questions that need
 * nothing of it except where the agent and the queue are can still be asked.
 */
int cli_desk_open(const struct options *options, struct desk *ret_desk);

/** The same, but adds to `messages`, in lines, what that prints, except that no agent is running.
 */
int cli_desk_find(const struct options *options, struct desk *ret_desk, struct str *messages);

/** Close the desk and release its configuration. Not needed if opening it failed. */
void cli_desk_close(struct desk *desk);

/**
 * Ask one question. The caller frees the answer; NULL: there is none, and the reason has been
 * printed.
 */
struct json *cli_ask(const struct desk *desk, const struct question *question);

/** The same, but adds the reason to `messages`, as a line. */
struct json *cli_ask_for(
    const struct desk *desk, const struct question *question, struct str *messages);

/** Parse a job ID from an argument; if it is not valid, prints an error and returns false. */
bool cli_job_id(const char *text, int64_t *ret_id);

/** Print a value as one line of JSON. */
void cli_print_json(const struct json *value);

/** Print a text for people to read: characters that would disturb the line are escaped. */
void cli_print_text(const char *text);

/** Whether standard output is a terminal, and colours are wanted. */
bool cli_has_colours(void);

#endif
