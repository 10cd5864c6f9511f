/** The file of a task. */
#ifndef CLOSEDROP_WORK_TASK_FILE_H
#define CLOSEDROP_WORK_TASK_FILE_H

#include "task.h"

/**
 * Have the file where it belongs in its folder: one that had failed is brought back first. NEXT; or
 * RUNNING while it is copied; or why not.
 */
struct verdict task_fetch_file(struct task *task, const struct stage_tools *tools);

/** Open the file, once it was fetched, and see that it is still the one that was queued: NEXT, its
 * state and the descriptor, the caller's. */
struct verdict task_open_file(
    struct task *task, const struct stage_tools *tools, struct file_state *ret_state, int *ret_fd);

/** Both, and have it ready to be read: NEXT and the source, the caller's (source_close()). */
struct verdict task_open_source(
    struct task *task, const struct stage_tools *tools, struct source **ret_source);

/** Whether the file of a job of this task's folder is where it belongs, unchanged: NEXT; GONE;
 * CHANGED; or WAIT, if that cannot be determined now. The folder is open. */
struct verdict task_check_file(
    const struct task *task, const struct stage_tools *tools, const struct job *job);

/** What it means that the file is no longer the one that was queued. */
struct verdict verdict_changed(const struct task *task);

#endif
