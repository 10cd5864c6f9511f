/* Whether an expected file did not come, on a clock of its own. */
#include "alerts/silence.h"

#include "closedrop/base/array.h"
#include "local_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* November 27, 2026 is a Friday */
static void silence_is_found(void **state)
{
    static const struct {
        const char *expect;
        int64_t silent_ms;
        const char *last, *since, *over; /* over: "" while it is on */
        const char *now;
        bool is_on;
        const char *next; /* "": never */
    } rows[] = {
        /* a file came since the time before */
        {"workdays 10:00", 0, "2026-11-26 23:55", "2026-11-01", "2026-11-01", "2026-11-27 10:00",
            false, "2026-11-30 10:00"},
        {"workdays 10:00", 0, "2026-11-26 09:55", "2026-11-01", "2026-11-01", "2026-11-27 09:59",
            false, "2026-11-27 10:00"},
        {"workdays 10:00", 0, "2026-11-26 09:55", "2026-11-01", "2026-11-01", "2026-11-27 10:00",
            true, "2026-11-30 10:00"},
        {"workdays 10:00", 0, "", "2026-11-01", "2026-11-01", "2026-11-27 10:00", true,
            "2026-11-30 10:00"},
        /* on Monday, one of Saturday will do */
        {"workdays 10:00", 0, "2026-11-28 12:00", "2026-11-01", "2026-11-01", "2026-11-30 10:00",
            false, "2026-12-01 10:00"},
        /* nothing was expected before it was configured */
        {"daily 10:00", 0, "", "2026-11-27 10:30", "2026-11-27 10:30", "2026-11-27 11:00", false,
            "2026-11-28 10:00"},
        {"daily 10:00", 0, "2026-11-27 09:00", "2026-11-27 09:30", "2026-11-27 09:30",
            "2026-11-27 10:00", false, "2026-11-28 10:00"},
        /* until a file comes it stays on, over the next time */
        {"daily 10:00", 0, "2026-11-25 09:00", "2026-11-26 10:00", "", "2026-11-27 12:00", true,
            ""},
        {"daily 10:00", 0, "2026-11-26 12:00", "2026-11-26 10:00", "", "2026-11-26 12:00", false,
            ""},
        /* the one that came too late does not count for the next time */
        {"daily 10:00", 0, "2026-11-26 12:00", "2026-11-26 10:00", "2026-11-26 12:00",
            "2026-11-27 10:00", true, "2026-11-28 10:00"},
        {"daily 10:00", 0, "2026-11-26 22:00", "2026-11-26 10:00", "2026-11-26 12:00",
            "2026-11-27 10:00", false, "2026-11-28 10:00"},
        /* none for two hours */
        {"", 7200000, "2026-11-27 10:00", "2026-11-01", "2026-11-01", "2026-11-27 11:59", false,
            "2026-11-27 12:00"},
        {"", 7200000, "2026-11-27 10:00", "2026-11-01", "2026-11-01", "2026-11-27 12:00", true, ""},
        {"", 7200000, "", "2026-11-27 11:00", "2026-11-27 11:00", "2026-11-27 12:00", false,
            "2026-11-27 13:00"},
        /* by the clock of the day on which it is set back: 10:00 is an hour later */
        {"daily 10:00", 0, "2026-10-24 10:30", "2026-10-01", "2026-10-01", "2026-10-25 10:00",
            false, "2026-10-26 10:00"},
        {"daily 10:00", 0, "2026-10-24 09:30", "2026-10-01", "2026-10-01", "2026-10-25 09:59",
            false, "2026-10-25 10:00"},
        {"daily 10:00", 0, "2026-10-24 09:30", "2026-10-01", "2026-10-01", "2026-10-25 10:00", true,
            "2026-10-26 10:00"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct folder folder = {.silent_ms = rows[i].silent_ms};
        if (*rows[i].expect)
            assert_int_equal(expectation_parse(rows[i].expect, &folder.expect), 0);
        const struct silence silence = {.folder = &folder,
            .last_ms = at(rows[i].last),
            .is_on = !*rows[i].over,
            .since_ms = at(rows[i].since),
            .over_ms = at(rows[i].over)};
        int64_t now = at(rows[i].now), next = *rows[i].next ? at(rows[i].next) : INT64_MAX;
        if (silence_is_on(&silence, now) != rows[i].is_on)
            fail_msg("row %zu", i);
        if (silence_next_ms(&silence, now) != next)
            fail_msg("row %zu: next", i);
    }
}

static void a_message_says_what_was_expected(void **state)
{
    char message[SILENCE_MESSAGE];
    char name[] = "scans", text[] = "daily 10:00";
    struct folder folder = {.name = name, .expect_text = text, .silent_ms = 7200000};
    const struct silence silence = {.folder = &folder, .last_ms = at("2026-11-27 09:00")};
    (void)state;
    assert_int_equal(expectation_parse(text, &folder.expect), 0);
    silence_print(&silence, message);
    assert_string_equal(message, "no file has come in the folder \"scans\" (expected: daily 10:00, "
                                 "at least every 2 h); the last one came: 2026-11-27 09:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_found),
        cmocka_unit_test(a_message_says_what_was_expected),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
