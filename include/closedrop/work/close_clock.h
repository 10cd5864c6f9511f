/**
 * The current time at Close, from the Date header of its answers. What Close has created is
 * searched for by creation time, and our own clock may be days off. Pure.
 */
#ifndef CLOSEDROP_WORK_CLOSE_CLOCK_H
#define CLOSEDROP_WORK_CLOSE_CLOCK_H

#include <stdint.h>

/** The last answer that gave the time; all zero: none yet. */
struct close_clock {
    int64_t close_ms;  /* the time it gave */
    int64_t steady_ms; /* when it arrived, on our steady clock */
};

/**
 * Record an answer that arrived at `steady_ms`; `close_ms` is the result of answer_close_ms() for
 * it.
 */
void close_clock_take(struct close_clock *clock, int64_t close_ms, int64_t steady_ms);

/**
 * Close's current time, never later than it really is. 0, which sets no lower bound, if it is
 * unknown or differs too much from our own time (`wall_ms`): then one of the two clocks is wrong,
 * and there is no telling which.
 */
int64_t close_clock_now(const struct close_clock *clock, int64_t wall_ms, int64_t steady_ms);

#endif
