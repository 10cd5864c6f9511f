/* Times as people write them: each form, in zones whose clocks jump. */
#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/moment.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* rules of POSIX, so that no data base of zones is needed */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define NEW_YORK "EST5EDT,M3.2.0,M11.1.0"
/* clocks are set at midnight, in Brazil's old way */
#define MIDNIGHT "XST3XDT2,M9.1.0/0,M4.1.0/0"

/* a Friday */
#define NOW 1795790040000 /* 2026-11-27T14:34:00Z */

static void in_zone(const char *zone)
{
    assert_int_equal(setenv("TZ", zone, 1), 0);
    tzset();
}

static const struct {
    const char *zone, *text, *from, *to; /* RFC 3339 without ms and Z; no `to`: a point in time */
} times[] = {
    {"UTC0", "today", "2026-11-27T00:00:00", "2026-11-28T00:00:00"},
    {"UTC0", "Yesterday", "2026-11-26T00:00:00", "2026-11-27T00:00:00"},
    {"UTC0", "friday", "2026-11-27T00:00:00", "2026-11-28T00:00:00"},
    {"UTC0", "monday", "2026-11-23T00:00:00", "2026-11-24T00:00:00"},
    {"UTC0", "Saturday", "2026-11-21T00:00:00", "2026-11-22T00:00:00"},
    {"UTC0", "7d", "2026-11-20T14:34:00", NULL},
    {"UTC0", "90m", "2026-11-27T13:04:00", NULL},
    {"UTC0", "10:14", "2026-11-27T10:14:00", NULL},
    {"UTC0", "9:05:07", "2026-11-27T09:05:07", NULL},
    {"UTC0", "2026-11-01", "2026-11-01T00:00:00", "2026-11-02T00:00:00"},
    {"UTC0", "2028-02-29", "2028-02-29T00:00:00", "2028-03-01T00:00:00"},
    {"UTC0", "2026-12-31", "2026-12-31T00:00:00", "2027-01-01T00:00:00"},
    {"UTC0", "2026-11-27 14:00", "2026-11-27T14:00:00", NULL},
    {"UTC0", "2026-11-27T14:00:09", "2026-11-27T14:00:09", NULL},
    /* local time */
    {BERLIN, "today", "2026-11-26T23:00:00", "2026-11-27T23:00:00"},
    {BERLIN, "2026-07-01", "2026-06-30T22:00:00", "2026-07-01T22:00:00"},
    {BERLIN, "2026-11-27 14:00", "2026-11-27T13:00:00", NULL},
    {BERLIN, "10:14", "2026-11-27T09:14:00", NULL},
    {NEW_YORK, "yesterday", "2026-11-26T05:00:00", "2026-11-27T05:00:00"},
    {NEW_YORK, "2026-07-01 00:00", "2026-07-01T04:00:00", NULL},
    /* RFC 3339 says its zone */
    {BERLIN, "2026-11-27T14:00:00Z", "2026-11-27T14:00:00", NULL},
    {BERLIN, "2026-11-27T14:00:00.250Z", "2026-11-27T14:00:00", NULL},
    {BERLIN, "2026-11-27T14:00:00+05:30", "2026-11-27T08:30:00", NULL},
    {NEW_YORK, "2026-11-27 14:00-08:00", "2026-11-27T22:00:00", NULL},
    /* a day of 23 hours, whose clocks skip from 2 to 3, and one of 25, which has 2:30 twice */
    {BERLIN, "2026-03-29", "2026-03-28T23:00:00", "2026-03-29T22:00:00"},
    {BERLIN, "2026-10-25", "2026-10-24T22:00:00", "2026-10-25T23:00:00"},
    {BERLIN, "2026-03-29 01:59", "2026-03-29T00:59:00", NULL},
    {BERLIN, "2026-03-29 02:30", "2026-03-29T01:30:00", NULL}, /* is 3:30 */
    {BERLIN, "2026-03-29 03:00", "2026-03-29T01:00:00", NULL},
    {BERLIN, "2026-10-25 01:59", "2026-10-24T23:59:00", NULL},
    {BERLIN, "2026-10-25 02:30", "2026-10-25T00:30:00", "2026-10-25T01:30:00"},
    {BERLIN, "2026-10-25 03:00", "2026-10-25T02:00:00", NULL},
    {NEW_YORK, "2026-11-01 01:30", "2026-11-01T05:30:00", "2026-11-01T06:30:00"},
    {NEW_YORK, "2026-03-08 02:30", "2026-03-08T07:30:00", NULL},
    /* a day that has no midnight begins at one; one that has two begins with the first */
    {MIDNIGHT, "2026-09-06", "2026-09-06T03:00:00", "2026-09-07T02:00:00"},
    {MIDNIGHT, "2026-04-04", "2026-04-04T02:00:00", "2026-04-05T03:00:00"},
};

static int64_t ms_of(const char *text)
{
    struct tm tm = {0};
    assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%S", &tm));
    return (int64_t)timegm(&tm) * 1000;
}

static void reads_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        const char *to = times[i].to ? times[i].to : times[i].from;
        struct moment moment = {0, 0};
        char from_text[CLOCK_TEXT], to_text[CLOCK_TEXT];
        in_zone(times[i].zone);
        int64_t rest = strstr(times[i].text, ".250") ? 250 : 0;
        if (moment_read(times[i].text, NOW, &moment) < 0 ||
            moment.from_ms != ms_of(times[i].from) + rest || moment.to_ms != ms_of(to) + rest)
            fail_msg("%s in %s: %s to %s", times[i].text, times[i].zone,
                clock_rfc3339(moment.from_ms, from_text), clock_rfc3339(moment.to_ms, to_text));
    }
}

static const char *const wrong[] = {"", " ", "tomorrow", "2026", "2026-11", "2026-13-01",
    "2026-02-29", "2026-11-31", "26-11-27", "2026-11-27x", "2026-11-27 ", "2026-11-27 25:00",
    "2026-11-27 14", "2026-11-27T14:00:00 Z?", "2026-11-27T14:00:00+", "24:60", "10:", "-1d", "7",
    "7 d", "7w", "+2026-11-27", " 2026-11-27", "todays", "mon day"};

static void refuses_what_is_none(void **state)
{
    (void)state;
    in_zone(BERLIN);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct moment moment = {4711, 4711};
        if (moment_read(wrong[i], NOW, &moment) != -EINVAL || moment.from_ms != 4711)
            fail_msg("taken: \"%s\"", wrong[i]);
    }
}

static void prints_local_time(void **state)
{
    (void)state;
    char text[MOMENT_TEXT];
    in_zone(BERLIN);
    assert_string_equal(moment_print(NOW, MOMENT_TO_THE_MINUTE, text), "2026-11-27 15:34");
    assert_string_equal(moment_print(NOW, MOMENT_WITH_ZONE, text), "27 November 2026, 15:34 CET");
    assert_string_equal(
        moment_print(NOW + 5000, MOMENT_TO_THE_SECOND, text), "2026-11-27 15:34:05");
    assert_string_equal(
        moment_print(ms_of("2026-07-01T22:30:00"), MOMENT_TO_THE_MINUTE, text), "2026-07-02 00:30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_form),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(prints_local_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
