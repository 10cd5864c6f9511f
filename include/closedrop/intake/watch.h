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
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct watch;

/**
 * Start the thread. It reads `inbox` and writes `outbox` (both borrowed), and watches the folders
 * of `config` on behalf of the queue with this ID. All signals must be blocked. Returns 0 or a
 * negative errno.
 */
int watch_start(struct config *config, int64_t queue, struct mailbox *inbox, struct mailbox *outbox,
    struct watch **ret_watch);

/** Close both mailboxes, wait for the thread to end, and free it. */
void watch_stop(struct watch *watch);

/** Called by the work thread: request a full rescan, because there was no room for a message. */
void watch_rescan(struct watch *watch);

/**
 * Called by the work thread: whether the watch thread has spent more than `max_ms` in one turn of
 * its loop, at `now_ms` on the steady clock. A turn takes milliseconds, but every call in it can
 * hang on an unresponsive file system. Waiting for events, or for room in the outbox, does not
 * count.
 */
bool watch_is_stuck(const struct watch *watch, int64_t now_ms, int64_t max_ms);

#endif
