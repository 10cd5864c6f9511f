/** Which folder is scanned next, and when: its own rescan, a poll, or sooner since something was
 * missed. */
#include "scan_schedule.h"
#include "closed.h"
#include "folder_claim.h"
#include "folders.h"
#include "hints.h"
#include "polling.h"
#include "report.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/intake/events.h"
#include "closedrop/intake/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_SLICE 512 /* entries of a scan in one turn */

/** Not worth another scan: it stays so until somebody shortens a name. */
static void note_unreachable(void *context)
{
    struct watched *folder = context;
    folder->has_unreachable = true;
    folder->health.has_unreachable = true;
}

/** Nothing is in the directory: if that has been so for a while, it may be one that was emptied. */
static void note_empty(void *context, const char *path, int directory)
{
    struct watched *folder = context;
    struct file_state state;
    if (!folder->folder->remove_empty || !folder->is_claimed ||
        file_state_read(directory, &state) < 0)
        return;
    int64_t left = folder_empty_ms(folder->folder) - (clock_wall_ms() - state.ctime_ns / 1000000);
    if (left > 0)
        folder_scan_within(folder, left);
    else
        report_empty(folder->watch, folder, path, &state);
}

static enum scan_kind due_scan(const struct watched *folder, int64_t now)
{
    if (folder->scan_wanted || now >= folder->next_scan_ms)
        return SCAN_WHOLE;
    if (now >= folder->next_check_ms)
        return folder->polls ? SCAN_WHOLE : folder->unwatched ? SCAN_UNWATCHED : SCAN_ROOT;
    return folder->subtree_count ? SCAN_SUBTREE : SCAN_NONE;
}

/** Events that could not be had may be had now. */
static void try_events(struct watch *watch, const struct watched *folder)
{
    if (watch->events >= 0 || !folder->wants_events)
        return;
    watch->events = events_open();
    if (watch->events >= 0)
        watch_restart_later(watch);
}

/** Each scan but a subtree's begins at the root. Returns whether it is there. */
static bool check_root(struct watch *watch, struct watched *folder)
{
    int64_t now = clock_steady_ms();
    bool is_there = folder_enter(folder);
    folder->next_check_ms = now + folder->folder->poll_ms;
    folder_watch_parent(folder);
    try_events(watch, folder);
    closed_recheck(folder);
    if (folder->scan_kind == SCAN_WHOLE) {
        folder->missed = 0;
        folder->has_unreachable = false;
        folder->scan_begun = folder->scan_asked;
        folder->scan_wanted = false;
        folder->next_scan_ms = folder->polls ? INT64_MAX : now + folder->folder->rescan_ms;
    }
    return is_there;
}

/** Begin the scan that is due, if none goes on. */
static void begin_scan(struct watch *watch, struct watched *folder)
{
    const struct scan_calls calls = {folder_watch_directory, hint_of_scan, note_empty, closed_add,
        folder_note_error, note_unreachable, folder};
    CLEANUP(free_text) char *subtree = NULL;
    if (folder->scan)
        return;
    folder->scan_kind = due_scan(folder, clock_steady_ms());
    if (folder->scan_kind == SCAN_NONE)
        return;
    if (folder->scan_kind == SCAN_SUBTREE)
        subtree = folder->subtrees[--folder->subtree_count];
    else if (!check_root(watch, folder) || folder->scan_kind == SCAN_ROOT)
        return;
    else
        folder->unwatched = 0;
    folder->scan =
        scan_new(watch->config, folder->folder, folder->root, subtree ? subtree : "", &calls);
    if (!folder->scan)
        folder_note_error(folder, -ENOMEM);
}

static bool may_scan(const struct watch *watch)
{
    return watch->batches_out < BATCHES_OUT_MAX &&
           candidates_count(watch->candidates) < CANDIDATES_MAX - BATCHES_OUT_MAX * BATCH;
}

static void end_scan(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    if (folder->scan_kind == SCAN_WHOLE) {
        folder->health.scanned = true;
        folder->health.scanned_for = folder->scan_begun;
        folder->health.complete_scans += !folder->missed;
        folder->health.missed = folder->missed;
        folder->health.has_unreachable = folder->has_unreachable;
    }
    if (folder->scan_kind != SCAN_SUBTREE) /* it may have taken longer than poll_interval */
        folder->next_check_ms = clock_steady_ms() + folder->folder->poll_ms;
    polling_explain(folder);
}

void schedule_go_on(struct watch *watch, struct watched *folder)
{
    if (folder->root >= 0 && clock_steady_ms() >= folder->next_claim_ms)
        (void)folder_claim(folder);
    begin_scan(watch, folder);
    if (folder_yield(folder) || !folder->scan || !may_scan(watch))
        return;
    bool is_more = scan_step(folder->scan, SCAN_SLICE);
    if (!folder_yield(folder) && !is_more)
        end_scan(folder);
}

void schedule_anew(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    folder->asked = 0;
    folder_request_scan(folder);
}

bool schedule_is_under_way(const struct watch *watch)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        const struct watched *folder = &watch->folders[i];
        if (folder->scan && folder->scan_kind == SCAN_WHOLE && !folder->polls)
            return may_scan(watch);
    }
    return false;
}

int64_t schedule_next(const struct watch *watch, const struct watched *folder)
{
    bool is_scanning = folder->scan || folder->subtree_count || folder->scan_wanted;
    int64_t next = folder->root < 0 ? INT64_MAX : folder->next_claim_ms;
    if (is_scanning)
        return may_scan(watch) ? 0 : next;
    next = folder->next_check_ms < next ? folder->next_check_ms : next;
    return folder->next_scan_ms < next ? folder->next_scan_ms : next;
}
