/** From uploaded to the POST: for a group, once all are there, and for each, once nothing holds it.
 */
#define LOG_MODULE "worker"

#include "grouping.h"

#include "duplicates.h"
#include "effects.h"
#include "moves.h"
#include "paced.h"
#include "pacing.h"
#include "present.h"
#include "replacing.h"
#include "send_guard.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/queue.h"
#include "closedrop/work/attach.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

bool grouping_waits_for_close(struct worker *worker, struct task *task)
{
    int64_t wait_ms;
    if (pacing_may_attach(worker, task->job->activity, &wait_ms))
        return false;
    moves_release(worker, task, clock_wall_ms() + wait_ms, false, "waiting for Close to accept it");
    return true;
}

static bool is_too_old(const struct job *job)
{
    int64_t age = clock_wall_ms() - job->uploaded_ms;
    return age > UPLOAD_AGE_MAX_MS || age < -UPLOAD_AGE_MAX_MS;
}

/** An upload that will not be good for long enough is made again. */
static void upload_again(struct worker *worker, struct job *job)
{
    static const char why[] = "its upload has expired and is repeated";
    job_let_go(job);
    job->claimed = false;
    job->due_ms = clock_wall_ms();
    queue_advance(worker->queue, job, JOB_QUEUED, why);
    job_log(LOG_LEVEL_INFO, LOG_MODULE, job, NULL, why);
}

/**
 * When the group of a job must be checked again, 0: it is complete. It waits for `group.wait`; then
 * indefinitely for members that are not uploaded yet, each of which wakes it.
 */
static int64_t group_due(struct worker *worker, const struct task *task, const struct rule *rule)
{
    struct queue_group group;
    int64_t now = clock_wall_ms();
    queue_group(worker->queue, task->job, &group);
    int64_t age = now - group.newest_ms;
    if (age < 0) /* the clock was set back since: who was waiting has waited, who is new waits */
        age = task->stage == STAGE_ATTACH ? INT64_MAX : 0;
    if (age < rule->group_wait_ms)
        return now + rule->group_wait_ms - age;
    bool only_failing_left = group.open && group.open == group.failing;
    if (only_failing_left && age < 2 * rule->group_wait_ms)
        return now + 2 * rule->group_wait_ms - age;
    return !group.open || only_failing_left ? 0 : JOB_DUE_NEVER;
}

/** Take the other uploaded members along. 0 or -ENOMEM. */
static int gather_members(struct worker *worker, struct task *task)
{
    if (!task->job->group)
        return 0;
    task->members = calloc(GROUP_MAX, sizeof(struct job *));
    if (!task->members)
        return -ENOMEM;
    task->member_count = queue_group_members(worker->queue, task->job, task->members, GROUP_MAX);
    return 0;
}

/** Members whose upload is too old go back, and all wait for them. The task has ended then. */
static bool renews_members(struct worker *worker, struct task *task)
{
    bool has_old = false;
    for (size_t i = 0; i < task->member_count; i++)
        if (is_too_old(task->members[i])) {
            upload_again(worker, task->members[i]);
            has_old = true;
        }
    if (!has_old)
        return false;
    task_free_members(task);
    moves_release(worker, task, clock_wall_ms(), false, NULL);
    return true;
}

/** All are known: the intent, and after the commit the POST. */
static void intend(struct worker *worker, struct task *task, const struct rule *rule)
{
    size_t count = task_count_jobs(task);
    CLEANUP(free_text) struct job **jobs = calloc(count, sizeof(struct job *));
    for (size_t i = 0; jobs && i < count; i++)
        jobs[i] = task_job_at(task, i);
    struct verdict verdict =
        jobs ? effects_intend(worker->queue, rule, attach_first(jobs, count)) : verdict_no_memory();
    if (verdict.kind == VERDICT_FAIL) {
        moves_fail(worker, task, &verdict);
        return;
    }
    if (verdict.kind != VERDICT_NEXT) {
        moves_release(worker, task, clock_wall_ms() + 1000, false, "out of memory");
        return;
    }
    queue_intend(worker->queue, jobs, count,
        close_clock_now(&worker->close_clock, clock_wall_ms(), clock_steady_ms()));
    task_continue(task, STAGE_ATTACH);
}

/** Not yet: the group is not complete. The task has ended then. */
static bool waits_for_group(struct worker *worker, struct task *task, const struct rule *rule)
{
    struct job *job = task->job;
    int64_t due_ms = job->group ? group_due(worker, task, rule) : 0;
    if (!due_ms)
        return false;
    bool is_news = task->stage != STAGE_ATTACH; /* not just asked again */
    paced_step_aside(worker, task);
    queue_delay_group(worker->queue, job, due_ms);
    moves_release(
        worker, task, due_ms, false, is_news ? "waits for the other files of its group" : NULL);
    return true;
}

bool grouping_ends_with_upload(const struct task *task)
{
    return !task->job->rule && !task_was_renamed(task);
}

void grouping_attach(struct worker *worker, struct task *task)
{
    if (grouping_ends_with_upload(task)) {
        moves_done(worker, task, "no rule: upload only");
        return;
    }
    if (task_was_renamed(task)) {
        task_continue(task, STAGE_RESOLVE);
        return;
    }
    const struct rule *rule = config_rule(task->config, task->job->rule);
    assert(rule); /* a job whose rule is gone is not claimed */
    if (present_comes_first(worker, task))
        return;
    if (is_too_old(task->job)) {
        upload_again(worker, task->job);
        moves_end_task(worker, task);
        return;
    }
    if (task->job->reconcile && !activity_traits(task->job->activity)->replaces) {
        task_continue(task, STAGE_RECONCILE);
        return;
    }
    if (waits_for_group(worker, task, rule) || grouping_waits_for_close(worker, task))
        return;
    if (gather_members(worker, task) < 0) {
        moves_release(worker, task, clock_wall_ms() + 1000, false, "out of memory");
        return;
    }
    if (present_comes_first(worker, task) || renews_members(worker, task))
        return;
    if (duplicates_let_through(worker, task) && replacing_may_go(worker, task) &&
        send_guard_lets_go(worker, task, rule))
        intend(worker, task, rule);
}
