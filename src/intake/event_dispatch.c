/** Passes file events on to the folders and files that they are about. */
#include "event_dispatch.h"
#include "end_marker.h"
#include "hints.h"
#include "report.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/intake/events.h"
#include "closedrop/intake/filter.h"

#include <errno.h>
#include <string.h>

#define EVENTS_SLICE 4096

/** Find the folder of an event, and the event's path in that folder, which the caller frees. */
static struct watched *find_folder(
    const struct watch *watch, const struct event *event, char **ret_path)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        size_t length = folder->root.real_path ? strlen(folder->root.real_path) : 0;
        if (!length || strncmp(event->directory, folder->root.real_path, length) != 0 ||
            event->directory[length] != '/')
            continue;
        const char *below = event->directory + length + 1;
        *ret_path = str_format("%s%s", below, event->name);
        if (!*ret_path)
            folder_note_error(folder, -ENOMEM);
        if (*ret_path && str_ends_with(*ret_path, "/")) /* the directory itself, without a name */
            (*ret_path)[strlen(*ret_path) - 1] = '\0';
        return *ret_path ? folder : NULL;
    }
    return NULL;
}

/** Whether `path` is the event's directory plus its name. */
static bool is_named(const struct event *event, const char *path)
{
    size_t length = strlen(event->directory);
    return path && strncmp(path, event->directory, length) == 0 &&
           strcmp(path + length, event->name) == 0;
}

/** An event next to a folder: if it is about the folder's own root, check that again. */
static void take_event_of_parent(struct watch *watch, const struct event *event)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        if (is_named(event, folder->root.real_path) || is_named(event, folder->folder->path))
            folder_request_check(folder);
    }
}

static void take_leaving(struct watched *folder, const char *path, enum event_kind kind)
{
    struct candidates *candidates = folder->watch->candidates;
    struct candidate *candidate = candidates_find(candidates, folder->index, path);
    if (candidate && kind == EVENT_DELETED)
        hint_deleted(folder, candidate);
    else if (candidate)
        candidates_remove(candidates, candidate);
    else if (filter_takes(folder->folder, path))
        report_left(folder, path);
}

static enum settle_hint hint_of(enum event_kind kind)
{
    if (kind == EVENT_MOVED_IN)
        return HINT_MOVED_IN;
    return kind == EVENT_STAMPED ? HINT_STAMPED : HINT_WRITTEN;
}

static void take_event(struct watch *watch, const struct event *event)
{
    CLEANUP(free_text) char *path = NULL;
    if (event->kind == EVENT_LOST) {
        watch_restart_later(watch);
        return;
    }
    struct watched *folder = find_folder(watch, event, &path);
    if (!folder) {
        take_event_of_parent(watch, event);
        return;
    }
    switch (event->kind) {
    case EVENT_DIRECTORY:
        folder_request_subtree(folder, path);
        break;
    case EVENT_LEFT:
    case EVENT_DELETED:
        take_leaving(folder, path, event->kind);
        end_marker_note_left(folder, path);
        break;
    default:
        hint_take(folder, path, hint_of(event->kind));
    }
}

bool event_dispatch(struct watch *watch)
{
    struct event event;
    for (int i = 0; i < EVENTS_SLICE; i++) {
        if (!events_next(&event))
            return false;
        take_event(watch, &event);
    }
    return true;
}
