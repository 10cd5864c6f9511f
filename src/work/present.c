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

#include <errno.h>
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

int present_list_held(
    struct queue *queue, const struct job *job, struct job ***ret_held, size_t *ret_count)
{
    struct job **members = calloc(GROUP_MAX, sizeof(struct job *));
    if (!members)
        return -ENOMEM;
    size_t count = job->group ? queue_group_members(queue, job, members, GROUP_MAX) : 0;
    size_t held = 0;
    for (size_t i = 0; i < count; i++)
        if (members[i]->held != HELD_NEVER)
            members[held++] = members[i];
        else
            job_free(members[i]);
    *ret_held = members;
    *ret_count = held;
    return 0;
}

void present_free_held(struct job **held, size_t count)
{
    for (size_t i = 0; i < count; i++)
        job_free(held[i]);
    free(held);
}

/** The first of its group whose file is not where it belongs. */
static struct verdict check_group(
    struct task *task, const struct stage_tools *tools, struct job *const *held, size_t count)
{
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "are there");
    for (size_t i = 0; verdict.kind == VERDICT_NEXT && i < count; i++) {
        verdict = task_check_file(task, tools, held[i]);
        task->absent = verdict.kind == VERDICT_NEXT ? 0 : held[i]->id;
    }
    return verdict;
}

static struct verdict check_group_in_queue(struct task *task, const struct stage_tools *tools)
{
    struct job **held;
    size_t count;
    if (present_list_held(tools->queue, task->job, &held, &count) < 0)
        return verdict_no_memory();
    struct verdict verdict = check_group(task, tools, held, count);
    present_free_held(held, count);
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
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return tools->queue ? check_group_in_queue(task, tools)
                        : check_group(task, tools, tools->held, tools->held_count);
}
