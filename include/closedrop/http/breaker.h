/**
 * A circuit breaker: whether one place (Close's API, S3) takes work at all. Open means here that
 * work goes through. Pure: times are the caller's, on the steady clock, in ms.
 */
#ifndef CLOSEDROP_HTTP_BREAKER_H
#define CLOSEDROP_HTTP_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gate_state {
    GATE_OPEN,   /* go on */
    GATE_ASKING, /* one cheap question is under way (or due); nothing new until it is answered */
    GATE_CLOSED, /* nothing goes through; ask again at `ask_at` */
    GATE_TRYING  /* the question was answered: one job goes first, to see whether work is, too */
};

enum gate_reason {
    GATE_FINE,
    GATE_KEY_REFUSED,
    GATE_OUTAGE,
    GATE_REJECTS /* it answers, and takes nobody's work */
};

/** Whether one place (Close's API, S3) takes work. Begin with all zero: open. */
struct gate {
    enum gate_state state;
    enum gate_reason reason;
    bool unproven;  /* asked while trying: an answer alone does not open it */
    int tries;      /* questions that failed in a row */
    int64_t ask_at; /* while closed */
};

/** Something went wrong that may be the place's fault: ask before anything else. */
void gate_doubt(struct gate *gate);

/**
 * The question was answered well: open again, or after an outage first for one job alone. Returns
 * whether the gate was closed before.
 */
bool gate_answered(struct gate *gate);

/** Work got through: no need to go on trying. */
void gate_passed(struct gate *gate);

/** Whether another job may go, with `in_hand` of them under way. */
bool gate_lets_through(const struct gate *gate, size_t in_hand);

/** The question failed for `reason`: closed until `now + delay`. */
void gate_refused(struct gate *gate, enum gate_reason reason, int64_t now, int64_t delay);

/** When a question is due; INT64_MAX where there is none. */
int64_t gate_due_at(const struct gate *gate);

/** A closed gate asks again at once (the key changed, a reload). */
void gate_ask_now(struct gate *gate, int64_t now);

#endif
