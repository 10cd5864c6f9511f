/** Times of the week: read, and found before and after a moment. */
#include "closedrop/config/expectation.h"

#include "closedrop/base/array.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define DAYS 7

const char expectation_forms[] =
    "write days and a time, e.g. \"workdays 10:00\", \"daily 08:30\" or \"mon,thu 17:00\"";

/* ---- read ---- */

static const struct {
    const char *name;
    unsigned days;
} names[] = {
    {"daily", 0x7F},
    {"workdays", 0x3E},
    {"sunday", 0x01},
    {"monday", 0x02},
    {"tuesday", 0x04},
    {"wednesday", 0x08},
    {"thursday", 0x10},
    {"friday", 0x20},
    {"saturday", 0x40},
};

/** The whole word, or of a day at least its first three letters. */
static unsigned days_of(const char *word, size_t length)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        bool is_day = i >= COUNT(names) - DAYS;
        bool is_whole = length == strlen(names[i].name);
        if ((is_whole || (is_day && length == 3)) && strncasecmp(word, names[i].name, length) == 0)
            return names[i].days;
    }
    return 0;
}

/** Two digits; -1: they are not. */
static int two_digits(const char *text)
{
    bool are_digits = isdigit((unsigned char)text[0]) && isdigit((unsigned char)text[1]);
    return are_digits ? (text[0] - '0') * 10 + text[1] - '0' : -1;
}

static int read_minute(const char *text)
{
    if (strlen(text) != strlen("10:00") || text[2] != ':')
        return -1;
    int hour = two_digits(text), minute = two_digits(text + 3);
    return hour < 0 || hour > 23 || minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

int expectation_parse(const char *text, struct expectation *ret_expectation)
{
    struct expectation expectation = {0, 0};
    for (bool is_last = false; !is_last;) {
        size_t length = strcspn(text, ", ");
        unsigned days = days_of(text, length);
        if (!days || !text[length])
            return -EINVAL;
        expectation.days |= days;
        is_last = text[length] == ' ';
        text += length + 1;
    }
    expectation.minute = read_minute(text + strspn(text, " "));
    if (expectation.minute < 0)
        return -EINVAL;
    *ret_expectation = expectation;
    return 0;
}

/* ---- found ---- */

/** Its time on the day that is so many days from that of `today`; false: not on that day. */
static bool time_on(const struct expectation *expectation, const struct tm *today, int from_today,
    int64_t *ret_wall_ms)
{
    struct tm local = {.tm_year = today->tm_year,
        .tm_mon = today->tm_mon,
        .tm_mday = today->tm_mday + from_today,
        .tm_hour = 12,
        .tm_isdst = -1};
    (void)mktime(&local); /* which day of the week is it? */
    if (!(expectation->days >> local.tm_wday & 1))
        return false;
    local.tm_hour = expectation->minute / 60;
    local.tm_min = expectation->minute % 60;
    local.tm_isdst = -1;
    *ret_wall_ms = (int64_t)mktime(&local) * 1000;
    return true;
}

/** The nearest of its times in one direction: 1 or -1. */
static int64_t nearest(const struct expectation *expectation, int64_t wall_ms, int direction)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm today;
    bool is_known = localtime_r(&seconds, &today) != NULL;
    for (int i = 0; is_known && i <= DAYS; i++) {
        int64_t time_ms;
        if (time_on(expectation, &today, i * direction, &time_ms) &&
            (direction > 0 ? time_ms > wall_ms : time_ms <= wall_ms))
            return time_ms;
    }
    return direction > 0 ? INT64_MAX : INT64_MIN;
}

int64_t expectation_last(const struct expectation *expectation, int64_t wall_ms)
{
    return nearest(expectation, wall_ms, -1);
}

int64_t expectation_next(const struct expectation *expectation, int64_t wall_ms)
{
    return nearest(expectation, wall_ms, 1);
}
