/** The difference between Close's clock and ours, as the last answer had it. */
#include "closedrop/work/close_clock.h"

#include <stdbool.h>

/** So far apart are clocks that nobody has set. */
#define APART_MAX_MS (10LL * 60 * 1000)

void close_clock_take(struct close_clock *clock, int64_t close_ms, int64_t steady_ms)
{
    if (close_ms)
        *clock = (struct close_clock){close_ms, steady_ms};
}

int64_t close_clock_now(const struct close_clock *clock, int64_t wall_ms, int64_t steady_ms)
{
    int64_t now = clock->close_ms + (steady_ms - clock->steady_ms);
    bool agrees = now - wall_ms <= APART_MAX_MS && wall_ms - now <= APART_MAX_MS;
    return clock->close_ms && agrees ? now : 0;
}
