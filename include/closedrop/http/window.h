/**
 * How many requests of one group may be under way, so that a rate limit is used to its last request
 * and no further. A server counts requests in windows; each answer says how many of the window are
 * left, and when it ends. Other clients use up the same windows.
 *
 * Pure: values in, values out; times are the caller's, on the steady clock, in ms. Every request
 * that goes is taken, and then either answered or lost.
 */
#ifndef CLOSEDROP_HTTP_WINDOW_H
#define CLOSEDROP_HTTP_WINDOW_H

#include "closedrop/http/rate_limit.h"

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_NO_LIMIT INT64_MAX

/** Begin with all zero, or where no limit is expected with WINDOW_NO_LIMIT. */
struct window {
    int64_t limit; /* of a whole window, 0: not known; WINDOW_NO_LIMIT: there seems to be none */
    int64_t remaining;  /* of this window, where all that is in flight still counts */
    int64_t ends_least; /* it ends between these two ... */
    int64_t ends_most;  /* ... and from here on nothing is known */
    int64_t told_ms;    /* when `remaining` was told */
    int64_t shut_until; /* by a refusal: nothing goes before, whatever else was told */
    int64_t took_ms;    /* when the latest request went */
    int64_t in_flight;
    int64_t fresh;     /* of these: went since, and so are not counted in `remaining` */
    int64_t seen_from; /* what remained when we began to count our own in it ... */
    int64_t answered;  /* ... and these are ours since: what else is gone, others have used */
};

/**
 * When the next request may go: `now`; or a later time, unless an answer allows it before. What is
 * in flight may or may not be counted in `remaining`: it is taken as not counted, and for each of
 * them as many as others have used for one of ours in this window. One alone leaves only a little
 * to others, 4 % of our own share at most, so that a window is used to its end.
 *
 * Where the window is over, the new one is not known. A sixteenth of the limit goes then, often one
 * request alone; if its answer takes longer than a second, another one.
 */
int64_t window_opens_at(const struct window *window, int64_t now);

/** Until when nothing goes: the server has refused, or has nothing left for us. 0: it has. */
int64_t window_shut_until(const struct window *window, int64_t now);

/** One more request goes. */
void window_take(struct window *window, int64_t now);

/**
 * One that went at `began` is answered. `told`: what the answer says (rate_limit_read()), NULL for
 * nothing: where nothing else is known there is no limit then. Answers may come in any order.
 */
void window_answered(
    struct window *window, int64_t began, int64_t now, const struct allowance *told);

/** One has ended without an answer; it counts where it was sent. */
void window_lost(struct window *window, bool was_sent);

/** Nothing goes until then, whatever was told. */
void window_shut(struct window *window, int64_t until);

/** What was told counts no more. */
void window_forget(struct window *window);

#endif
