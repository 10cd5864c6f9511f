/**
 * Converts between ISO 8601 and microseconds since 1970, by hand because strptime(3) has no
 * fractions.
 */
#include "util/stamp.h"

#include "closedrop/base/json.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define US INT64_C(1000000)

int64_t stamp_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * US + now.tv_nsec / 1000;
}

/** Exactly `digits` digits in a range, or -1. */
static int read_number(const char **at, int digits, int min, int max)
{
    int number = 0;
    for (int i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)**at))
            return -1;
        number = 10 * number + (*(*at)++ - '0');
    }
    return number < min || number > max ? -1 : number;
}

static bool skip(const char **at, const char *any)
{
    if (!**at || !strchr(any, **at))
        return false;
    ++*at;
    return true;
}

static bool read_date(const char **at, struct tm *utc)
{
    utc->tm_year = read_number(at, 4, 1900, 9999) - 1900;
    bool dashed = utc->tm_year >= 0 && skip(at, "-");
    utc->tm_mon = dashed ? read_number(at, 2, 1, 12) - 1 : -1;
    dashed = utc->tm_mon >= 0 && skip(at, "-");
    utc->tm_mday = dashed ? read_number(at, 2, 1, 31) : -1;
    int day = utc->tm_mday, month = utc->tm_mon;
    /* the 31st of June would become the 1st of July */
    return day > 0 && timegm(utc) != -1 && utc->tm_mday == day && utc->tm_mon == month;
}

static bool read_clock(const char **at, struct tm *utc)
{
    utc->tm_hour = read_number(at, 2, 0, 23);
    utc->tm_min = utc->tm_hour >= 0 && skip(at, ":") ? read_number(at, 2, 0, 59) : -1;
    utc->tm_sec = utc->tm_min >= 0 && skip(at, ":") ? read_number(at, 2, 0, 59) : 0;
    return utc->tm_min >= 0 && utc->tm_sec >= 0;
}

static bool read_fraction(const char **at, int64_t *ret_us)
{
    *ret_us = 0;
    if (!skip(at, "."))
        return true;
    if (!isdigit((unsigned char)**at))
        return false;
    for (int64_t unit = US / 10; isdigit((unsigned char)**at); ++*at, unit /= 10)
        *ret_us += (**at - '0') * unit;
    return true;
}

/** "Z", "+01:00", "+0100" or nothing */
static bool read_zone(const char **at, int64_t *ret_seconds)
{
    *ret_seconds = 0;
    if (!**at || skip(at, "Zz"))
        return true;
    bool west = **at == '-';
    if (!skip(at, "+-"))
        return false;
    int hours = read_number(at, 2, 0, 23);
    skip(at, ":");
    int minutes = hours >= 0 ? read_number(at, 2, 0, 59) : -1;
    *ret_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return minutes >= 0;
}

int stamp_read(const char *text, int64_t *ret_us)
{
    struct tm utc = {0};
    int64_t fraction = 0, zone = 0;
    if (!read_date(&text, &utc))
        return -EINVAL;
    bool good = !*text || (skip(&text, "Tt ") && read_clock(&text, &utc) &&
                              read_fraction(&text, &fraction) && read_zone(&text, &zone));
    if (!good || *text)
        return -EINVAL;
    *ret_us = (timegm(&utc) - zone) * US + fraction;
    return 0;
}

char *stamp_print(int64_t us, char text[STAMP_TEXT])
{
    int64_t rest = us % US < 0 ? us % US + US : us % US;
    time_t seconds = (time_t)((us - rest) / US);
    struct tm utc;
    char date[24];
    if (!gmtime_r(&seconds, &utc) || !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc))
        date[0] = '\0';
    snprintf(text, STAMP_TEXT, "%s.%06" PRId64, date, rest);
    return text;
}

int stamp_add(struct json *object, const char *key, int64_t us)
{
    char text[STAMP_TEXT];
    return json_add_text(object, key, stamp_print(us, text));
}
