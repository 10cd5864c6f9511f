/** The queue's list, for what is uploaded by hand. */
#ifndef CLOSEDROP_CLI_LISTED_H
#define CLOSEDROP_CLI_LISTED_H

#include "session.h"

struct json;

/**
 * Record an upload (queue/by_hand.h) with the agent, or in the queue if none runs. Returns the
 * job's id; 0 where there is no queue, or where that did not work, which is said once a session.
 */
int64_t listed_put(struct session *session, const struct json *told);

#endif
