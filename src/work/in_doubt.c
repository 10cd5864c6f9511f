/**
 * The doubt after a POST: whether an activity was created where its POST had no clear end. It must
 * never be created twice, and a job must not wait for ever, so:
 *
 *     intend: "attaching", with token, lead and time, is on disk
 *        |
 *       POST ----> a clear yes: done
 *        |  \----> a clear no: withdrawn, and tried again or failed, as the verdict says
 *        |
 *        |  anything else (UNCLEAR): a timeout, a 5xx, half an answer
 *        v
 *     GET me/: with Close there, it was the job's own try, and counts; else not
 *        |
 *        |  what was late at Close is done after `limits.doubt`; a job that a crash left
 *        |  "attaching" comes in here
 *        v
 *     verify: is one of its tokens in what its lead has? (verify.h)
 *        |  \----> yes: that is it (of several the oldest): done
 *        |
 *        |  no; but an index may lag: the same again, until it was not there VERIFICATIONS_NEEDED
 *        v  times; a question without an answer proves nothing
 *     withdrawn: nothing was created; posted again, or given up after max_attempts
 *
 * Where verifying itself fails for all of its attempts, the job fails as "unclear": then a person
 * looks, and nothing is ever posted on a guess.
 */
#define LOG_MODULE "worker"

#include "moves.h"
#include "outcome.h"
#include "stages.h"
#include "worker_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/close/activity.h"
#include "closedrop/queue/backoff.h"

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

/** Its own job was found; each of the others finds out its own outcome. */
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
    const struct outcome_case outcome = moves_case(task, backoff_chance());
    const struct move move = outcome_of_absence(&outcome);
    if (task->job->verifications >= VERIFICATIONS_NEEDED)
        moves_withdraw(worker, task, "it was not created (checked in Close)");
    moves_make(worker, task, &move);
}

/** What is the same if it is done twice. */
static void do_again(struct worker *worker, struct task *task)
{
    const struct outcome_case outcome = moves_case(task, backoff_chance());
    const struct move move = outcome_of_repetition(&outcome);
    moves_withdraw(worker, task, "it may not have been done");
    moves_make(worker, task, &move);
}

void verify_next(struct worker *worker, struct task *task)
{
    if (activity_traits(task->job->activity)->replaces) {
        do_again(worker, task);
        return;
    }
    task->activity_id = TAKE_PTR(task->verification.files[0].activity_id);
    settle_found(worker, task);
    if (!task->activity_id) {
        note_absence(worker, task);
        return;
    }
    release_members(worker, task);
    attach_next(worker, task);
}
