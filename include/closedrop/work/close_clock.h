/**
 * What time it is at Close, told by the Date of its answers. What it has created is looked for by
 * its time, and ours may be days off. Pure.
 */
#ifndef CLOSEDROP_WORK_CLOSE_CLOCK_H
#define CLOSEDROP_WORK_CLOSE_CLOCK_H

#include <stdint.h>

/** The last answer that told the time; all zero: none did yet. */
struct close_clock {
    int64_t close_ms;  /* what it told */
    int64_t steady_ms; /* when it came, on our steady clock */
};

/** An answer came at `steady_ms`; `close_ms` is answer_close_ms() of it. */
void close_clock_take(struct close_clock *clock, int64_t close_ms, int64_t steady_ms);

/**
 * Close's time now, no later than it really is; 0, which is no bound at all, where it is not known
 * or too far from our own (`wall_ms`): then one of the two is wrong, and nobody knows which.
 */
int64_t close_clock_now(const struct close_clock *clock, int64_t wall_ms, int64_t steady_ms);

#endif
