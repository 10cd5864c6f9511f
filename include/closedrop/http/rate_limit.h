/**
 * Rate limits as the server tells them, in the headers of each reply. Pure.
 */
#ifndef CLOSEDROP_HTTP_RATE_LIMIT_H
#define CLOSEDROP_HTTP_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * How long a group of endpoints must wait after this reply, 0 where it need not. A 429 waits as
 * told by `RateLimit: limit=, remaining=, reset=` (seconds, may be decimal), else `Retry-After`
 * (seconds or a date), else a second; a 503 as `Retry-After` says; any other reply only where
 * `remaining` is 0. Junk is ignored; what is told is a day at most, and by `Retry-After`, which
 * knows no less, a second at least. NULL: that header did not come. `wall_ms` is the server's time,
 * where that is known.
 */
int64_t rate_limit_wait(
    int status, const char *rate_limit, const char *retry_after, int64_t wall_ms);

/** What a reply says of the requests that its group still has. */
struct allowance {
    int64_t limit;     /* of a whole window; 0: not told */
    int64_t remaining; /* of this one */
    int64_t reset_ms;  /* until it ends */
    int64_t wait_ms;   /* but the reply is a refusal, and nothing goes for so long; 0: it is none */
};

/**
 * The allowance that a reply tells, with the arguments of rate_limit_wait(). False where it tells
 * of none.
 */
bool rate_limit_read(int status, const char *rate_limit, const char *retry_after, int64_t wall_ms,
    struct allowance *ret_allowance);

#endif
