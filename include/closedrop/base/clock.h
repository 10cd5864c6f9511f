/**
 * The time, through one pointer that tests can replace to control the clock.
 *
 * Use wall time for what people and servers see and for what must survive a restart. Measure
 * intervals within the process on the steady clock, which nobody can set and which continues while
 * the machine is suspended (CLOCK_BOOTTIME).
 */
#ifndef CLOSEDROP_BASE_CLOCK_H
#define CLOSEDROP_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock_source {
    int64_t (*wall_ms)(void);   /* since 1970-01-01T00:00:00Z */
    int64_t (*steady_ms)(void); /* since some moment before the program began */
};

/** The source in use: the machine's clocks, unless a test replaced it. Not safe to replace while
 * other threads run. */
extern const struct clock_source *clock_source;

/** The time of day since 1970, which may be set at any time; and one that only goes forward. */
int64_t clock_wall_ms(void);
int64_t clock_steady_ms(void);

/** The earlier of two moments, or of two waits; INT64_MAX means never. */
static inline int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/** The later of them. */
static inline int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/** How far the wall clock is ahead of the steady clock; changes only if the wall clock is set. */
int64_t clock_lead_ms(void);

/** A number that changes at each boot (proc(5), boot_id). While it stays the same, values of the
 * steady clock are comparable. 0 if it cannot be read. */
int64_t clock_boot(void);

/** Buffer size for clock_rfc3339(), in bytes with the NUL. */
#define CLOCK_TEXT 32

/** Write `wall_ms` as "2026-11-22T10:00:00.000Z" into `text`; returns `text`. */
char *clock_rfc3339(int64_t wall_ms, char text[CLOCK_TEXT]);

#endif
