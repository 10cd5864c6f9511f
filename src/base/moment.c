/** Times as people write them, by local days and clocks, whatever daylight saving makes of these.
 */
#include "closedrop/base/moment.h"

#include "closedrop/base/array.h"
#include "closedrop/base/units.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define DAY_S ((time_t)24 * 60 * 60)

const char moment_forms[] =
    "\"2026-11-27\", \"2026-11-27 14:00\", \"14:00\", \"today\", \"yesterday\", \"monday\", \"7d\" "
    "or \"2026-11-27T14:00:00Z\"";

/* ---- local time ---- */

static struct tm local_of(time_t seconds)
{
    struct tm local = {0};
    localtime_r(&seconds, &local);
    return local;
}

static bool is_same_clock(const struct tm *a, const struct tm *b)
{
    return a->tm_mday == b->tm_mday && a->tm_hour == b->tm_hour && a->tm_min == b->tm_min &&
           a->tm_sec == b->tm_sec;
}

/**
 * When the local clocks show `fields`, for the first and for the last time. mktime(3) guesses where
 * there are two answers or none; the offsets of the days before and after know all there are.
 */
static void find_clock(struct tm fields, time_t *ret_first, time_t *ret_last)
{
    time_t as_utc = timegm(&fields); /* also brings the fields into their ranges */
    time_t by_before = as_utc - local_of(as_utc - DAY_S).tm_gmtoff;
    time_t by_after = as_utc - local_of(as_utc + DAY_S).tm_gmtoff;
    struct tm before = local_of(by_before), after = local_of(by_after);
    bool fits_before = is_same_clock(&before, &fields), fits_after = is_same_clock(&after, &fields);
    *ret_first = fits_before || !fits_after ? by_before : by_after;
    *ret_last = fits_after ? by_after : by_before;
}

static int64_t begin_of_day(struct tm day)
{
    time_t first, last;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    find_clock(day, &first, &last);
    return (int64_t)first * 1000;
}

static struct moment whole_day(struct tm day)
{
    struct tm next = day;
    next.tm_mday++;
    return (struct moment){begin_of_day(day), begin_of_day(next)};
}

static struct moment point(int64_t ms)
{
    return (struct moment){ms, ms};
}

static struct moment clock_time(struct tm fields)
{
    time_t first, last;
    find_clock(fields, &first, &last);
    return (struct moment){(int64_t)first * 1000, (int64_t)last * 1000};
}

struct moment moment_day(int64_t now_ms, int ago)
{
    struct tm day = local_of((time_t)(now_ms / 1000));
    day.tm_mday -= ago;
    return whole_day(day);
}

/* ---- the forms ---- */

/** How many days ago the day of this name was; -1: it is not a day. */
static int days_ago(const char *text, const struct tm *today)
{
    static const char *const weekdays[] = {
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
    if (strcasecmp(text, "today") == 0)
        return 0;
    if (strcasecmp(text, "yesterday") == 0)
        return 1;
    for (int i = 0; i < (int)COUNT(weekdays); i++)
        if (strcasecmp(text, weekdays[i]) == 0)
            return (today->tm_wday - i + 7) % 7;
    return -1;
}

static bool read_word(const char *text, int64_t now_ms, struct moment *ret_moment)
{
    struct tm day = local_of((time_t)(now_ms / 1000));
    int ago = days_ago(text, &day);
    if (ago < 0)
        return false;
    *ret_moment = moment_day(now_ms, ago);
    return true;
}

static bool read_duration(const char *text, int64_t now_ms, struct moment *ret_moment)
{
    int64_t ms;
    if (units_duration(text, &ms) < 0)
        return false;
    *ret_moment = point(now_ms - ms);
    return true;
}

/** "14:00" or "14:00:05"; the end, or NULL. */
static const char *read_clock(const char *text, struct tm *fields)
{
    if (!isdigit((unsigned char)*text))
        return NULL;
    const char *end = strptime(text, "%H:%M:%S", fields);
    return end ? end : strptime(text, "%H:%M", fields);
}

static bool read_clock_of_today(const char *text, int64_t now_ms, struct moment *ret_moment)
{
    struct tm fields = local_of((time_t)(now_ms / 1000));
    fields.tm_sec = 0;
    const char *end = read_clock(text, &fields);
    if (!end || *end)
        return false;
    *ret_moment = clock_time(fields);
    return true;
}

/** ".250" of a second, in ms; the end. */
static const char *read_fraction(const char *text, int *ret_ms)
{
    *ret_ms = 0;
    if (*text != '.' || !isdigit((unsigned char)text[1]))
        return text;
    for (int digit = 100; isdigit((unsigned char)*++text); digit /= 10)
        *ret_ms += digit * (*text - '0');
    return text;
}

/** A day that no month has is brought into another, which is not what was meant. */
static bool is_a_day(const struct tm *fields)
{
    struct tm copy = *fields;
    (void)timegm(&copy);
    return copy.tm_mday == fields->tm_mday;
}

/** What follows the date: a time of day, and perhaps the offset of its zone. */
static bool read_time_of_day(const char *text, struct tm fields, struct moment *ret_moment)
{
    int ms = 0;
    const char *end = read_clock(text, &fields);
    end = end ? read_fraction(end, &ms) : NULL;
    if (!end)
        return false;
    if (!*end) {
        *ret_moment = clock_time(fields);
        ret_moment->from_ms += ms;
        ret_moment->to_ms += ms;
        return true;
    }
    struct tm zone = {0};
    end = strptime(end, "%z", &zone);
    if (!end || *end)
        return false;
    *ret_moment = point(((int64_t)timegm(&fields) - zone.tm_gmtoff) * 1000 + ms);
    return true;
}

static bool read_date(const char *text, int64_t now_ms, struct moment *ret_moment)
{
    (void)now_ms;
    struct tm fields = {0};
    const char *end = strlen(text) < 10 ? NULL : strptime(text, "%Y-%m-%d", &fields);
    if (!end || end != text + 10 || !is_a_day(&fields))
        return false;
    if (*end == ' ' || *end == 'T')
        return read_time_of_day(end + 1, fields, ret_moment);
    *ret_moment = whole_day(fields);
    return *end == '\0';
}

int moment_read(const char *text, int64_t now_ms, struct moment *ret_moment)
{
    static bool (*const forms[])(const char *text, int64_t now_ms, struct moment *ret_moment) = {
        read_word, read_duration, read_clock_of_today, read_date};
    struct moment moment;
    for (size_t i = 0; i < COUNT(forms); i++)
        if (forms[i](text, now_ms, &moment)) {
            *ret_moment = moment;
            return 0;
        }
    return -EINVAL;
}

char *moment_print(int64_t wall_ms, const char *format, char text[MOMENT_TEXT])
{
    struct tm local = local_of((time_t)(wall_ms / 1000));
    if (!strftime(text, MOMENT_TEXT, format, &local))
        *text = '\0';
    return text;
}
