/**
 * The stage that looks for the file of a job that was held back, and for those of its group: what
 * was taken away or rewritten meanwhile is never sent.
 */
#define LOG_MODULE "worker"

#include "present.h"
#include "moves.h"
#include "stages.h"
#include "task_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/queue/groups.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool present_comes_first(struct worker *worker, struct task *task)
{
    bool waits = false;
    for (size_t i = 0; i < task_count_jobs(task); i++)
        waits = waits || task_job_at(task, i)->held != HELD_NEVER;
    if (!waits || task->is_present)
        return false;
    moves_find_out(worker, task, STAGE_PRESENT);
    return true;
}

/** The first of its group whose file is not where it belongs. */
static struct verdict check_group(struct task *task, const struct stage_tools *tools)
{
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "are there");
    struct job **members = calloc(GROUP_MAX, sizeof(struct job *));
    if (!members)
        return verdict_no_memory();
    size_t count = queue_group_members(tools->queue, task->job, members, GROUP_MAX);
    for (size_t i = 0; i < count; i++) {
        if (verdict.kind == VERDICT_NEXT && members[i]->held != HELD_NEVER) {
            verdict = task_check_file(task, tools, members[i]);
            task->absent = verdict.kind == VERDICT_NEXT ? 0 : members[i]->id;
        }
        job_free(members[i]);
    }
    free(members);
    return verdict;
}

struct verdict present_start(struct task *task, const struct stage_tools *tools)
{
    int result = task_open_root(task);
    task->absent = 0;
    if (result < 0)
        return task_wait(task->folder->poll_ms, "folder_away", strerror(-result));
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "is not held back itself");
    if (task->job->held != HELD_NEVER)
        verdict = task_check_file(task, tools, task->job);
    if (verdict.kind == VERDICT_NEXT && task->job->group)
        verdict = check_group(task, tools);
    return verdict;
}
