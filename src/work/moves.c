/**
 * Where a task's jobs go: back to the queue, to Failed, to done; with all that belongs to the move.
 *
 * Everything here runs inside a transaction of the queue; nothing here touches a file or a server.
 */
#define LOG_MODULE "worker"

#include "moves.h"

#include "effects.h"
#include "failed_directories.h"
#include "paced.h"
#include "pacing.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/queue/backoff.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/reading.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void moves_log(const struct task *task, const char *what, const char *message)
{
    job_log(LOG_LEVEL_INFO, LOG_MODULE, task->job, what, message);
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

static void log_failed(const struct job *job, const struct verdict *verdict)
{
    job_log(LOG_LEVEL_WARN, LOG_MODULE, job, "failed", verdict->message);
}

/** The others of the group fail as well: each is put away by itself, in a claim of its own. */
static void fail_members(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    for (size_t i = 0; i < task->member_count; i++) {
        task->members[i]->claimed = false;
        queue_fail(worker->queue, task->members[i], verdict->code, verdict->message);
        log_failed(task->members[i], verdict);
    }
    task_free_members(task);
}

void moves_fail(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    fail_members(worker, task, verdict);
    task_close_upload(task);
    queue_fail(worker->queue, task->job, verdict->code, verdict->message);
    log_failed(task->job, verdict);
    task_continue(task, STAGE_FINISH);
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
    effects_continue(worker, task);
}

void moves_find_out(struct worker *worker, struct task *task, enum stage stage)
{
    task_free_members(task);
    if (task->job->group)
        queue_delay_group(worker->queue, task->job, JOB_DUE_NEVER);
    task_continue(task, stage);
}

static void free_task(struct worker *worker, struct task *task)
{
    pacing_drop_task_request(worker, task);
    task_continue(task, task->stage); /* frees what is copied or read */
    task_close_upload(task);
    leased_file_close(&task->sent);
    clues_release(&task->clues);
    if (task->has_resolution)
        resolution_release(&task->resolution);
    if (task->has_verification)
        verify_release(&task->verification);
    close_template_release(&task->close_template);
    effect_release(&task->effect);
    current_lead_release(&task->lead);
    merged_leads_release(&task->merged);
    task_leave_directories(task);
    close_fd(&task->root);
    free(task->outcome_location);
    failed_names_release(&task->failed_names);
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

/* ---- what outcome.c has decided ---- */

struct outcome_case moves_case(const struct task *task, double chance)
{
    return (struct outcome_case){.job = task->job,
        .stage = task->stage,
        .limits = &task->config->limits,
        .effect_tries = task->effect.tries,
        .settle_ms = task->folder->settle_ms,
        .now_ms = clock_wall_ms(),
        .chance = chance,
        .has_upload = task->has_upload,
        .was_searched = task->was_searched,
        .lacks_member = task->absent != 0};
}

/** The error stays with the job; its lead must be looked up again if that was the error. */
static void note_fault(struct job *job, const struct verdict *verdict)
{
    if (!job_has_error(job, "links")) { /* that is yet to be checked */
        (void)str_assign(&job->error_code, verdict->code);
        (void)str_assign(&job->error_message, verdict->message);
    }
    if (!job->posting && verdict->code && strcmp(verdict->code, "no_target") == 0)
        job_forget_target(job);
}

static void go_to_stage(struct worker *worker, struct task *task, const struct move *move)
{
    if (move->what)
        queue_update(worker->queue, task->job, move->why.message);
    task_continue(task, move->stage);
}

static void doubt(struct worker *worker, struct task *task, const struct move *move)
{
    (void)move;
    task_doubt(task);
    pacing_doubt(worker);
}

/** A file of the group is gone, or was rewritten: its job is not sent, the others continue. */
static void leave_out(struct worker *worker, struct task *task, const struct move *move)
{
    const struct verdict *verdict = &move->why;
    CLEANUP(job_freep) struct job *job = queue_load(worker->queue, task->absent);
    if (job && job->held != HELD_NEVER && !job->claimed) {
        job_log(LOG_LEVEL_INFO, LOG_MODULE, job, "is not sent", verdict->message);
        queue_end(worker->queue, job, verdict->kind == VERDICT_GONE ? JOB_DROPPED : JOB_SUPERSEDED,
            verdict->message);
        if (verdict->kind == VERDICT_CHANGED)
            worker->resettle(worker->watch_context, job->folder, job->path);
    }
    task_continue(task, STAGE_PRESENT);
}

static void release(struct worker *worker, struct task *task, const struct move *move)
{
    moves_release(worker, task, move->due_ms, move->spends_attempt, move->why.message);
}

static void release_to_verify(struct worker *worker, struct task *task, const struct move *move)
{
    char pause[UNITS_DURATION];
    CLEANUP(free_text)
    char *message = str_format("%s; checking in %s", move->why.message,
        units_duration_text(task->config->limits.doubt_ms, pause));
    job_log(LOG_LEVEL_WARN, LOG_MODULE, task->job, NULL, message);
    release(worker, task, move);
}

/** Said once, and again only for another reason: it may be tried for days. */
static void put_away_later(struct worker *worker, struct task *task, const struct move *move)
{
    const struct verdict *verdict = &move->why;
    struct job *job = task->job;
    if (verdict->code && strcmp(verdict->code, "folder_away") == 0) { /* known already */
        queue_put_away_later(worker->queue, job, move->due_ms, NULL);
        moves_end_task(worker, task);
        return;
    }
    CLEANUP(free_text) char *known = queue_not_put_away(worker->queue, job);
    bool is_news = !known || strcmp(known, verdict->message) != 0;
    char pause[UNITS_DURATION];
    CLEANUP(free_text) char *message = str_format("%s; retrying", verdict->message);
    if (is_news)
        job_log(LOG_LEVEL_WARN, LOG_MODULE, job, NULL, message);
    else
        log_debug("job %lld: its file was not moved yet, retrying in %s", (long long)job->id,
            units_duration_text(move->due_ms - clock_wall_ms(), pause));
    if (job->state == JOB_DONE && !job_lacks_effect(job)) {
        (void)str_assign(&job->error_code, verdict->code);
        (void)str_assign(&job->error_message, verdict->message);
    }
    queue_put_away_later(worker->queue, job, move->due_ms, is_news ? verdict->message : NULL);
    moves_end_task(worker, task);
}

static void effect_later(struct worker *worker, struct task *task, const struct move *move)
{
    effects_note_try(worker, task, move);
    queue_put_away_later(worker->queue, task->job, move->due_ms, NULL);
    moves_end_task(worker, task);
}

static void effect_missing(struct worker *worker, struct task *task, const struct move *move)
{
    effects_go_without(worker, task, move->why.message);
    effects_continue(worker, task);
}

static void fail(struct worker *worker, struct task *task, const struct move *move)
{
    if (move->names_rule && task->has_resolution && task->resolution.rule)
        (void)str_assign(&task->job->rule, task->resolution.rule->name);
    moves_fail(worker, task, &move->why);
}

static void end(struct worker *worker, struct task *task, const struct move *move)
{
    queue_end(worker->queue, task->job, move->ending, move->why.message);
    moves_end_task(worker, task);
}

static void tell(const struct task *task, const struct move *move)
{
    job_log(move->warns ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, LOG_MODULE, task->job, move->what,
        move->why.message);
}

void moves_make(struct worker *worker, struct task *task, const struct move *move)
{
    static void (*const makers[MOVES])(struct worker *, struct task *, const struct move *) = {
        [MOVE_STAGE] = go_to_stage,
        [MOVE_DOUBT] = doubt,
        [MOVE_LEAVE_OUT] = leave_out,
        [MOVE_RELEASE] = release,
        [MOVE_VERIFY] = release_to_verify,
        [MOVE_PUT_AWAY_LATER] = put_away_later,
        [MOVE_EFFECT_LATER] = effect_later,
        [MOVE_EFFECT_MISSING] = effect_missing,
        [MOVE_FAIL] = fail,
        [MOVE_END] = end,
    };
    if (move->withdraws)
        moves_withdraw(worker, task, move->why.message);
    if (move->steps_aside)
        paced_step_aside(worker, task);
    for (size_t i = 0; move->notes_fault && i < task_count_jobs(task); i++)
        note_fault(task_job_at(task, i), &move->why);
    if (move->what)
        tell(task, move);
    if (move->resettles)
        worker->resettle(worker->watch_context, task->job->folder, task->job->path);
    makers[move->kind](worker, task, move);
}

void moves_abandon(struct worker *worker, struct task *task)
{
    static const char why[] = "closedrop was stopped";
    int64_t now = clock_wall_ms();
    if (job_has_outcome(task->job)) {
        effects_abandon(worker, task);
        queue_put_away_later(worker->queue, task->job, now, NULL);
        moves_end_task(worker, task);
        return;
    }
    bool is_unsent = task->step.kind == STEP_START || task->step.kind == STEP_READY;
    bool was_posted = task->job->posting && !is_unsent;
    if (task->stage == STAGE_ATTACH && is_unsent)
        moves_withdraw(worker, task, why);
    moves_release(worker, task, was_posted ? now + task->config->limits.doubt_ms : now, false, why);
}
