/** What the work thread asks of the watch thread. */
#ifndef CLOSEDROP_AGENT_REQUESTS_H
#define CLOSEDROP_AGENT_REQUESTS_H

#include <stdint.h>

/** Settle this file of this folder again. For the worker, whose `context` is the agent. */
void request_resettle(void *context, const char *folder, const char *path);

/**
 * Scan all of this folder. Returns the number by which its health says that this has ended, 0 where
 * it cannot be asked for now. For the worker, whose `context` is the agent.
 */
int64_t request_scan(void *context, const char *folder);

#endif
