/** Runs a stage for the worker of another process, from its first step to its last. */
#include "closedrop/work/assignment.h"

#include "assignment_wire.h"

#include "closedrop/files/destination.h"

#include <stdlib.h>
#include <unistd.h>

static struct verdict run(struct task *task, const struct stage_tools *tools,
    void (*next_step)(void *context), void *context)
{
    const struct stage_row *row = &stage_rows[task->stage];
    struct verdict verdict = row->start(task, tools);
    while (verdict.kind == VERDICT_RUNNING) {
        next_step(context);
        verdict = row->step(task);
    }
    return verdict;
}

static void release(struct task *task)
{
    task_leave_directories(task);
    if (task->root >= 0)
        close(task->root);
    free(task->other_lead);
    free(task->outcome_location);
    job_free(task->job);
}

void assignment_do(struct config *config, size_t folder, struct wire *assignment,
    void (*next_step)(void *context), void *context, struct str *result)
{
    struct stage_tools tools = {.queue = NULL};
    struct task task = {.config = config,
        .folder = &config->folders[folder],
        .root = -1,
        .staging = -1,
        .destination = {.directory = -1}};
    if (assignment_read(assignment, &task, &tools) && task.stage == STAGE_FINISH) {
        struct verdict verdict = run(&task, &tools, next_step, context);
        result_add(result, &task, &verdict);
    }
    release(&task);
}
