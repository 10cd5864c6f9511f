/**
 * Changes of directories that must be on disk before the queue says so: one fsync(2) for each
 * directory and turn, however many files came into it.
 */
#ifndef CLOSEDROP_WORK_DURABLE_H
#define CLOSEDROP_WORK_DURABLE_H

#include "task.h"

/**
 * A task has changed an entry of a directory that it keeps open: its verdict counts once that is on
 * disk. Returns 0 or a negative errno.
 */
int durable_note(struct task *task, int directory);

/** Write what the tasks of a worker have changed. Where that fails, the verdict is to try again. */
void durable_write_all(struct worker *worker);

/** The same for a single task and the verdict of its stage, which is returned. */
struct verdict durable_write(struct task *task, struct verdict verdict);

#endif
