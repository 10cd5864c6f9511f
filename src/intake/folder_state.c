/** The requests that the files of the watch thread leave for one another in a folder's state. */
#include "folder_state.h"

#include "closedrop/base/clock.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EMPTY_MIN_MS 60000 /* how long an empty directory must be unchanged */
#define RESTART_PAUSE_MS 1000

bool folder_is_elsewhere(const struct watched *folder)
{
    return atomic_load(&folder->folder->is_elsewhere);
}

void folder_request_scan(struct watched *folder)
{
    folder->schedule.is_wanted = true;
}

void folder_request_check(struct watched *folder)
{
    folder->schedule.next_check_ms = 0;
}

void folder_note_error(void *context, int error)
{
    struct watched *folder = context;
    folder->schedule.missed = error;
    folder->health.missed = error;
    schedule_scan_by(&folder->schedule, clock_steady_ms() + folder->folder->poll_ms);
}

void folder_note_unexamined(struct watched *folder, int error)
{
    bool is_refused = error == -EACCES || error == -EPERM; /* it may be there all the same */
    if (error < 0 && (is_refused || !safe_open_is_absent(error)))
        folder_note_error(folder, error);
}

int64_t folder_empty_ms(const struct folder *folder)
{
    return folder->settle_ms > EMPTY_MIN_MS ? folder->settle_ms : EMPTY_MIN_MS;
}

void folder_request_subtree(struct watched *folder, const char *path)
{
    if (!filter_enters(folder->folder, path))
        return;
    if (!schedule_add_subtree(&folder->schedule, path))
        folder_request_scan(folder);
}

bool folder_must_poll(const struct watched *folder)
{
    return folder->coverage.polls || folder->coverage.unwatched > 0;
}

void folder_drop_messages(struct watched *folder)
{
    for (int kind = 0; kind < MESSAGES_COLLECTED; kind++) {
        message_free(folder->outgoing.collected[kind]);
        folder->outgoing.collected[kind] = NULL;
    }
}

void folder_name_first(char *words, size_t room, const char *path, const char *why, size_t count)
{
    char more[40] = "";
    if (count > 1)
        snprintf(more, sizeof(more), " (and %zu more)", count - 1);
    if (path)
        snprintf(words, room, "%.400s: %.768s%s", path, why, more);
    else
        *words = '\0';
}

void watch_restart_later(struct watch *watch)
{
    int64_t earliest = watch->restarted_ms + RESTART_PAUSE_MS;
    int64_t now = clock_steady_ms();
    if (!watch->restart_ms)
        watch->restart_ms = earliest > now ? earliest : now;
}

void watch_set_waiting(struct watch *watch, bool waiting)
{
    atomic_store(&watch->busy_since_ms, waiting ? 0 : clock_steady_ms());
    atomic_store(&watch->unanswered, 0);
}

void folder_wake_waiters(struct watched *folder)
{
    struct candidates *candidates = folder->watch->candidates;
    size_t count = candidates_count(candidates), waiting = 0;
    struct candidate **waiters = calloc(count + 1, sizeof(struct candidate *));
    for (size_t i = 0; waiters && i < count; i++) {
        struct candidate *candidate = candidates_at(candidates, i);
        if (candidate->folder == folder->index && candidate->wants)
            waiters[waiting++] = candidate;
    }
    for (size_t i = 0; i < waiting; i++)
        candidates_delay(candidates, waiters[i], clock_steady_ms());
    if (!waiters)
        folder_note_error(folder, -ENOMEM);
    free(waiters);
}
