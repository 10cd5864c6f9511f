/* Times of the week, across changes of the clocks. */
#include "closedrop/config/expectation.h"

#include "local_time.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void is_read(void **state)
{
    static const struct {
        const char *text;
        unsigned days;
        int minute;
    } rows[] = {
        {"daily 08:30", 0x7F, 510},
        {"workdays 10:00", 0x3E, 600},
        {"Monday 00:00", 0x02, 0},
        {"mon,thu 23:59", 0x12, 1439},
        {"workdays,sat  07:05", 0x7E, 425},
    };
    struct expectation got;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_int_equal(expectation_parse(rows[i].text, &got), 0);
        assert_int_equal(got.days, rows[i].days);
        assert_int_equal(got.minute, rows[i].minute);
    }
}

static void anything_else_is_refused(void **state)
{
    static const char *const texts[] = {"", "10:00", "daily", "daily ", "daily 24:00",
        "daily 10:60", "daily 9:00", "daily 10:00 ", "daily 10.00", "weekly 10:00", "mo 10:00",
        "mon, thu 10:00", ",mon 10:00", "daily 10:0x"};
    struct expectation got;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        assert_int_equal(expectation_parse(texts[i], &got), -EINVAL);
}

/* 2026: the clocks go forward on March 29, from 2 to 3, and back on October 25, from 3 to 2 */
static void is_found_before_and_after(void **state)
{
    static const struct {
        const char *text, *now, *last, *next;
    } rows[] = {
        {"daily 08:30", "2026-11-27 08:29", "2026-11-26 08:30", "2026-11-27 08:30"},
        {"daily 08:30", "2026-11-27 08:30", "2026-11-27 08:30", "2026-11-28 08:30"},
        {"workdays 10:00", "2026-11-29 12:00", "2026-11-27 10:00", "2026-11-30 10:00"},
        {"workdays 10:00", "2026-11-30 09:00", "2026-11-27 10:00", "2026-11-30 10:00"},
        {"mon 10:00", "2026-11-30 09:59", "2026-11-23 10:00", "2026-11-30 10:00"},
        {"daily 10:00", "2026-03-29 09:00", "2026-03-28 10:00", "2026-03-29 10:00"},
        {"daily 10:00", "2026-10-25 10:00", "2026-10-25 10:00", "2026-10-26 10:00"},
        {"daily 02:30", "2026-03-29 01:59", "2026-03-28 02:30", "2026-03-29 03:30"},
        {"daily 00:00", "2026-01-01 00:00", "2026-01-01 00:00", "2026-01-02 00:00"},
        {"sun 23:59", "2026-12-31 12:00", "2026-12-27 23:59", "2027-01-03 23:59"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct expectation expectation;
        assert_int_equal(expectation_parse(rows[i].text, &expectation), 0);
        assert_true(expectation_last(&expectation, at(rows[i].now)) == at(rows[i].last));
        assert_true(expectation_next(&expectation, at(rows[i].now)) == at(rows[i].next));
    }
}

/* whatever the day, one follows the other, each once */
static void none_is_left_out_in_a_year(void **state)
{
    struct expectation expectation;
    (void)state;
    assert_int_equal(expectation_parse("daily 02:30", &expectation), 0);
    int64_t now = at("2026-01-01 00:00"), end = at("2027-01-01 00:00");
    int days = 0;
    for (; (now = expectation_next(&expectation, now)) < end; days++)
        assert_true(expectation_last(&expectation, now) == now);
    assert_int_equal(days, 365);
}

static void nothing_is_expected_by_default(void **state)
{
    const struct expectation none = {0, 0};
    (void)state;
    assert_true(expectation_last(&none, 0) == INT64_MIN);
    assert_true(expectation_next(&none, 0) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(is_found_before_and_after),
        cmocka_unit_test(none_is_left_out_in_a_year),
        cmocka_unit_test(nothing_is_expected_by_default),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
