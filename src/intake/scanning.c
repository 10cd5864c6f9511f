/** Starts, continues and ends the scans of folders, a slice of entries per turn. */
#include "scanning.h"
#include "closed.h"
#include "folder_claim.h"
#include "folder_root.h"
#include "folders.h"
#include "hints.h"
#include "polling.h"
#include "report.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/intake/events.h"

#include <errno.h>

#define SCAN_SLICE 512 /* entries of a scan in one turn */
#define SCAN_STEP 16   /* after so many, the clock is read */
#define SLICE_MS 100   /* or until this much time has passed */

/** Not worth another scan: it stays so until somebody shortens a name. */
static void note_unreachable(void *context)
{
    struct watched *folder = context;
    folder->schedule.has_unreachable = true;
    folder->health.has_unreachable = true;
}

/** A directory that has been empty for a while may be one that was emptied. */
static void note_empty(void *context, const char *path, int directory)
{
    struct watched *folder = context;
    struct file_state state;
    if (!folder->folder->remove_empty || !folder->claim.is_ours ||
        file_state_read(directory, &state) < 0)
        return;
    int64_t left = folder_empty_ms(folder->folder) - (clock_wall_ms() - state.ctime_ns / 1000000);
    if (left > 0)
        schedule_scan_by(&folder->schedule, clock_steady_ms() + left);
    else
        report_empty(folder, path, &state);
}

/** Events that were not available may be available now. */
static void try_events(struct watch *watch, const struct watched *folder)
{
    if (watch->events >= 0 || !folder->coverage.wants_events)
        return;
    watch->events = events_open();
    if (watch->events >= 0)
        watch_restart_later(watch);
}

/** Each scan but a subtree's starts at the root. Returns whether that exists. */
static bool check_root(struct watched *folder)
{
    int64_t now = clock_steady_ms();
    bool exists = folder_enter(folder);
    folder_watch_parent(folder);
    try_events(folder->watch, folder);
    closed_recheck(folder);
    schedule_start(&folder->schedule, folder->folder, folder->coverage.polls, now);
    return exists;
}

static void begin_scan(struct watched *folder, const char *path)
{
    const struct scan_calls calls = {folder_watch_directory, hint_of_scan, note_empty, closed_add,
        folder_note_error, note_unreachable, folder};
    folder->schedule.scan =
        scan_new(folder->watch->config, folder->folder, folder->root.fd, path, &calls);
    if (!folder->schedule.scan)
        folder_note_error(folder, -ENOMEM);
}

static void begin_due_scan(struct watched *folder)
{
    struct schedule *schedule = &folder->schedule;
    schedule->kind = schedule_due(schedule, &folder->coverage, clock_steady_ms());
    if (schedule->kind == SCAN_SUBTREE) {
        CLEANUP(free_text) char *subtree = schedule_take_subtree(schedule);
        begin_scan(folder, subtree);
    } else if (schedule->kind != SCAN_NONE && check_root(folder) && schedule->kind != SCAN_ROOT) {
        folder->coverage.unwatched = 0;
        begin_scan(folder, "");
    }
}

static bool has_room(const struct watch *watch)
{
    return watch->batches_out < BATCHES_OUT_MAX &&
           candidates_count(watch->candidates) < CANDIDATES_MAX - BATCHES_OUT_MAX * BATCH;
}

static void end_scan(struct watched *folder)
{
    struct schedule *schedule = &folder->schedule;
    scan_free(schedule->scan);
    schedule->scan = NULL;
    if (schedule->kind == SCAN_WHOLE) {
        folder->health.scanned = true;
        folder->health.scanned_for = schedule->begun;
        folder->health.complete_scans += !schedule->missed;
        folder->health.missed = schedule->missed;
        folder->health.has_unreachable = schedule->has_unreachable;
    }
    schedule_end(schedule, folder->folder, clock_steady_ms());
    polling_explain(folder);
}

/** Scan a slice. Returns whether there is more. */
static bool scan_slice(struct scan *scan)
{
    int64_t end = clock_steady_ms() + SLICE_MS;
    bool is_more = true;
    for (int i = 0; is_more && i < SCAN_SLICE / SCAN_STEP && clock_steady_ms() < end; i++)
        is_more = scan_step(scan, SCAN_STEP);
    return is_more;
}

/** Another process touches its files from now on. */
static void leave(struct watched *folder)
{
    if (folder->root.fd < 0)
        return;
    folder_root_lose(folder);
    folder_drop_messages(folder);
    folder->outgoing.asked = 0;
    folder->watch->batches_out = 0; /* nobody answers those */
    folder->health = (struct folder_health){.healthy = false};
}

void scanning_continue(struct watched *folder)
{
    if (folder_is_elsewhere(folder)) {
        leave(folder);
        return;
    }
    if (folder->root.fd >= 0 && clock_steady_ms() >= folder->claim.next_ms)
        (void)folder_claim(folder);
    if (!folder->schedule.scan)
        begin_due_scan(folder);
    if (folder_yield(folder) || !folder->schedule.scan || !has_room(folder->watch))
        return;
    bool is_more = scan_slice(folder->schedule.scan);
    if (!folder_yield(folder) && !is_more)
        end_scan(folder);
}

void scanning_restart(struct watched *folder)
{
    scan_free(folder->schedule.scan);
    folder->schedule.scan = NULL;
    folder->outgoing.asked = 0;
    folder_request_scan(folder);
}

bool scanning_is_running(const struct watch *watch)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        const struct watched *folder = &watch->folders[i];
        if (folder->schedule.scan && folder->schedule.kind == SCAN_WHOLE && !folder->coverage.polls)
            return has_room(watch);
    }
    return false;
}

int64_t scanning_next(const struct watched *folder)
{
    if (folder_is_elsewhere(folder))
        return folder->root.fd < 0 ? INT64_MAX : 0;
    int64_t claim = folder->root.fd < 0 ? INT64_MAX : folder->claim.next_ms;
    return earlier(claim, schedule_next(&folder->schedule, has_room(folder->watch)));
}
