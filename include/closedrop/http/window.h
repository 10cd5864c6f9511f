/**
 * How many requests of one group may be in flight, so that a rate limit is used to its last request
 * and not exceeded. A server counts requests in windows of time; each answer says how many are left
 * in the current window, and when it ends. Other clients share the same windows.
 *
 * Pure: the caller passes the times, in ms on the steady clock. Report every request with
 * window_take(), and then with either window_answered() or window_lost().
 */
#ifndef CLOSEDROP_HTTP_WINDOW_H
#define CLOSEDROP_HTTP_WINDOW_H

#include "closedrop/http/rate_limit.h"

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_NO_LIMIT INT64_MAX

/** Initialise to all zeros or, if no limit is expected, with `limit` WINDOW_NO_LIMIT. */
struct window {
    int64_t limit;      /* of a whole window; 0: unknown; WINDOW_NO_LIMIT: there seems to be none */
    int64_t remaining;  /* of the current window; requests in flight still count against it */
    int64_t min_end;    /* the window ends between these two ... */
    int64_t max_end;    /* ... and after this nothing is known */
    int64_t told_ms;    /* when `remaining` was reported */
    int64_t shut_until; /* after a refusal: send nothing before, whatever else was reported */
    int64_t took_ms;    /* when the latest request was sent */
    int64_t in_flight;
    int64_t fresh;     /* of these, sent after `told_ms`, and so not counted in `remaining` */
    int64_t seen_from; /* what remained when we started to count our own requests ... */
    int64_t answered;  /* ... and our own since; others have used the difference */
};

/**
 * When the next request may be sent: `now`, or a later time unless an answer allows it earlier.
 * Requests in flight may or may not be counted in `remaining`; they are assumed not to be. For each
 * of them, room is reserved for as many requests of other clients as those have sent per request of
 * ours in this window. For a single one, at most 4 % of our own share is reserved, so that the
 * window is used to its end.
 *
 * When a window has ended, nothing is known about the new one. A sixteenth of the limit is sent
 * first, often just one request, and another one if the answer takes longer than a second.
 */
int64_t window_opens_at(const struct window *window, int64_t now);

/** Until when nothing may be sent because the server refused, or has nothing left for us; or 0. */
int64_t window_shut_until(const struct window *window, int64_t now);

/** A request is sent. */
void window_take(struct window *window, int64_t now);

/**
 * The request sent at `began` is answered. `told` is what the answer says (rate_limit_read());
 * NULL: nothing, which means no limit if nothing else is known. Answers can come in any order.
 */
void window_answered(
    struct window *window, int64_t began, int64_t now, const struct allowance *told);

/** A request ended without an answer. It counts if it was sent. */
void window_lost(struct window *window, bool was_sent);

/** Send nothing before `until`, whatever was reported. */
void window_shut(struct window *window, int64_t until);

/** Forget everything that was reported. */
void window_forget(struct window *window);

#endif
