/**
 * Fault rules carried out on a request and its answer. Everything here takes NULL for no fault.
 */
#ifndef CLOSEDROP_SANDBOX_EFFECT_H
#define CLOSEDROP_SANDBOX_EFFECT_H

#include "fault.h"

#include <stdbool.h>

struct reply;
struct request;

/** The kind of a fault, FAULT_NONE for NULL. */
enum fault_kind effect_kind(const struct fault *fault);

/**
 * What comes before the request is acted on: delay, reset, hang. Blocks this connection's thread.
 * Returns 0 to go on, or -ECONNABORTED where the connection is to be closed.
 */
int effect_before(const struct fault *fault, struct request *request);

/** Answer in place of acting; false where the rule has no such answer. */
bool effect_instead(const struct fault *fault, struct reply *reply);

/** Spoil the answer of a request that was acted on. */
void effect_after(const struct fault *fault, struct reply *reply);

#endif
