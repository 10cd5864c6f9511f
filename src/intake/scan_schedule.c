/** Decides which scan of a folder is due: a requested one, a poll, or its regular rescan. */
#include "scan_schedule.h"

#include "closedrop/base/clock.h"

#include <string.h>

enum scan_kind schedule_due(
    const struct schedule *schedule, const struct coverage *coverage, int64_t now)
{
    if (schedule->is_wanted || now >= schedule->next_scan_ms)
        return SCAN_WHOLE;
    if (now >= schedule->next_check_ms)
        return coverage->polls ? SCAN_WHOLE : coverage->unwatched ? SCAN_UNWATCHED : SCAN_ROOT;
    return schedule->subtree_count ? SCAN_SUBTREE : SCAN_NONE;
}

bool schedule_is_busy(const struct schedule *schedule)
{
    return schedule->scan || schedule->subtree_count || schedule->is_wanted;
}

int64_t schedule_next(const struct schedule *schedule, bool has_room)
{
    if (schedule_is_busy(schedule))
        return has_room ? 0 : INT64_MAX;
    return earlier(schedule->next_check_ms, schedule->next_scan_ms);
}

void schedule_start(struct schedule *schedule, const struct folder *folder, bool polls, int64_t now)
{
    schedule->next_check_ms = now + folder->poll_ms;
    if (schedule->kind != SCAN_WHOLE)
        return;
    schedule->missed = 0;
    schedule->has_unreachable = false;
    schedule->begun = schedule->asked;
    schedule->is_wanted = false;
    schedule->next_scan_ms = polls ? INT64_MAX : now + folder->rescan_ms;
}

void schedule_end(struct schedule *schedule, const struct folder *folder, int64_t now)
{
    if (schedule->kind != SCAN_SUBTREE)
        schedule->next_check_ms = now + folder->poll_ms;
}

void schedule_scan_by(struct schedule *schedule, int64_t at)
{
    schedule->next_scan_ms = earlier(schedule->next_scan_ms, at);
}

bool schedule_add_subtree(struct schedule *schedule, const char *path)
{
    char *copy = schedule->subtree_count < SUBTREES_MAX ? strdup(path) : NULL;
    if (copy)
        schedule->subtrees[schedule->subtree_count++] = copy;
    return copy;
}

char *schedule_take_subtree(struct schedule *schedule)
{
    return schedule->subtree_count ? schedule->subtrees[--schedule->subtree_count] : NULL;
}
