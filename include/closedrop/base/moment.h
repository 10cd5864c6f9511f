/**
 * Times as people write and read them, in the local time zone (TZ, tzset(3)): what --since and
 * --until take, and what is printed. Pure, but for the time zone.
 */
#ifndef CLOSEDROP_BASE_MOMENT_H
#define CLOSEDROP_BASE_MOMENT_H

#include <stdint.h>

/** From a moment up to another, not including that, in ms of the wall clock. */
struct moment {
    int64_t from_ms;
    int64_t to_ms; /* for a point in time the same as `from_ms` */
};

/** What moment_read() takes, for a message about something else. */
extern const char moment_forms[];

/**
 * Read a time. A day is all of it: "2026-11-27", "today", "yesterday", "monday" (the last one, or
 * today). Everything else is a point in time: "2026-11-27 14:00" (also with seconds, and with "T"),
 * "14:00" (today), RFC 3339, and "7d" or another duration, before `now_ms`.
 *
 * A local time that is there twice, because the clocks were set back, begins with the first and
 * ends with the second. One that the clocks skip is moved behind the gap.
 *
 * Returns 0, or -EINVAL if it is none of these.
 */
int moment_read(const char *text, int64_t now_ms, struct moment *ret_moment);

/** The local day that was `ago` days before the one of `now_ms`. */
struct moment moment_day(int64_t now_ms, int ago);

/** Buffer size for moment_print(), in bytes with the NUL. */
#define MOMENT_TEXT 64

/** Formats for moment_print(). */
#define MOMENT_DATE "%Y-%m-%d"
#define MOMENT_TO_THE_MINUTE "%Y-%m-%d %H:%M"
#define MOMENT_TO_THE_SECOND "%Y-%m-%d %H:%M:%S"
#define MOMENT_DAY "%-d %B %Y" /* for sentences */
#define MOMENT_WITH_ZONE MOMENT_DAY ", %H:%M %Z"

/** Write a time as local time into `text`, in a format of strftime(3); returns `text`. */
char *moment_print(int64_t wall_ms, const char *format, char text[MOMENT_TEXT]);

#endif
