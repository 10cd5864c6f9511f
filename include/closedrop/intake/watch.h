/**
 * The watch thread: events and scans in, settled files out.
 *
 *     event ──┐                       unknown
 *             ├─> seen ─> (the queue) ──────> candidates ─> settle ─> settled
 *     scan ───┘
 *
 * Everything it sees is first asked of the queue; only what the queue does not know is settled, so
 * a million kept files cost no memory, no open and no lease. It opens nothing for writing, moves
 * nothing, and decides nothing about jobs.
 */
#ifndef CLOSEDROP_INTAKE_WATCH_H
#define CLOSEDROP_INTAKE_WATCH_H

#include "closedrop/config/config.h"
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct watch;

/**
 * Start the thread: it reads `inbox`, writes `outbox` (both borrowed), and watches the folders of
 * `config` for the queue of this id. All signals must be blocked before. Returns 0 or a negative
 * errno.
 */
int watch_start(struct config *config, int64_t queue, struct mailbox *inbox, struct mailbox *outbox,
    struct watch **ret_watch);

/** Close both mailboxes, wait for the thread to end, and free it. */
void watch_stop(struct watch *watch);

/** From the work thread: everything must be looked at again, for a message found no room. */
void watch_rescan(struct watch *watch);

/**
 * From the work thread: whether the watch thread has been busy with one turn of its loop for more
 * than `most_ms`, by `now_ms` on the steady clock. A turn takes milliseconds, but every call in it
 * may hang on a file system that does not answer. Waiting, for events or for room in its outbox, is
 * never stuck.
 */
bool watch_is_stuck(const struct watch *watch, int64_t now_ms, int64_t most_ms);

#endif
