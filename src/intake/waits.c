/** Counts what the candidates of each folder wait for, and names the first of each kind. */
#include "waits.h"
#include "closed.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/files/path.h"

#include <stdio.h>
#include <string.h>

#define SOON_MS 60000

static void clear_counts(struct watched *folder)
{
    folder->health.settling = folder->outgoing.asked + schedule_is_busy(&folder->schedule);
    memset(folder->health.waiting, 0, sizeof(folder->health.waiting));
    folder->health.unsettled_since_ms = 0;
    folder->waits = (struct waits){.unreadable = 0};
}

/** The first by name, so that `status` always names the same file. */
static void note_waiter(struct watched *folder, const struct candidate *candidate)
{
    const struct candidate *first = folder->waits.first_waiter;
    if (candidate->wants && (!first || strcmp(candidate->path, first->path) < 0))
        folder->waits.first_waiter = candidate;
}

static void note_unreadable(struct watched *folder, const struct candidate *candidate)
{
    const struct candidate *first = folder->waits.first_unreadable;
    folder->waits.unreadable += candidate->unreadable != NULL;
    if (candidate->unreadable && (!first || strcmp(candidate->path, first->path) < 0))
        folder->waits.first_unreadable = candidate;
}

/** A marker may come when it likes, but everything else should be over soon. */
static void note_unsettled(struct watched *folder, const struct candidate *candidate)
{
    int64_t since_ms = candidate->first_ctime_ns / 1000000;
    int64_t *first_ms = &folder->health.unsettled_since_ms;
    if (candidate->wait != SETTLE_MARKER && (!*first_ms || since_ms < *first_ms))
        *first_ms = since_ms;
}

/** By when the file system says that it came; of the same time, the first by name. */
static void note_longest(struct watched *folder, const struct candidate *candidate)
{
    const struct candidate *longest = folder->waits.longest;
    if (!candidate->first_ctime_ns || candidate->ends_batch)
        return;
    note_unsettled(folder, candidate);
    if (!longest || candidate->first_ctime_ns < longest->first_ctime_ns ||
        (candidate->first_ctime_ns == longest->first_ctime_ns &&
            strcmp(candidate->path, longest->path) < 0))
        folder->waits.longest = candidate;
}

static void name_longest(struct watched *folder)
{
    struct folder_health *health = &folder->health;
    const struct candidate *longest = folder->waits.longest;
    snprintf(
        health->longest_waiter, sizeof(health->longest_waiter), "%s", longest ? longest->path : "");
    health->longest_wait = longest ? longest->wait : SETTLE_QUIET;
    health->waits_since_ms = longest ? longest->first_ctime_ns / 1000000 : 0;
}

static void name_unreadable(struct watched *folder)
{
    const struct candidate *first = folder->waits.first_unreadable;
    folder_name_first(folder->health.unreadable, sizeof(folder->health.unreadable),
        first ? first->path : NULL, first ? first->unreadable : NULL, folder->waits.unreadable);
}

/** Name the companion, too: a file often waits because the name of its companion is wrong. */
static void name_waiter(struct watched *folder)
{
    char *words = folder->health.waits_for;
    const size_t room = sizeof(folder->health.waits_for);
    const struct candidate *first = folder->waits.first_waiter;
    bool is_sidecar = first && first->wants == COMPANION_SIDECAR;
    CLEANUP(free_text)
    char *companion =
        first ? path_marker(is_sidecar ? SIDECAR_PATTERN : folder->folder->marker, first->path)
              : NULL;
    *words = '\0';
    if (!companion)
        return;
    if (first->wants == COMPANION_NEXT_MARKER)
        snprintf(words, room, "%.300s came after its marker %.255s and waits for the next one",
            first->path, path_name(companion));
    else
        snprintf(words, room, "%.300s waits for its %s %.255s%s", first->path,
            is_sidecar ? "sidecar" : "marker", path_name(companion),
            first->wait == SETTLE_GROWTH ? ", which is empty or truncated" : "");
}

/** Waits that end soon by themselves count as settling; the others are only counted by kind. */
void waits_count(struct watch *watch)
{
    int64_t soon = clock_steady_ms() + SOON_MS;
    for (size_t i = 0; i < watch->config->folder_count; i++)
        clear_counts(&watch->folders[i]);
    for (size_t i = 0; i < candidates_count(watch->candidates); i++) {
        const struct candidate *candidate = candidates_at(watch->candidates, i);
        if (candidate->is_gone)
            continue;
        struct folder_health *health = &watch->folders[candidate->folder].health;
        health->settling += candidate->wait == SETTLE_QUIET || candidate->due_ms <= soon;
        health->waiting[candidate->wait] += !candidate->ends_batch;
        note_waiter(&watch->folders[candidate->folder], candidate);
        note_unreadable(&watch->folders[candidate->folder], candidate);
        note_longest(&watch->folders[candidate->folder], candidate);
    }
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        name_waiter(&watch->folders[i]);
        name_unreadable(&watch->folders[i]);
        name_longest(&watch->folders[i]);
        closed_name(&watch->folders[i]);
    }
}
