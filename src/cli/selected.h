/** Which jobs the options of a command mean: the same for list, report, retry and forget. */
#ifndef CLOSEDROP_CLI_SELECTED_H
#define CLOSEDROP_CLI_SELECTED_H

#include "closedrop/cli/desk.h"
#include "closedrop/control/question.h"

struct json;
struct options;

/**
 * Set in a question what the options select, and open the desk to ask it. Returns EXIT_DONE; or
 * prints what is wrong and returns another exit status, and the desk is closed.
 */
int selected_open(const struct options *options, struct question *question, struct desk *ret_desk);

/**
 * Ask for the jobs that a question selects, page by page, up to `limit` (0: all), and hand over
 * each. Returns an exit status; what went wrong has been printed.
 */
int selected_each(const struct desk *desk, struct question *question, int limit,
    void (*each)(void *context, const struct json *job), void *context);

#endif
