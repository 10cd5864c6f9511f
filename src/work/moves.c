/* Where a task's jobs go: back to the queue, to Failed, to done; with all that belongs to the move.
 */
#define LOG_MODULE "worker"

#include "moves.h"

#include "pacing.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/files/copy.h"
#include "closedrop/files/source.h"

#include <stdlib.h>
#include <unistd.h>

void moves_log(const struct task *task, const char *what, const char *message)
{
    log_info("job %lld %s: %s/%s: %s", (long long)task->job->id, what, task->job->folder,
        task->job->path, message);
}

void moves_release(
    struct worker *worker, struct task *task, int64_t due_ms, bool counts, const char *why)
{
    int attempts = counts ? task->job->attempts : 0;
    for (size_t i = 0; i < task_count_jobs(task); i++) {
        struct job *job = task_job_at(task, i);
        if (job->attempts < attempts) /* what failed was the try of them all */
            job->attempts = attempts;
        queue_retry(worker->queue, job, due_ms, counts || i > 0, why);
    }
    task_free_members(task);
    moves_end_task(worker, task);
}

/** It is certain that no activity was created: what was intended is taken back. */
void moves_withdraw(struct worker *worker, struct task *task, const char *why)
{
    for (size_t i = 0; i < task_count_jobs(task); i++)
        queue_withdraw(worker->queue, task_job_at(task, i), why);
}

/** The others of the group fail as well: each is put away by itself, in a claim of its own. */
static void fail_members(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    for (size_t i = 0; i < task->member_count; i++) {
        task->members[i]->claimed = false;
        queue_fail(worker->queue, task->members[i], verdict->code, verdict->message);
    }
    task_free_members(task);
}

void moves_fail(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    log_warn("job %lld failed: %s/%s: %s", (long long)task->job->id, task->job->folder,
        task->job->path, verdict->message);
    fail_members(worker, task, verdict);
    task_close_upload(task);
    queue_fail(worker->queue, task->job, verdict->code, verdict->message);
    task_go_on(task, STAGE_FINISH);
}

void moves_done(struct worker *worker, struct task *task, const char *why)
{
    for (size_t i = 0; i < task->member_count; i++) {
        task->members[i]->claimed = false;
        queue_done(worker->queue, task->members[i], why);
    }
    task_free_members(task);
    if (task->has_resolution) /* of the name it had; STAGE_RENAMED asks for the one it has */
        resolution_release(&task->resolution);
    task->has_resolution = false;
    queue_done(worker->queue, task->job, why);
    task_go_on(task, task_last_stage(task->job, task->folder));
}

void moves_find_out(struct worker *worker, struct task *task, enum stage stage)
{
    task_free_members(task);
    if (task->job->group)
        store_delay_group(queue_store(worker->queue), task->job, JOB_DUE_NEVER);
    task_go_on(task, stage);
}

static void free_task(struct worker *worker, struct task *task)
{
    pacing_drop_task_request(worker, task);
    task_go_on(task, task->stage); /* frees what is copied or read */
    task_close_upload(task);
    if (task->has_resolution)
        resolution_release(&task->resolution);
    if (task->has_verification)
        verify_release(&task->verification);
    merged_leads_release(&task->merged);
    task_leave_directories(task);
    close_fd(&task->root);
    free(task->outcome_location);
    free(task->activity_id);
    free(task->other_lead);
    free(task->kept_sha256);
    task_free_members(task);
    job_free(task->job);
    config_release(task->config);
    free(task);
}

void moves_end_task(struct worker *worker, struct task *task)
{
    for (struct task **at = &worker->tasks; *at; at = &(*at)->next)
        if (*at == task) {
            *at = task->next;
            break;
        }
    free_task(worker, task);
}
