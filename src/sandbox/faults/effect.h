/**
 * Fault rules carried out on a request and its answer. Everything here takes NULL for no fault.
 *
 * A request goes through three steps, and each asks here once:
 *
 *     effect_before()    what comes first: a delay, a reset, a hang
 *     effect_act()       whether it acts at all, now, or later by itself
 *     effect_after()     what the client gets of it
 *
 * So whatever the rule, a request acts at most once.
 */
#ifndef CLOSEDROP_SANDBOX_FAULTS_EFFECT_H
#define CLOSEDROP_SANDBOX_FAULTS_EFFECT_H

#include "faults/fault.h"

struct reply;
struct request;

/** The kind of a fault, FAULT_NONE for NULL. */
enum fault_kind effect_kind(const struct fault *fault);

/**
 * What comes before the request is acted on: delay, reset, hang. Blocks this connection's thread.
 * Returns 0 to continue, or -ECONNABORTED if the connection must be closed.
 */
int effect_before(const struct fault *fault, struct request *request);

enum effect_act {
    EFFECT_ACT,
    EFFECT_ACT_DEFERRED, /* after the rule's `late_ms`, whatever the client has done since */
    EFFECT_ACT_NEVER
};

/** Whether it acts, now, later or never. Decides only. */
enum effect_act effect_act(const struct fault *fault);

/**
 * Make the answer that the client gets: the rule's own, the given one spoiled, or none. May block
 * until the client goes. Returns 0, or -ECONNABORTED where the connection is to be closed.
 */
int effect_after(const struct fault *fault, const struct request *request, struct reply *reply);

#endif
