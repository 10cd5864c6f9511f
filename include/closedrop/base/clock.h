/**
 * The time, by one pointer: tests put their own source there and own the clock.
 *
 * Wall time is for what people and servers see and for what is kept over a restart; intervals
 * inside the process are measured on the steady clock, which no administrator can set and which
 * goes on while the machine is suspended (CLOCK_BOOTTIME).
 */
#ifndef CLOSEDROP_BASE_CLOCK_H
#define CLOSEDROP_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock_source {
    int64_t (*wall_ms)(void);   /* since 1970-01-01T00:00:00Z */
    int64_t (*steady_ms)(void); /* since some moment before the program began */
};

/** The source in use; the machine's clocks unless a test changed it. Not for other threads' use. */
extern const struct clock_source *clock_source;

int64_t clock_wall_ms(void);
int64_t clock_steady_ms(void);

/** How far the wall clock is ahead of the steady one: it changes when the wall clock is set. */
int64_t clock_lead_ms(void);

/** A number that is another one whenever the machine has booted (proc(5), boot_id): as long as it
 * is the same, so is the steady clock. 0 where it cannot be read. */
int64_t clock_boot(void);

/** Room for clock_rfc3339(). */
#define CLOCK_TEXT 32

/** `wall_ms` as "2026-11-22T10:00:00.000Z" into `text` (CLOCK_TEXT bytes); returns `text`. */
char *clock_rfc3339(int64_t wall_ms, char text[CLOCK_TEXT]);

#endif
