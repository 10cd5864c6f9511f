/**
 * Whether an activity was created where its POST had no clear end: by what was found in Close.
 */
#define LOG_MODULE "worker"

#include "moves.h"
#include "outcome.h"
#include "stages.h"
#include "worker_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"

/** The other members that were found are done, and leave the task. */
static void settle_found(struct worker *worker, struct task *task)
{
    size_t left = 0;
    for (size_t i = 0; i < task->member_count; i++) {
        struct job *member = task->members[i];
        const char *activity_id = task->verification.files[i + 1].activity_id;
        if (!activity_id) {
            task->members[left++] = member;
            continue;
        }
        queue_keep_text(worker->queue, &member->activity_id, activity_id);
        member->claimed = false;
        queue_done(worker->queue, member, "its activity was found in Close");
        job_free(member);
    }
    task->member_count = left;
}

/** Its own job was found; what became of the others, each finds out by itself. */
static void release_members(struct worker *worker, struct task *task)
{
    for (size_t i = 0; i < task->member_count; i++)
        queue_retry(worker->queue, task->members[i], clock_wall_ms(), true, NULL);
    task_free_members(task);
}

static void note_absence(struct worker *worker, struct task *task)
{
    for (size_t i = 0; i < task_count_jobs(task); i++)
        task_job_at(task, i)->verifications++;
    const struct outcome_case outcome = moves_case(task);
    const struct move move = outcome_of_absence(&outcome);
    if (task->job->verifications >= VERIFICATIONS_NEEDED)
        moves_withdraw(worker, task, "it was looked for, and was not created");
    moves_make(worker, task, &move);
}

void verify_next(struct worker *worker, struct task *task)
{
    task->activity_id = TAKE_PTR(task->verification.files[0].activity_id);
    settle_found(worker, task);
    if (!task->activity_id) {
        note_absence(worker, task);
        return;
    }
    release_members(worker, task);
    attach_next(worker, task);
}
