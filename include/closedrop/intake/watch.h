/**
 * The watch thread: turns events and scans into settled files.
 *
 *     event ──┐                       unknown
 *             ├─> seen ─> (the queue) ──────> candidates ─> settle ─> settled
 *     scan ───┘
 *
 * The queue is asked about everything the thread sees, and only unknown files are settled: a
 * million kept files cost no memory, no open() and no lease. The thread opens nothing for writing,
 * moves nothing, and decides nothing about jobs.
 */
#ifndef CLOSEDROP_INTAKE_WATCH_H
#define CLOSEDROP_INTAKE_WATCH_H

#include "closedrop/config/config.h"
#include "closedrop/intake/crash_guard.h"
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct watch;

/** On whose behalf a watch thread runs. */
struct watch_terms {
    int64_t queue;                   /* its ID */
    struct crash_guard *crash_guard; /* taken over, also on failure; NULL: nothing is remembered */
    bool is_file_process;            /* also watches a folder whose file system can hang */
};

/**
 * Start the thread. It reads `inbox` and writes `outbox` (both borrowed), and watches the folders
 * of `config`, except those that are elsewhere (tree.h). A folder goes elsewhere when a file system
 * that can hang is mounted at it. All signals must be blocked. Returns 0 or a negative errno.
 */
int watch_start(struct config *config, const struct watch_terms *terms, struct mailbox *inbox,
    struct mailbox *outbox, struct watch **ret_watch);

/** Close both mailboxes, wait for the thread to end, and free it. */
void watch_stop(struct watch *watch);

/** Called by the work thread: request a full rescan, because there was no room for a message. */
void watch_rescan(struct watch *watch);

/** Called by the work thread, once in each pulse: ask the watch thread for a sign of life. */
void watch_ask(struct watch *watch);

/**
 * Called by the work thread: whether the watch thread has spent more than `max_ms` in one turn of
 * its loop, at `now_ms` on the steady clock, or has not answered watch_ask() twice. A turn takes
 * milliseconds, but every call in it can hang on an unresponsive file system. Waiting for events,
 * or for room in the outbox, does not count. How long ago it was asked does not count either: if
 * both threads were stopped, both need a moment.
 */
bool watch_is_stuck(const struct watch *watch, int64_t now_ms, int64_t max_ms);

#endif
