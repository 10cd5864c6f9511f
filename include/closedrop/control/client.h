/**
 * Asking: over the control socket where an agent runs, else from the queue itself.
 */
#ifndef CLOSEDROP_CONTROL_CLIENT_H
#define CLOSEDROP_CONTROL_CLIENT_H

#include "closedrop/config/config.h"
#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

struct client;
struct str;

/**
 * Find out whom to ask. Returns 0, or with the reason added to `why` -ENOENT where no agent answers
 * and there is no queue, -1 where it cannot be opened. Nothing is ever created.
 */
int client_open(const struct config *config, struct client **ret_client, struct str *why);

/** The same of an agent that runs, and of nobody else: 0, or -1 where none answers. */
int client_open_agent(const struct config *config, struct client **ret_client);
void client_close(struct client *client);

/** Ask; the answer's body is the caller's, NULL where none came. */
struct answer client_ask(struct client *client, const struct question *question);

#endif
