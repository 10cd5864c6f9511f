/** Sizes and durations: digits and a unit, looked up in a table. */
#include "closedrop/base/units.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit size_units[] = {
    {"", 1}, {"K", 1LL << 10}, {"M", 1LL << 20}, {"G", 1LL << 30}, {"T", 1LL << 40}, {NULL, 0}};

static const struct unit duration_units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
    {"d", 86400000}, {"y", 31536000000}, {NULL, 0}};

static int read_with_unit(const char *text, const struct unit *units, int64_t *ret_value)
{
    if (*text < '0' || *text > '9')
        return -EINVAL;
    int64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value))
            return -ERANGE;
    for (; units->name; units++) {
        if (strcmp(text, units->name) != 0)
            continue;
        if (__builtin_mul_overflow(value, units->factor, &value))
            return -ERANGE;
        *ret_value = value;
        return 0;
    }
    return -EINVAL;
}

int units_size(const char *text, int64_t *ret_bytes)
{
    return read_with_unit(text, size_units, ret_bytes);
}

int units_duration(const char *text, int64_t *ret_ms)
{
    if (strcmp(text, "0") == 0) {
        *ret_ms = 0;
        return 0;
    }
    return read_with_unit(text, duration_units, ret_ms);
}

void units_print_size(struct str *out, int64_t bytes)
{
    static const char *const names[] = {"B", "KB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t i = 0;
    while (value >= 1024 && i + 1 < COUNT(names)) {
        value /= 1024;
        i++;
    }
    bool whole = i == 0 || value >= 100 || value == (double)(int64_t)value;
    str_printf(out, whole ? "%.0f %s" : "%.1f %s", value, names[i]);
}

void units_spell_size(struct str *out, int64_t bytes)
{
    if (bytes < 1024)
        str_printf(out, "%lld %s", (long long)bytes, bytes == 1 ? "byte" : "bytes");
    else
        units_print_size(out, bytes);
}

void units_print_duration(struct str *out, int64_t ms)
{
    static const struct unit parts[] = {
        {"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};
    size_t count = COUNT(parts);
    size_t i = 0;
    while (i + 1 < count && ms < parts[i].factor)
        i++;
    str_printf(out, "%lld %s", (long long)(ms / parts[i].factor), parts[i].name);
    int64_t rest = ms % parts[i].factor;
    if (i + 2 < count && rest >= parts[i + 1].factor)
        str_printf(out, " %lld %s", (long long)(rest / parts[i + 1].factor), parts[i + 1].name);
}

const char *units_duration_text(int64_t ms, char text[UNITS_DURATION])
{
    struct str out = STR_INIT(UNITS_DURATION - 1);
    units_print_duration(&out, ms);
    snprintf(text, UNITS_DURATION, "%s", str_text(&out));
    str_release(&out);
    return text;
}
