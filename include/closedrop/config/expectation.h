/**
 * Times of the week, as `expect` and `alert.digest` name them: "workdays 10:00", "daily 08:30",
 * "mon,thu 17:00". Pure, but for the local time zone (TZ, tzset(3)).
 */
#ifndef CLOSEDROP_CONFIG_EXPECTATION_H
#define CLOSEDROP_CONFIG_EXPECTATION_H

#include <stdint.h>

struct expectation {
    unsigned days; /* a bit for each, from Sunday on; 0: nothing is expected */
    int minute;    /* of the day */
};

/** What expectation_parse() takes, for a message about something else. */
extern const char expectation_forms[];

/** Read one; 0, or -EINVAL. */
int expectation_parse(const char *text, struct expectation *ret_expectation);

/**
 * The last of its times that is not after `wall_ms`, or the first that is after it, in ms of the
 * wall clock. A time that the clocks skip is moved behind the gap. INT64_MIN and INT64_MAX if
 * nothing is expected.
 */
int64_t expectation_last(const struct expectation *expectation, int64_t wall_ms);
int64_t expectation_next(const struct expectation *expectation, int64_t wall_ms);

#endif
