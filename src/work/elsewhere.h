/** What a file process does for the tasks of its folder (assignment.h), as the worker sees it. */
#ifndef CLOSEDROP_WORK_ELSEWHERE_H
#define CLOSEDROP_WORK_ELSEWHERE_H

#include "task.h"

/** Whether what is next in the stage of the task is another process's. */
bool elsewhere_is(const struct task *task);

/** Assign it: RUNNING; or why that cannot be done now. */
struct verdict elsewhere_begin(
    struct worker *worker, struct task *task, const struct stage_tools *tools);

/** The folder (by its index) is away: its tasks end, and spend no attempt; but not what has read
 * its file to the end. */
void elsewhere_abandon(struct worker *worker, size_t folder);

/** What was assigned counts no more, and its stage starts again: its file has another name now. */
void elsewhere_start_over(struct worker *worker, struct task *task);

/** The worker has another configuration: what was assigned is assigned again, and what reads from a
 * folder that is no longer there ends. */
void elsewhere_begin_again(struct worker *worker);

/** Blocks of its file have been awaited for twice limits.timeout, and none of any file came: the
 * task ends, and spends no attempt. */
void elsewhere_give_up(struct worker *worker, struct task *task);

/** When that happens next; steady clock, INT64_MAX: never. */
int64_t elsewhere_next(const struct worker *worker);

#endif
