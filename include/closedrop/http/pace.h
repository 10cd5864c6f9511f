/**
 * When to ask: rate limits as the server tells them, and whether a place can be asked at all.
 * Pure: values in, values out; times are the caller's, on the steady clock, in ms.
 */
#ifndef CLOSEDROP_HTTP_PACE_H
#define CLOSEDROP_HTTP_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * How long a group of endpoints must wait after this reply, 0 where it need not. A 429 waits as
 * told by `RateLimit: limit=, remaining=, reset=` (seconds, may be decimal), else `Retry-After`
 * (seconds or a date), else a second; a 503 as `Retry-After` says; any other reply only where
 * `remaining` is 0. Junk is ignored; what is told is a day at most, and by `Retry-After`, which
 * knows no less, a second at least. NULL: that header did not come. `wall_ms` is the server's time,
 * where that is known.
 */
int64_t pace_wait(int status, const char *rate_limit, const char *retry_after, int64_t wall_ms);

/** What a reply says of the requests that its group still has. */
struct allowance {
    int64_t limit;     /* of a whole window; 0: not told */
    int64_t remaining; /* of this one */
    int64_t reset_ms;  /* until it ends */
    int64_t wait_ms;   /* but the reply is a refusal, and nothing goes for so long; 0: it is none */
};

/**
 * The allowance that a reply tells, with the arguments of pace_wait(). False where it tells of
 * none.
 */
bool pace_read(int status, const char *rate_limit, const char *retry_after, int64_t wall_ms,
    struct allowance *ret_allowance);

/** How a transfer goes; times on the steady clock. */
struct progress {
    int64_t started_ms;
    int64_t moved_ms; /* the last time any byte of a body went or came */
    int64_t bytes;    /* of bodies, both ways, so far */
};

/** Bytes a second: a transfer that is slower on the whole is one that somebody drips. */
#define PACE_LEAST_RATE 100

/**
 * When a transfer has to be given up: `timeout_ms` after its last progress, or when it has taken
 * more than `timeout_ms` and the time that its bytes need at PACE_LEAST_RATE.
 */
int64_t pace_deadline(const struct progress *progress, int64_t timeout_ms);

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
