/** The health of a folder: whether it has changed, and a message about what is wrong. */
#include "closedrop/intake/folder_health.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TODAY_MS (12 * 3600000)

bool folder_health_equal(const struct folder_health *a, const struct folder_health *b)
{
    return a->healthy == b->healthy && a->scanned == b->scanned &&
           a->scanned_for == b->scanned_for && a->complete_scans == b->complete_scans &&
           a->polls == b->polls && a->without_leases == b->without_leases &&
           a->settling == b->settling && memcmp(a->waiting, b->waiting, sizeof(a->waiting)) == 0 &&
           a->device == b->device && a->inode == b->inode && a->missed == b->missed &&
           a->has_unreachable == b->has_unreachable && a->is_bare == b->is_bare &&
           a->was_used == b->was_used && a->longest_wait == b->longest_wait &&
           a->waits_since_ms == b->waits_since_ms &&
           strcmp(a->longest_waiter, b->longest_waiter) == 0 &&
           strcmp(a->waits_for, b->waits_for) == 0 && strcmp(a->unreadable, b->unreadable) == 0 &&
           strcmp(a->closed, b->closed) == 0 && strcmp(a->message, b->message) == 0;
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
