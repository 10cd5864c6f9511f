#include "inner.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/intake/filter.h"

#include <stdlib.h>
#include <string.h>

#define SCAN_SLICE 512 /* entries of a scan in one turn */

void rounds_soon(struct watched *folder)
{
    folder->scan_wanted = true;
}

void rounds_all_soon(struct watch *watch)
{
    for (size_t i = 0; i < watch->config->folder_count; i++)
        rounds_soon(&watch->folders[i]);
}

/** Begin the scan that is due, if none goes on. */
static void begin_scan(struct watch *watch, struct watched *folder)
{
    const struct scan_calls calls = {folder_watch_directory, hint_of_scan, folder};
    int64_t now = clock_steady_ms();
    if (folder->scan)
        return;
    if (folder->scan_wanted || now >= folder->next_scan_ms) {
        folder->scan_wanted = false;
        folder->next_scan_ms = now + folder->folder->poll_ms;
        bool is_there = folder_enter(watch, folder);
        folder_watch_parent(folder);
        if (!is_there)
            return;
        folder->scan_is_whole = true;
        folder->scan = scan_new(folder->folder, folder->root, "", &calls);
    } else if (folder->subtree_count) {
        CLEANUP(free_text) char *path = folder->subtrees[--folder->subtree_count];
        folder->scan_is_whole = false;
        folder->scan = scan_new(folder->folder, folder->root, path, &calls);
    }
}

static bool may_scan(const struct watch *watch)
{
    return watch->batches_out < BATCHES_OUT_MOST &&
           candidates_count(watch->candidates) < CANDIDATES_MOST - BATCHES_OUT_MOST * BATCH;
}

static void end_scan(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    if (!folder->scan_is_whole)
        return;
    folder->health.scanned = true;
    folder->next_scan_ms =
        clock_steady_ms() + (folder->polls ? folder->folder->poll_ms : folder->folder->rescan_ms);
}

void rounds_go_on(struct watch *watch, struct watched *folder)
{
    begin_scan(watch, folder);
    if (!folder->scan || !may_scan(watch))
        return;
    if (!scan_step(folder->scan, SCAN_SLICE))
        end_scan(folder);
}

void rounds_subtree(struct watched *folder, const char *path)
{
    if (!filter_enters(folder->folder, path) || !folder->folder->recursive)
        return;
    char *copy = folder->subtree_count < SUBTREES_MOST ? strdup(path) : NULL;
    if (copy)
        folder->subtrees[folder->subtree_count++] = copy;
    else
        rounds_soon(folder);
}

void rounds_anew(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    folder->asked = 0;
    rounds_soon(folder);
}

int64_t rounds_next(const struct watch *watch, const struct watched *folder)
{
    if (folder->scan || folder->subtree_count || folder->scan_wanted)
        return may_scan(watch) ? 0 : INT64_MAX;
    return folder->next_scan_ms;
}
