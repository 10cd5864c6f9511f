/* Sizes and durations: what a configuration may say, what is refused, and how they are printed. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UNTOUCHED 4711

struct reading {
    const char *text;
    int result;
    int64_t value;
};

static const struct reading sizes[] = {
    {"0", 0, 0},
    {"1", 0, 1},
    {"64K", 0, 65536},
    {"25M", 0, 25LL << 20},
    {"2G", 0, 2LL << 30},
    {"1T", 0, 1LL << 40},
    {"007", 0, 7},
    {"9223372036854775807", 0, INT64_MAX},
    {"8388607T", 0, 8388607LL << 40},
    {"9223372036854775808", -ERANGE, UNTOUCHED},
    {"8388608T", -ERANGE, UNTOUCHED},
    {"99999999999999999999", -ERANGE, UNTOUCHED},
    {"", -EINVAL, UNTOUCHED},
    {"K", -EINVAL, UNTOUCHED},
    {"-1", -EINVAL, UNTOUCHED},
    {"+1", -EINVAL, UNTOUCHED},
    {" 1", -EINVAL, UNTOUCHED},
    {"1 ", -EINVAL, UNTOUCHED},
    {"1 K", -EINVAL, UNTOUCHED},
    {"1.5M", -EINVAL, UNTOUCHED},
    {"64KB", -EINVAL, UNTOUCHED},
    {"0x10", -EINVAL, UNTOUCHED},
    {"10s", -EINVAL, UNTOUCHED},
    {"many", -EINVAL, UNTOUCHED},
};

static const struct reading durations[] = {
    {"0", 0, 0},
    {"0s", 0, 0},
    {"500ms", 0, 500},
    {"2s", 0, 2000},
    {"15m", 0, 900000},
    {"24h", 0, 86400000},
    {"7d", 0, 604800000},
    {"2y", 0, 63072000000},
    {"9223372036854775807ms", 0, INT64_MAX},
    {"9223372036854776s", -ERANGE, UNTOUCHED},
    {"9223372036854775808ms", -ERANGE, UNTOUCHED},
    {"5", -EINVAL, UNTOUCHED},
    {"", -EINVAL, UNTOUCHED},
    {"s", -EINVAL, UNTOUCHED},
    {"-5s", -EINVAL, UNTOUCHED},
    {"5 s", -EINVAL, UNTOUCHED},
    {"5sec", -EINVAL, UNTOUCHED},
    {"1h30m", -EINVAL, UNTOUCHED},
    {"1.5h", -EINVAL, UNTOUCHED},
    {"5K", -EINVAL, UNTOUCHED},
};

static void expect_readings(
    const struct reading *rows, size_t count, int (*read)(const char *, int64_t *))
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = UNTOUCHED;
        int result = read(rows[i].text, &value);
        if (result != rows[i].result || value != rows[i].value)
            fail_msg("\"%s\": %d, %lld", rows[i].text, result, (long long)value);
    }
}

static void reads_sizes(void **state)
{
    (void)state;
    expect_readings(sizes, COUNT(sizes), units_size);
}

static void reads_durations(void **state)
{
    (void)state;
    expect_readings(durations, COUNT(durations), units_duration);
}

struct printing {
    int64_t value;
    const char *text;
};

static const struct printing printed_sizes[] = {
    {0, "0 B"},
    {1, "1 B"},
    {1023, "1023 B"},
    {1024, "1 KB"},
    {1536, "1.5 KB"},
    {25 << 20, "25 MB"},
    {150 << 10, "150 KB"},
    {5LL << 30, "5 GB"},
    {1LL << 40, "1 TB"},
    {5000LL << 40, "5000 TB"},
};

static const struct printing spelled_sizes[] = {
    {0, "0 bytes"},
    {1, "1 byte"},
    {1023, "1023 bytes"},
    {1024, "1 KB"},
};

static const struct printing printed_durations[] = {
    {0, "0 ms"},
    {40, "40 ms"},
    {999, "999 ms"},
    {3000, "3 s"},
    {3999, "3 s"},
    {61000, "1 min 1 s"},
    {3600000, "1 h"},
    {3900000, "1 h 5 min"},
    {3605000, "1 h"},
    {90000000, "1 d 1 h"},
    {86400000, "1 d"},
};

static void expect_printings(
    const struct printing *rows, size_t count, void (*print)(struct str *, int64_t))
{
    for (size_t i = 0; i < count; i++) {
        struct str out = STR_INIT(100);
        print(&out, rows[i].value);
        if (strcmp(str_text(&out), rows[i].text) != 0)
            fail_msg(
                "%lld: \"%s\", not \"%s\"", (long long)rows[i].value, str_text(&out), rows[i].text);
        str_release(&out);
    }
}

static void prints_sizes(void **state)
{
    (void)state;
    expect_printings(printed_sizes, COUNT(printed_sizes), units_print_size);
    expect_printings(spelled_sizes, COUNT(spelled_sizes), units_spell_size);
}

static void prints_durations(void **state)
{
    (void)state;
    expect_printings(printed_durations, COUNT(printed_durations), units_print_duration);
    char text[UNITS_DURATION];
    assert_string_equal(units_duration_text(90000000, text), "1 d 1 h");
    assert_string_equal(units_duration_text(INT64_MAX, text), "106751991167 d 7 h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(prints_sizes),
        cmocka_unit_test(prints_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
