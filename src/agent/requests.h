/** Requests from the work thread to the watch thread. */
#ifndef CLOSEDROP_AGENT_REQUESTS_H
#define CLOSEDROP_AGENT_REQUESTS_H

#include "closedrop/work/worker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Settle a file of a folder again. For the worker, with the agent as `context`. */
void request_resettle(void *context, const char *name, const char *path);

/**
 * Scan the whole folder. Returns the number with which its health reports that the scan has ended,
 * or 0 if it cannot be requested now. For the worker, with the agent as `context`.
 */
int64_t request_scan(void *context, const char *name);

/** Give the file process of a folder an order. For the worker, with the agent as `context`. */
bool request_order(void *context, const char *name, enum order order, int64_t number,
    const char *bytes, size_t length);

struct agent;
struct folder;

/**
 * Ask how far a file of a folder has settled. Returns the number of the question, which the answer
 * (agent->progress) has, too; or 0 if nothing can be asked now.
 */
int64_t request_progress(struct agent *agent, const struct folder *folder, const char *path);

#endif
