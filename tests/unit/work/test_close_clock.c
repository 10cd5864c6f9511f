/* What time it is at Close, by the Date of its last answer and the steady clock; and the dates of
 * HTTP. */
#include "closedrop/base/array.h"
#include "closedrop/http/date.h"
#include "closedrop/work/close_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE (60LL * 1000)
#define DAY (24 * 60 * MINUTE)

/* Sun, 22 Nov 2026 10:00:00 GMT */
#define NOW 1795341600000

/* an answer of NOW at 1000 on the steady clock, and what is asked for */
static const struct {
    const char *name;
    int64_t told, wall, steady, now;
} rows[] = {
    {"at once", NOW, NOW, 1000, NOW},
    {"an hour later", NOW, NOW + 60 * MINUTE, 1000 + 60 * MINUTE, NOW + 60 * MINUTE},
    {"a month later", NOW, NOW + 30 * DAY, 1000 + 30 * DAY, NOW + 30 * DAY},
    {"ours is a little ahead", NOW, NOW + 10 * MINUTE, 1000, NOW},
    {"ours is a little behind", NOW, NOW - 10 * MINUTE, 1000, NOW},
    {"ours is ahead", NOW, NOW + 10 * MINUTE + 1, 1000, 0},
    {"ours is behind", NOW, NOW - 10 * MINUTE - 1, 1000, 0},
    {"two days ahead", NOW, NOW + 2 * DAY, 1000, 0},
    {"two days behind", NOW, NOW - 2 * DAY, 1000, 0},
    {"ten years ahead", NOW, NOW + 3650 * DAY, 1000, 0},
    {"ours is in 1970", NOW, 60000, 1000, 0},
    {"ours was set on since", NOW, NOW + DAY, 1000 + 5 * MINUTE, 0},
    {"ours was set right since", NOW, NOW + 5 * MINUTE, 1000 + 5 * MINUTE, NOW + 5 * MINUTE},
    {"no answer told it", 0, NOW, 1000, 0},
    {"no answer, and ours is in 1970", 0, 1000, 1000, 0},
};

static void knows_the_time_of_close(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct close_clock clock = {0};
        close_clock_take(&clock, rows[i].told, 1000);
        int64_t now = close_clock_now(&clock, rows[i].wall, rows[i].steady);
        if (now != rows[i].now)
            fail_msg("%s: %lld, not %lld", rows[i].name, (long long)now, (long long)rows[i].now);
    }
}

static void goes_by_the_last_answer_that_told_it(void **state)
{
    (void)state;
    struct close_clock clock = {0};
    close_clock_take(&clock, NOW - DAY, 1000);
    close_clock_take(&clock, NOW, 2000);
    close_clock_take(&clock, 0, 3000);
    assert_int_equal(close_clock_now(&clock, NOW, 2500), NOW + 500);
}

static const struct {
    const char *text;
    int64_t ms; /* -1: no date */
} dates[] = {
    {"Sun, 22 Nov 2026 10:00:00 GMT", NOW},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777000},
    {"Sun, 22 Nov", -1},
    {"2026-11-22T10:00:00Z", -1},
    {"soon", -1},
    {"", -1},
};

static void reads_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dates); i++) {
        int64_t ms = -1;
        if (date_read(dates[i].text, &ms) != (dates[i].ms != -1) || ms != dates[i].ms)
            fail_msg("\"%s\": %lld", dates[i].text, (long long)ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_time_of_close),
        cmocka_unit_test(goes_by_the_last_answer_that_told_it),
        cmocka_unit_test(reads_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
