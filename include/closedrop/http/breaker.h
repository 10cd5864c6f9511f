/**
 * A circuit breaker: whether a server (Close's API, S3) accepts work at all. While it is closed,
 * work passes; while it is open, nothing does. Pure: the caller passes the times, in ms on the
 * steady clock.
 */
#ifndef CLOSEDROP_HTTP_BREAKER_H
#define CLOSEDROP_HTTP_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum breaker_state {
    BREAKER_CLOSED,   /* work passes */
    BREAKER_ASKING,   /* a probe is in progress or due; no new work until it is answered */
    BREAKER_OPEN,     /* nothing passes; probe again at `ask_at` */
    BREAKER_HALF_OPEN /* the probe was answered; one job goes first, to see if work passes */
};

enum breaker_reason {
    BREAKER_FINE,
    BREAKER_KEY_REFUSED,
    BREAKER_OUTAGE,
    BREAKER_REJECTS /* it answers, but rejects all work */
};

/** The state of one server. Initialise to all zeros: closed. */
struct breaker {
    enum breaker_state state;
    enum breaker_reason reason;
    bool unproven;  /* probed while half open: an answer alone does not close it */
    int tries;      /* probes that failed in a row */
    int64_t ask_at; /* while open */
};

/** Something went wrong that may be the server's fault: probe before anything else. */
void breaker_doubt(struct breaker *breaker);

/**
 * The probe succeeded: close the breaker, or half-open it if it was open or half open.
 * Returns whether it was open.
 */
bool breaker_answered(struct breaker *breaker);

/** Work passed: no need to hold back any longer. */
void breaker_passed(struct breaker *breaker);

/** Whether another job may start while `in_progress` jobs are in progress. */
bool breaker_lets_through(const struct breaker *breaker, size_t in_progress);

/** The probe failed for `reason`: open the breaker until `now + delay`. */
void breaker_trip(struct breaker *breaker, enum breaker_reason reason, int64_t now, int64_t delay);

/** When a probe is due; INT64_MAX: none is. */
int64_t breaker_due_at(const struct breaker *breaker);

/** Let an open breaker probe at once (after a new key or a reload). */
void breaker_ask_now(struct breaker *breaker, int64_t now);

#endif
