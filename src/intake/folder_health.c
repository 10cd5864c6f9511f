/** The health of a folder: its fields, whether it has changed, and a message about what is wrong.
 */
#include "closedrop/intake/folder_health.h"

#include "closedrop/base/array.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TODAY_MS (12 * 3600000)

enum health_kind {
    HEALTH_FLAG,   /* bool */
    HEALTH_INT,    /* int or an enum */
    HEALTH_NUMBER, /* 64 bits */
    HEALTH_TEXT
};

static const struct health_field {
    enum health_kind kind;
    size_t offset;
    size_t count; /* of numbers; of a text: its room */
    int64_t min, max;
} fields[] = {
#define FLAG(member)                                                                               \
    {                                                                                              \
        HEALTH_FLAG, offsetof(struct folder_health, member), 1, 0, 1                               \
    }
#define INT(member, min, max)                                                                      \
    {                                                                                              \
        HEALTH_INT, offsetof(struct folder_health, member), 1, min, max                            \
    }
#define NUMBER(member, min)                                                                        \
    {                                                                                              \
        HEALTH_NUMBER, offsetof(struct folder_health, member),                                     \
            sizeof(((struct folder_health *)NULL)->member) / sizeof(int64_t), min, INT64_MAX       \
    }
#define TEXT(member)                                                                               \
    {                                                                                              \
        HEALTH_TEXT, offsetof(struct folder_health, member),                                       \
            sizeof(((struct folder_health *)NULL)->member), 0, 0                                   \
    }
    FLAG(healthy),
    FLAG(scanned),
    NUMBER(scanned_for, INT64_MIN),
    NUMBER(complete_scans, INT64_MIN),
    FLAG(polls),
    FLAG(without_leases),
    NUMBER(settling, 0),
    NUMBER(waiting, 0),
    INT(missed, INT_MIN, 0),
    FLAG(has_unreachable),
    FLAG(is_bare),
    FLAG(was_used),
    NUMBER(device, INT64_MIN),
    NUMBER(inode, INT64_MIN),
    TEXT(longest_waiter),
    INT(longest_wait, 0, SETTLE_WAITS - 1),
    NUMBER(waits_since_ms, INT64_MIN),
    NUMBER(unsettled_since_ms, INT64_MIN),
    TEXT(waits_for),
    TEXT(unreadable),
    TEXT(closed),
    TEXT(message),
#undef FLAG
#undef INT
#undef NUMBER
#undef TEXT
};

static const char *text_of(const struct folder_health *health, const struct health_field *field)
{
    return (const char *)health + field->offset;
}

static int64_t number_of(
    const struct folder_health *health, const struct health_field *field, size_t index)
{
    const void *member = (const char *)health + field->offset + index * sizeof(int64_t);
    switch (field->kind) {
    case HEALTH_FLAG:
        return *(const bool *)member;
    case HEALTH_INT:
        return *(const int *)member;
    default:
        return *(const int64_t *)member;
    }
}

static void set_number(
    struct folder_health *health, const struct health_field *field, size_t index, int64_t number)
{
    void *member = (char *)health + field->offset + index * sizeof(int64_t);
    switch (field->kind) {
    case HEALTH_FLAG:
        *(bool *)member = number != 0;
        break;
    case HEALTH_INT:
        *(int *)member = (int)number;
        break;
    default:
        *(int64_t *)member = number;
    }
}

static bool is_equal(
    const struct folder_health *a, const struct folder_health *b, const struct health_field *field)
{
    if (field->kind == HEALTH_TEXT)
        return strcmp(text_of(a, field), text_of(b, field)) == 0;
    for (size_t i = 0; i < field->count; i++)
        if (number_of(a, field, i) != number_of(b, field, i))
            return false;
    return true;
}

bool folder_health_equal(const struct folder_health *a, const struct folder_health *b)
{
    for (size_t i = 0; i < COUNT(fields); i++)
        if (!is_equal(a, b, &fields[i]))
            return false;
    return true;
}

void folder_health_add(struct str *out, const struct folder_health *health)
{
    for (size_t i = 0; i < COUNT(fields); i++) {
        const struct health_field *field = &fields[i];
        if (field->kind == HEALTH_TEXT)
            wire_add_text(out, text_of(health, field));
        for (size_t j = 0; field->kind != HEALTH_TEXT && j < field->count; j++)
            wire_add_number(out, number_of(health, field, j));
    }
}

void folder_health_read(struct wire *wire, struct folder_health *health)
{
    for (size_t i = 0; i < COUNT(fields); i++) {
        const struct health_field *field = &fields[i];
        if (field->kind == HEALTH_TEXT)
            wire_text_into(wire, (char *)health + field->offset, field->count);
        for (size_t j = 0; field->kind != HEALTH_TEXT && j < field->count; j++)
            set_number(health, field, j, wire_number_in(wire, field->min, field->max));
    }
}

static bool is_away(const struct folder_health *health)
{
    return !health->healthy && *health->message;
}

bool folder_health_is_at_rest(const struct folder_health *health)
{
    return is_away(health) || (health->scanned && !health->settling);
}

bool folder_health_is_incomplete(const struct folder_health *health)
{
    for (int wait = 0; wait < SETTLE_WAITS; wait++)
        if (health->waiting[wait])
            return true;
    return is_away(health) || health->missed;
}

void folder_health_explain(struct folder_health *health)
{
    if (*health->message)
        return;
    if (health->missed)
        snprintf(health->message, sizeof(health->message),
            "part of it cannot be read: %s; retrying every poll_interval",
            strerror(-health->missed));
    else if (health->has_unreachable)
        snprintf(health->message, sizeof(health->message),
            "part of it cannot be reached: a path is too long, or more than 64 directories deep "
            "(the log says which); use shorter names, or move it up");
}

void folder_health_be_silent(struct folder_health *health, int64_t since_ms, int64_t now_ms)
{
    char since[64] = "";
    time_t at = (time_t)(since_ms / 1000);
    const char *format = now_ms - since_ms < TODAY_MS ? "%H:%M" : "%Y-%m-%d %H:%M";
    struct tm local;
    if (localtime_r(&at, &local))
        (void)strftime(since, sizeof(since), format, &local);
    *health = (struct folder_health){.healthy = false};
    snprintf(health->message, sizeof(health->message), "does not answer since %s", since);
}
