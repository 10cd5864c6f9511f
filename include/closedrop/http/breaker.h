/**
 * A circuit breaker: whether one place (Close's API, S3) takes work at all. Closed, work goes
 * through; open, nothing does. Pure: times are the caller's, on the steady clock, in ms.
 */
#ifndef CLOSEDROP_HTTP_BREAKER_H
#define CLOSEDROP_HTTP_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum breaker_state {
    BREAKER_CLOSED, /* go on */
    BREAKER_ASKING, /* one cheap question is under way (or due); nothing new until it is answered */
    BREAKER_OPEN,   /* nothing goes through; ask again at `ask_at` */
    BREAKER_HALF_OPEN /* the question was answered: one job goes first, to see whether work is, too
                       */
};

enum breaker_reason {
    BREAKER_FINE,
    BREAKER_KEY_REFUSED,
    BREAKER_OUTAGE,
    BREAKER_REJECTS /* it answers, and takes nobody's work */
};

/** Whether one place (Close's API, S3) takes work. Begin with all zero: closed. */
struct breaker {
    enum breaker_state state;
    enum breaker_reason reason;
    bool unproven;  /* asked while trying: an answer alone does not close it */
    int tries;      /* questions that failed in a row */
    int64_t ask_at; /* while open */
};

/** Something went wrong that may be the place's fault: ask before anything else. */
void breaker_doubt(struct breaker *breaker);

/**
 * The question was answered well: closed again, or after an outage first for one job alone. Returns
 * whether it was open before.
 */
bool breaker_answered(struct breaker *breaker);

/** Work got through: no need to go on trying. */
void breaker_passed(struct breaker *breaker);

/** Whether another job may go, with `under_way` of them under way. */
bool breaker_lets_through(const struct breaker *breaker, size_t under_way);

/** The question failed for `reason`: open until `now + delay`. */
void breaker_trip(struct breaker *breaker, enum breaker_reason reason, int64_t now, int64_t delay);

/** When a question is due; INT64_MAX where there is none. */
int64_t breaker_due_at(const struct breaker *breaker);

/** An open breaker asks again at once (the key changed, a reload). */
void breaker_ask_now(struct breaker *breaker, int64_t now);

#endif
