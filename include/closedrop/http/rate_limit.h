/**
 * The rate limits that a server announces in the headers of each reply. Pure.
 */
#ifndef CLOSEDROP_HTTP_RATE_LIMIT_H
#define CLOSEDROP_HTTP_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * How many ms a group of endpoints must wait after this reply; 0: it need not. After a 429, as long
 * as `RateLimit: limit=, remaining=, reset=` says (seconds, can be decimal); without it, as long as
 * `Retry-After` says (seconds or a date); without either, one second. After a 503, as long as
 * `Retry-After` says. After any other reply, only if `remaining` is 0. Ignores junk. The result is
 * at most a day, and with `Retry-After`, which has no fractions, at least a second. NULL for a
 * header that the reply does not have. `wall_ms` is the server's time, if known.
 */
int64_t rate_limit_wait(
    int status, const char *rate_limit, const char *retry_after, int64_t wall_ms);

/** What a reply says about the requests that its group has left. */
struct allowance {
    int64_t limit;     /* of a whole window; 0: unknown */
    int64_t remaining; /* of the current window */
    int64_t reset_ms;  /* until the current window ends */
    int64_t wait_ms;   /* the reply is a refusal: send nothing for this long; 0: it is not */
};

/**
 * Read the allowance from a reply, with the arguments of rate_limit_wait(). False if it contains
 * none.
 */
bool rate_limit_read(int status, const char *rate_limit, const char *retry_after, int64_t wall_ms,
    struct allowance *ret_allowance);

#endif
