/** Handles what events and scans point at: touches a candidate, or asks the queue about a file. */
#include "hints.h"
#include "end_marker.h"
#include "inspect.h"
#include "report.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** When to inspect the candidate next, after a hint. */
static int64_t due_after(
    const struct watched *folder, const struct candidate *candidate, enum settle_hint hint)
{
    int64_t now = clock_steady_ms();
    bool may_be_readable = hint == HINT_STAMPED && candidate->wait == SETTLE_ACCESS;
    if (hint == HINT_MOVED_IN || may_be_readable || folder_must_poll(folder))
        return now;
    return hint == HINT_STAMPED ? candidate->due_ms : now + folder->folder->settle_ms;
}

/** What its next inspection starts from. */
static void restart_wait(struct candidate *candidate, enum settle_hint hint)
{
    candidate->is_gone = false;
    if (hint == HINT_STAMPED)
        return;
    candidate->moved_in = hint == HINT_MOVED_IN;
    candidate->quiet.changed = candidate->quiet.stamped = clock_steady_ms();
}

void hint_arrived(struct watched *folder, struct candidate *candidate)
{
    restart_wait(candidate, HINT_MOVED_IN);
    candidates_delay(
        folder->watch->candidates, candidate, due_after(folder, candidate, HINT_MOVED_IN));
}

void hint_touch(struct watched *folder, struct candidate *candidate, enum settle_hint hint)
{
    struct file_state state;
    CLEANUP(close_fd)
    int path_fd = folder->root.fd < 0 ? -ENOENT : safe_open_path(folder->root.fd, candidate->path);
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    restart_wait(candidate, hint);
    if (result == 0 && S_ISREG(state.mode))
        inspect_note_state(folder, candidate, path_fd, &state, hint);
    candidates_delay(folder->watch->candidates, candidate, due_after(folder, candidate, hint));
}

void hint_deleted(struct watched *folder, struct candidate *candidate)
{
    struct candidates *candidates = folder->watch->candidates;
    candidate->is_gone = candidate->document.size > 0;
    candidate->is_remembered = false;
    candidate->wants = COMPANION_NONE;
    candidate->wait = SETTLE_QUIET;
    if (candidate->is_gone)
        candidates_delay(candidates, candidate, clock_steady_ms() + folder->folder->settle_ms);
    else
        candidates_remove(candidates, candidate);
}

/** Ask the queue about the file with this name. */
static void ask_about(struct watched *folder, const char *path, bool moved_in)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(folder->root.fd, path);
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    folder_note_unexamined(folder, result);
    if (result == 0 && S_ISREG(state.mode))
        report_seen(folder, path, &state, moved_in);
}

/** Nothing is reported before the folder is ours: the next scan claims it and finds everything. */
static bool may_tell(struct watched *folder)
{
    if (!folder->claim.is_ours)
        folder_request_scan(folder);
    return folder->claim.is_ours && !folder->claim.conflict;
}

void hint_take(struct watched *folder, const char *path, enum settle_hint hint)
{
    struct candidate *marker;
    if (folder->root.fd < 0 || !may_tell(folder))
        return;
    if (!filter_takes(folder->folder, path)) {
        if (*folder->folder->marker || folder->folder->sidecar)
            folder_wake_waiters(folder);
        if (filter_ends_batch(folder->folder, path) &&
            (marker = end_marker_expect(folder, path)) != NULL)
            hint_touch(folder, marker, HINT_WRITTEN);
        return;
    }
    struct candidate *candidate = candidates_find(folder->watch->candidates, folder->index, path);
    if (candidate && !candidate->is_gone)
        hint_touch(folder, candidate, hint);
    else
        ask_about(folder, path, hint == HINT_MOVED_IN);
}

void hint_of_scan(void *context, const char *path)
{
    struct watched *folder = context;
    struct watch *watch = folder->watch;
    if (!may_tell(folder))
        return;
    if (filter_ends_batch(folder->folder, path))
        (void)end_marker_expect(folder, path);
    if (!filter_takes(folder->folder, path))
        return;
    struct candidate *candidate = candidates_find(watch->candidates, folder->index, path);
    if (!candidate || candidate->is_gone)
        ask_about(folder, path, false);
    else if (candidate->wants) /* all others have a time of their own */
        candidates_delay(watch->candidates, candidate, clock_steady_ms());
}
