/** The stages that a file process carries out (assignment.h), as the worker sees them. */
#ifndef CLOSEDROP_WORK_ELSEWHERE_H
#define CLOSEDROP_WORK_ELSEWHERE_H

#include "task.h"

/** Whether the stage of the task is another process's. */
bool elsewhere_is(const struct task *task);

/** Assign it: RUNNING; or why that cannot be done now. */
struct verdict elsewhere_begin(
    struct worker *worker, struct task *task, const struct stage_tools *tools);

/** The folder (by its index) is away: its tasks end, and spend no attempt. */
void elsewhere_abandon(struct worker *worker, size_t folder);

#endif
