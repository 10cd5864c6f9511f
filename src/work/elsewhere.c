/** Assigns stages to file processes, takes their results, and gives up where a folder is away. */
#include "elsewhere.h"
#include "assignment_wire.h"
#include "moves.h"

#include "closedrop/queue/reading.h"

#include <string.h>

bool elsewhere_is(const struct task *task)
{
    return task->stage == STAGE_FINISH && atomic_load(&task->folder->is_elsewhere);
}

struct verdict elsewhere_begin(
    struct worker *worker, struct task *task, const struct stage_tools *tools)
{
    struct str bytes = STR_INIT(FRAME_MAX);
    struct stage_tools with = *tools;
    with.has_successor = queue_has_successor(worker->queue, task->job);
    assignment_add(&bytes, task, &with);
    bool is_current = task->config == worker->config; /* its process has only this one */
    int64_t number =
        is_current && !str_error(&bytes)
            ? worker->assign(worker->watch_context, task->folder->name, bytes.bytes, bytes.length)
            : 0;
    str_release(&bytes);
    if (!number)
        return task_wait(task->folder->poll_ms, "folder_away", "its folder cannot be reached now");
    task_assign(task, number);
    return verdict_make(VERDICT_RUNNING, NULL, "assigned");
}

static struct task *task_of(const struct worker *worker, int64_t number)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->step.kind == STEP_ELSEWHERE && task->step.assignment == number)
            return task;
    return NULL;
}

void worker_take_result(struct worker *worker, int64_t number, const char *bytes, size_t length)
{
    struct wire wire = {.at = bytes, .left = length};
    struct task *task = task_of(worker, number);
    struct verdict verdict;
    if (!task)
        return; /* nobody waits for it any more */
    if (!result_read(&wire, task, &verdict))
        verdict = verdict_no_memory(); /* or it is broken; either way it waits a little */
    task_end_stage(task, &verdict);
}

void elsewhere_abandon(struct worker *worker, size_t folder)
{
    const char *name = worker->config->folders[folder].name;
    struct task *next;
    for (struct task *task = worker->tasks; task; task = next) {
        next = task->next;
        if (task->step.kind == STEP_ELSEWHERE && strcmp(task->folder->name, name) == 0)
            moves_abandon(worker, task);
    }
}
