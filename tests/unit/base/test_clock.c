/* The time: from the source that is set, and as text. */
#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int64_t ten(void)
{
    return 10;
}

static int64_t twenty(void)
{
    return 20;
}

static void comes_from_the_source_that_is_set(void **state)
{
    (void)state;
    static const struct clock_source own = {ten, twenty};
    const struct clock_source *machine = clock_source;
    clock_source = &own;
    assert_int_equal(clock_wall_ms(), 10);
    assert_int_equal(clock_steady_ms(), 20);
    clock_source = machine;
    assert_true(clock_wall_ms() > 1700000000000);
}

static void never_goes_back(void **state)
{
    (void)state;
    int64_t before = clock_steady_ms();
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_steady_ms();
        assert_true(now >= before);
        before = now;
    }
}

static void is_told_in_utc(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {-1000, "1969-12-31T23:59:59.000Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {1795341600123, "2026-11-22T10:00:00.123Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[CLOCK_TEXT];
        assert_ptr_equal(clock_rfc3339(rows[i].ms, text), text);
        assert_string_equal(text, rows[i].text);
    }
}

static void stays_in_its_room_at_the_ends_of_time(void **state)
{
    (void)state;
    char text[CLOCK_TEXT];
    assert_true(strlen(clock_rfc3339(INT64_MAX, text)) < CLOCK_TEXT);
    assert_true(strlen(clock_rfc3339(INT64_MIN, text)) < CLOCK_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_from_the_source_that_is_set),
        cmocka_unit_test(never_goes_back),
        cmocka_unit_test(is_told_in_utc),
        cmocka_unit_test(stays_in_its_room_at_the_ends_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
