/**
 * The watch thread: its start and end, and its loop over messages, events, scans and candidates.
 */
#define LOG_MODULE "watch"

#include "closedrop/intake/watch.h"

#include "event_dispatch.h"
#include "folder_set.h"
#include "inbox.h"
#include "inspect.h"
#include "polling.h"
#include "report.h"
#include "scanning.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/turn.h"
#include "closedrop/config/load.h"
#include "closedrop/intake/events.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/** How often it is asked whether a folder of an earlier configuration is still used. */
#define LEFT_POLL_MS 200
/** One question may just have been asked. */
#define UNANSWERED_MAX 2

static void restart_if_due(struct watch *watch)
{
    bool asked = atomic_exchange(&watch->rescan, false);
    int64_t now = clock_steady_ms();
    /*
     * a scan is not abandoned for a restart: with constant changes to directories, none would end
     */
    bool due = watch->restart_ms && now >= watch->restart_ms && !scanning_is_running(watch);
    if (!due && !asked)
        return;
    if (due && watch->events >= 0) {
        log_debug("restarting all its watches");
        watch->events = events_restart();
    }
    if (due) {
        watch->restart_ms = 0;
        watch->restarted_ms = now;
    }
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        if (folder->root.fd >= 0)
            polling_decide(folder);
        if (folder_is_elsewhere(folder))
            continue;
        if (asked || !folder->coverage.polls)
            scanning_restart(folder);
    }
    watch->batches_out = 0;
}

/** How long to wait in poll(2) until something is due. */
static int until_next(const struct watch *watch, bool more_events)
{
    int64_t now = clock_steady_ms();
    int64_t next = watch->restart_ms ? watch->restart_ms : INT64_MAX;
    const struct candidate *first = candidates_first(watch->candidates);
    if (more_events)
        return 0;
    if (first)
        next = earlier(next, first->due_ms);
    if (watch->left)
        next = earlier(next, now + LEFT_POLL_MS);
    for (size_t i = 0; i < watch->config->folder_count; i++)
        next = earlier(next, scanning_next(&watch->folders[i]));
    if (next == INT64_MAX)
        return -1;
    int64_t wait = next - now;
    return wait < 0 ? 0 : wait > INT_MAX ? INT_MAX : (int)wait;
}

/** Something was mounted or unmounted, perhaps one of the folders. */
static void follow_mounts(struct watch *watch)
{
    if (!watch->is_file_process)
        config_find_elsewhere(watch->config);
    for (size_t i = 0; i < watch->config->folder_count; i++)
        folder_request_check(&watch->folders[i]);
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
    if (ready > 0 && fds[2].revents)
        follow_mounts(watch);
}

static void *run(void *context)
{
    struct watch *watch = context;
    watch_set_waiting(watch, false);
    while (!mailbox_is_closed(watch->inbox)) {
        turn_begin();
        inbox_take(watch);
        bool more_events = event_dispatch(watch);
        restart_if_due(watch);
        for (size_t i = 0; i < watch->config->folder_count; i++)
            scanning_continue(&watch->folders[i]);
        inspect_due(watch);
        report_send(watch);
        folder_set_leave_unused(watch);
        sleep_until(watch, until_next(watch, more_events));
    }
    folder_set_leave_all(watch);
    events_close();
    return NULL;
}

int watch_start(struct config *config, const struct watch_terms *terms, struct mailbox *inbox,
    struct mailbox *outbox, struct watch **ret_watch)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (!watch) {
        crash_guard_close(terms->crash_guard);
        return -ENOMEM;
    }
    watch->queue = terms->queue;
    watch->crash_guard = terms->crash_guard;
    watch->is_file_process = terms->is_file_process;
    watch->inbox = inbox;
    watch->outbox = outbox;
    atomic_init(&watch->rescan, false);
    atomic_init(&watch->busy_since_ms, 0);
    atomic_init(&watch->unanswered, 0);
    watch->events = events_open();
    watch->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    int result = folder_set_enter(watch, config);
    watch->restart_ms = 0;
    if (result == 0)
        result = -pthread_create(&watch->thread, NULL, run, watch);
    if (result < 0) {
        folder_set_leave_all(watch);
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

void watch_ask(struct watch *watch)
{
    atomic_fetch_add(&watch->unanswered, 1);
    mailbox_wake(watch->inbox);
}

bool watch_is_stuck(const struct watch *watch, int64_t now_ms, int64_t max_ms)
{
    int64_t since = atomic_load(&watch->busy_since_ms);
    bool is_silent = atomic_load(&watch->unanswered) >= UNANSWERED_MAX;
    return is_silent || (since && now_ms - since > max_ms);
}
