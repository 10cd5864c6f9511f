/** Asks questions: over the control socket if an agent is running, else of the queue itself. */
#ifndef CLOSEDROP_CONTROL_CLIENT_H
#define CLOSEDROP_CONTROL_CLIENT_H

#include "closedrop/config/config.h"
#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

#include <stdbool.h>
#include <stdint.h>

struct client;
struct str;

/**
 * Connect to the agent, or open the queue. Returns 0; or, with the reason added to `why`, -ENOENT
 * if no agent answers and there is no queue, and -1 if the queue cannot be opened. Never creates
 * anything.
 */
int client_open(const struct config *config, struct client **ret_client, struct str *why);

/** Connect to a running agent only. Returns 0, or -1 if none answers. */
int client_open_agent(const struct config *config, struct client **ret_client);
void client_close(struct client *client);

/**
 * Whether there is no agent; if so, when the last one started and stopped (queue_started_ms()).
 */
bool client_is_without_agent(
    struct client *client, int64_t *ret_started_ms, int64_t *ret_stopped_ms);

/** If no agent is running, check the queue as queue_check() does; an agent has done so. */
int client_check_queue(struct client *client, struct str *why);

/**
 * If no agent is running, give the disk the room that forgotten jobs have left (queue_shrink()); an
 * agent does so itself. Returns 0 or a negative errno.
 */
int client_shrink_queue(struct client *client, int64_t *ret_bytes);

/** Ask. The caller frees the answer's body, which is NULL if there was no answer. */
struct answer client_ask(struct client *client, const struct question *question);

#endif
