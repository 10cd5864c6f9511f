/**
 * Where files come from: one door for all folders, whoever touches them.
 *
 *     work thread ── intake_post() ──> mailbox ──> watch thread: local folders
 *         ^                       \──> socket ───> file process: one for each folder that is
 *         └──────── intake_take() ◄── both         elsewhere (config/tree.h)
 *
 * A call on a mount that hangs cannot be ended, not even by SIGKILL: its process stays, and keeps
 * its locks. So the files of a folder on a network or FUSE file system are only touched by a
 * process of its own, which can be left behind. It is this program, started again, with no
 * descriptor but a socket and standard error, no key, and no queue. A folder whose process does
 * not answer for limits.timeout is away; another process is tried every poll_interval, at most
 * three at a time, and the folder is back as soon as one of them answers. A process that crashes
 * takes its folder away for a moment.
 *
 * All calls are for the work thread, and none of them waits for a folder.
 */
#ifndef CLOSEDROP_INTAKE_INTAKE_H
#define CLOSEDROP_INTAKE_INTAKE_H

#include "closedrop/config/config.h"
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct intake;

/**
 * Start to watch the folders of `config` for the queue with this ID. All signals must be blocked.
 * Returns 0 or a negative errno.
 */
int intake_open(struct config *config, int64_t queue, struct intake **ret_intake);

/** Stop; a file process that hangs is left behind, and ends when its mount answers. Takes NULL. */
void intake_close(struct intake *intake);

/**
 * Watch the folders of another configuration from intake_switch() on, which cannot fail: all that
 * needs memory is done by intake_prepare(). Returns 0 or -ENOMEM: nothing has changed.
 */
int intake_prepare(struct intake *intake, struct config *config);
void intake_switch(struct intake *intake);

/** Readable while there may be messages. */
int intake_descriptor(const struct intake *intake);

/** Time in ms until intake_take() has something to do by itself; INT64_MAX for never. */
int64_t intake_timeout(const struct intake *intake);

/** The next message, which the caller frees; NULL if there is none for now. */
struct message *intake_take(struct intake *intake);

/** Post a message to whoever watches its folder. False if there is no room: it was freed, and
 * intake_rescan() makes up for it. */
bool intake_post(struct intake *intake, struct message *message);

/** Scan everything again, because there was no room for a message. */
void intake_rescan(struct intake *intake);

/** Ask the watch thread for a sign of life (watch_ask()). */
void intake_ask(struct intake *intake);

/** Whether the watch thread hangs (watch_is_stuck()): nothing that it touches should. */
bool intake_is_stuck(const struct intake *intake, int64_t now_ms, int64_t most_ms);

#endif
