/* The watch thread: its life, and the loop that gives events, messages and times their turns. */
#define LOG_MODULE "watch"

#include "closedrop/intake/watch.h"

#include "end_marker.h"
#include "folders.h"
#include "hints.h"
#include "inspect.h"
#include "report.h"
#include "scan_schedule.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/intake/events.h"
#include "closedrop/intake/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS_SLICE 4096
#define MEMORY_PAUSE_S 1
/** How often it is looked whether a folder of an earlier configuration is still used. */
#define LEFT_LOOK_MS 200

/* ---- events ---- */

/** The folder an event's directory belongs to, and the event's path in it (freed by the caller). */
static struct watched *place_event(
    const struct watch *watch, const struct event *event, char **ret_path)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        size_t length = folder->real_path ? strlen(folder->real_path) : 0;
        if (!length || strncmp(event->directory, folder->real_path, length) != 0 ||
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

/** Whether `path` is what the event's directory and name make. */
static bool is_named(const struct event *event, const char *path)
{
    size_t length = strlen(event->directory);
    return path && strncmp(path, event->directory, length) == 0 &&
           strcmp(path + length, event->name) == 0;
}

/** An event beside a folder: if it is about the folder's own root, look at that again. */
static void take_event_of_parent(struct watch *watch, const struct event *event)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        if (is_named(event, folder->real_path) || is_named(event, folder->folder->path))
            folder_request_check(folder);
    }
}

static void take_leaving(
    struct watch *watch, struct watched *folder, const char *path, enum event_kind kind)
{
    struct candidate *candidate = candidates_find(watch->candidates, folder->index, path);
    if (candidate && kind == EVENT_DELETED)
        hint_deleted(watch, candidate);
    else if (candidate)
        candidates_remove(watch->candidates, candidate);
    else if (filter_takes(folder->folder, path))
        report_left(watch, folder, path);
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
    struct watched *folder = place_event(watch, event, &path);
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
        take_leaving(watch, folder, path, event->kind);
        end_marker_note_left(watch, folder, path);
        break;
    default:
        hint_take(watch, folder, path, hint_of(event->kind));
    }
}

static bool take_events(struct watch *watch)
{
    struct event event;
    for (int i = 0; i < EVENTS_SLICE; i++) {
        if (!events_next(&event))
            return false;
        take_event(watch, &event);
    }
    return true;
}

static void restart_if_due(struct watch *watch)
{
    bool asked = atomic_exchange(&watch->rescan, false);
    int64_t now = clock_steady_ms();
    /* a scan is not given up for it: where directories come and go without end, none would end */
    bool due = watch->restart_ms && now >= watch->restart_ms && !schedule_is_under_way(watch);
    if (!due && !asked)
        return;
    if (due && watch->events >= 0) {
        log_debug("begins its watches anew");
        watch->events = events_restart();
    }
    if (due) {
        watch->restart_ms = 0;
        watch->restarted_ms = now;
    }
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        if (folder->root >= 0)
            folder_decide_polling(watch, folder);
        if (asked || !folder->polls)
            schedule_anew(folder);
    }
    watch->batches_out = 0;
}

/* ---- messages in ---- */

static void become_candidate(
    struct watch *watch, struct watched *folder, const struct sighting *sighting)
{
    struct candidate *candidate = candidates_find(watch->candidates, folder->index, sighting->path);
    bool is_new = !candidate || candidate->is_gone;
    if (!candidate)
        candidate = candidates_add(watch->candidates, folder->index, sighting->path);
    if (!candidate) {
        folder_note_error(folder, -ENOMEM); /* or there are too many: later, too */
        return;
    }
    if (is_new) {
        candidate->state = sighting->state;
        candidate->first_ctime_ns = sighting->state.ctime_ns;
        candidate->judged = sighting->judged;
    }
    hint_touch(watch, candidate, sighting->moved_in ? HINT_MOVED_IN : HINT_WRITTEN);
}

static void take_unknown(struct watch *watch, const struct message *message)
{
    struct watched *folder = &watch->folders[message->folder];
    watch->batches_out -= watch->batches_out > 0;
    folder->asked -= (int64_t)message->asked;
    if (folder->asked < 0) /* it was asked before all began anew */
        folder->asked = 0;
    for (size_t i = 0; i < message->count; i++)
        become_candidate(watch, folder, &message->sightings[i]);
}

static void take_look(struct watch *watch, const struct message *message)
{
    if (message->count)
        hint_take(
            watch, &watch->folders[message->folder], message->sightings[0].path, HINT_WRITTEN);
}

static void take_scan(struct watch *watch, const struct message *message)
{
    struct watched *folder = &watch->folders[message->folder];
    folder->scan_asked = message->scan;
    folder_request_scan(folder);
}

/* ---- folders of an earlier configuration ---- */

/** Kept from other agents for as long as a file of theirs may be claimed. */
struct left {
    struct config *config;
    struct watched *folders;
    struct left *next;
};

static void leave_folders(struct config *config, struct watched *folders)
{
    for (size_t i = 0; config && i < config->folder_count; i++) {
        folder_leave(&folders[i]);
        free(folders[i].conflict);
        folder_drop_messages(&folders[i]);
    }
    free(folders);
    config_release(config);
}

/** Leave those that nobody works on any more, or all. */
static void leave_the_unused(struct watch *watch, bool all)
{
    for (struct left **at = &watch->left; *at;) {
        struct left *left = *at;
        if (!all && config_is_shared(left->config)) {
            at = &left->next;
            continue;
        }
        *at = left->next;
        leave_folders(left->config, left->folders);
        free(left);
    }
}

/** Watch the folders of this configuration no longer; leave them when they are not used. */
static void put_aside(struct watch *watch)
{
    struct left *left = watch->config ? malloc(sizeof(*left)) : NULL;
    if (left) {
        *left = (struct left){watch->config, watch->folders, watch->left};
        watch->left = left;
    } else {
        leave_folders(watch->config, watch->folders);
    }
    candidates_free(watch->candidates);
    watch->config = NULL;
    watch->folders = NULL;
    watch->candidates = NULL;
}

static void leave_all(struct watch *watch)
{
    put_aside(watch);
    leave_the_unused(watch, true);
}

static void take_over_from(
    const struct config *config, struct watched *folders, struct watched *folder)
{
    for (size_t i = 0; config && i < config->folder_count; i++) {
        struct watched *old = &folders[i];
        if (!old->is_claimed || strcmp(old->folder->path, folder->folder->path) != 0)
            continue;
        folder->ownership = old->ownership;
        old->ownership = (struct ownership)OWNERSHIP_INIT;
        old->is_claimed = false;
    }
}

/** A folder that goes on being watched is not given up meanwhile: another might take it. */
static void take_over(struct watch *watch, struct watched *folder)
{
    take_over_from(watch->config, watch->folders, folder);
    for (const struct left *left = watch->left; left; left = left->next)
        take_over_from(left->config, left->folders, folder);
}

/** Watch the folders of a (new) configuration, from nothing. -ENOMEM: all is as it was. */
static int enter_all(struct watch *watch, struct config *config)
{
    struct watched *folders = calloc(config->folder_count + 1, sizeof(*folders));
    struct candidates *candidates = candidates_new(CANDIDATES_MAX);
    if (!folders || !candidates) {
        free(folders);
        candidates_free(candidates);
        return -ENOMEM;
    }
    for (size_t i = 0; i < config->folder_count; i++) {
        folders[i] = (struct watched){.watch = watch,
            .folder = &config->folders[i],
            .index = i,
            .root = -1,
            .ownership = OWNERSHIP_INIT};
        take_over(watch, &folders[i]);
    }
    put_aside(watch);
    watch->folders = folders;
    watch->candidates = candidates;
    watch->config = config_hold(config);
    watch->batches_out = 0;
    watch->restart_ms = watch->events >= 0 ? clock_steady_ms() : 0;
    return 0;
}

/** The work thread hears of no other folders any more: without memory for these, wait for it. */
static void enter_when_possible(struct watch *watch, struct config *config)
{
    while (enter_all(watch, config) < 0 && !mailbox_is_closed(watch->inbox)) {
        log_error("no memory for the new configuration; nothing is watched until there is");
        sleep(MEMORY_PAUSE_S);
    }
}

static void take_message(struct watch *watch, const struct message *message)
{
    if (message->kind == MESSAGE_CONFIG) {
        enter_when_possible(watch, message->config);
    } else if (message->config != watch->config) {
        return; /* an answer to folders that are no longer watched */
    } else if (message->kind == MESSAGE_UNKNOWN) {
        take_unknown(watch, message);
    } else if (message->kind == MESSAGE_RESETTLE) {
        take_look(watch, message);
    } else if (message->kind == MESSAGE_SCAN) {
        take_scan(watch, message);
    }
}

static void take_messages(struct watch *watch)
{
    struct message *message;
    while ((message = mailbox_take(watch->inbox)) != NULL) {
        take_message(watch, message);
        message_free(message);
    }
}

/* ---- the thread ---- */

/** How long nothing is due, for poll(2). */
static int until_next(const struct watch *watch, bool more_events)
{
    int64_t now = clock_steady_ms();
    int64_t next = watch->restart_ms ? watch->restart_ms : INT64_MAX;
    const struct candidate *first = candidates_first(watch->candidates);
    if (more_events)
        return 0;
    if (first && first->due_ms < next)
        next = first->due_ms;
    if (watch->left && now + LEFT_LOOK_MS < next)
        next = now + LEFT_LOOK_MS;
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        int64_t scan = schedule_next(watch, &watch->folders[i]);
        next = scan < next ? scan : next;
    }
    if (next == INT64_MAX)
        return -1;
    int64_t wait = next - now;
    return wait < 0 ? 0 : wait > INT_MAX ? INT_MAX : (int)wait;
}

static void sleep_until(struct watch *watch, int timeout)
{
    struct pollfd fds[3] = {
        {.fd = mailbox_descriptor(watch->inbox), .events = POLLIN},
        {.fd = watch->events >= 0 ? watch->events : -1, .events = POLLIN},
        {.fd = watch->mounts, .events = POLLPRI},
    };
    watch_set_waiting(watch, true);
    int ready = poll(fds, 3, timeout);
    watch_set_waiting(watch, false);
    for (size_t i = 0; ready > 0 && fds[2].revents && i < watch->config->folder_count; i++)
        folder_request_check(&watch->folders[i]);
}

static void *run(void *context)
{
    struct watch *watch = context;
    watch_set_waiting(watch, false);
    while (!mailbox_is_closed(watch->inbox)) {
        take_messages(watch);
        bool more_events = take_events(watch);
        restart_if_due(watch);
        for (size_t i = 0; i < watch->config->folder_count; i++)
            schedule_go_on(watch, &watch->folders[i]);
        inspect_due(watch);
        report_send(watch);
        leave_the_unused(watch, false);
        sleep_until(watch, until_next(watch, more_events));
    }
    leave_all(watch);
    events_close();
    return NULL;
}

int watch_start(struct config *config, int64_t queue, struct mailbox *inbox, struct mailbox *outbox,
    struct watch **ret_watch)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return -ENOMEM;
    watch->queue = queue;
    watch->inbox = inbox;
    watch->outbox = outbox;
    atomic_init(&watch->rescan, false);
    atomic_init(&watch->busy_since_ms, 0);
    watch->events = events_open();
    watch->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    watch->crash_guard = crash_guard_open(config->state_dir);
    int result = enter_all(watch, config);
    watch->restart_ms = 0;
    if (result == 0)
        result = -pthread_create(&watch->thread, NULL, run, watch);
    if (result < 0) {
        leave_all(watch);
        events_close();
        close_fd(&watch->mounts);
        crash_guard_close(watch->crash_guard);
        free(watch);
        return result;
    }
    *ret_watch = watch;
    return 0;
}

void watch_stop(struct watch *watch)
{
    if (!watch)
        return;
    mailbox_close(watch->outbox);
    mailbox_close(watch->inbox);
    pthread_join(watch->thread, NULL);
    close_fd(&watch->mounts);
    crash_guard_close(watch->crash_guard);
    free(watch);
}

void watch_rescan(struct watch *watch)
{
    atomic_store(&watch->rescan, true);
    mailbox_wake(watch->inbox);
}

bool watch_is_stuck(const struct watch *watch, int64_t now_ms, int64_t most_ms)
{
    int64_t since = atomic_load(&watch->busy_since_ms);
    return since && now_ms - since > most_ms;
}
