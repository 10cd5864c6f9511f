/** A job from its claim to its end: what each verb makes of it, its intent to post, its outcome. */
#include "queue_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/effects.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/notices.h"
#include "closedrop/queue/reading.h"

#include <stdlib.h>
#include <string.h>

/* ---- begun ---- */

void queue_start_over(struct queue *queue, struct job *job)
{
    job->entered = queue_next_entered(queue);
    job->released = job_failed_as(job, "recalled"); /* a person wants it after all */
    job->held = HELD_NEVER;
    job->closed = 0;
    job->attempts = 0;
    job->crashes = 0;
    job->verifications = 0;
    job->suspect = false;
    job->put_away = JOB_NOT_PUT_AWAY;
    if (job_failed_as(job, "doubtful"))
        job->reconcile = false; /* a person has looked */
    if (job_failed_as(job, "already_filed"))
        job->approved = true;
    job->due_ms = clock_wall_ms();
    job->done_ms = job->due_ms;
    job->uploaded_ms = 0;
    queue_keep_text(queue, &job->told, NULL);
    if (!job->posting)
        job_forget_rule(job);
}

/** It is not sent for now: its place in the ledger is free for another. */
static void stay(struct queue *queue, struct job *job)
{
    if (job->sender && !job->posting)
        queue_stay(queue, job->id);
}

void queue_reenter(struct queue *queue, struct job *job)
{
    queue_wake_group(queue, job);
    stay(queue, job);
    job_let_go(job);
    job->entered = queue_next_entered(queue);
    job->released = false;
    job->closed = 0;
}

/* ---- on its way ---- */

void queue_advance(struct queue *queue, struct job *job, enum job_state state, const char *why)
{
    job->suspect = false;
    job->crashes = 0;
    queue_set_state(queue, job, state, why);
}

void queue_set_waiting_for(
    struct queue *queue, struct job *job, const char *code, const char *message)
{
    if (job->error_message && strcmp(job->error_message, message) == 0)
        return;
    (void)str_assign(&job->error_code, code);
    (void)str_assign(&job->error_message, message);
    queue_update(queue, job, message);
}

void queue_retry(struct queue *queue, struct job *job, int64_t due_ms, bool counts, const char *why)
{
    job->claimed = false;
    job->suspect = false;
    job->due_ms = due_ms;
    if (!counts && job->attempts > 0)
        job->attempts--;
    queue_set_state(queue, job, job->state == JOB_UPLOADING ? JOB_QUEUED : job->state, why);
    if (job->state == JOB_QUEUED && job->error_code)
        queue_wake_group(queue, job);
}

/* ---- its activity ---- */

/** The content memory knows of it from this transaction on. */
static void remember(struct queue *queue, const struct job *job, int64_t at_ms)
{
    const struct filing filing = {.lead_id = job->lead_id,
        .rule = job->rule ? job->rule : "",
        .at_ms = at_ms,
        .job = job->id};
    queue_remember(queue, job->sha256, job->activity, &filing);
}

/** Keep the token that a job is about to post. */
static void post(struct queue *queue, const struct job *job, int64_t close_ms)
{
    const struct query query = {.posting = job->posting,
        .id = job->id,
        .token = job->token ? job->token : "",
        .lead_id = job->lead_id,
        .activity = activity_kind_names[job->activity],
        .at_ms = close_ms};
    store_change(queue->store, CHANGE_POST, &query);
}

void queue_intend(struct queue *queue, struct job **jobs, size_t count, int64_t close_ms)
{
    int64_t number = store_number(queue->store, QUERY_LAST_POSTING, &(struct query){0}, 0) + 1;
    for (size_t i = 0; i < count; i++) {
        jobs[i]->posting = number;
        jobs[i]->verifications = 0;
        jobs[i]->claimed = true;
        post(queue, jobs[i], close_ms);
        remember(queue, jobs[i], clock_wall_ms());
        queue_set_state(queue, jobs[i], JOB_ATTACHING, "its activity is about to be created");
    }
    if (jobs[0]->sender)
        queue_add_leaving(queue, jobs[0]->id, jobs[0]->rule, jobs[0]->sender);
}

void queue_withdraw(struct queue *queue, struct job *job, const char *why)
{
    job->posting = 0;
    job->verifications = 0;
    queue_unremember(queue, job->sha256, job->activity, job->lead_id, job->id);
    queue_forget_effects(queue, job->id);
    if (job->filed_path) { /* nothing was filed under the name it had */
        queue_keep_text(queue, &job->filed_path, NULL);
        job_forget_rule(job);
    }
    if (job->state == JOB_ATTACHING)
        queue_set_state(queue, job, JOB_UPLOADED, why);
    else {
        job_forget_rule(job); /* a person started it over */
        queue_update(queue, job, why);
    }
}

/* ---- its outcome ---- */

void queue_fail(struct queue *queue, struct job *job, const char *code, const char *message)
{
    queue_keep_text(queue, &job->error_code, code);
    queue_keep_text(queue, &job->error_message, message);
    job->suspect = false;
    job->put_away = JOB_NOT_PUT_AWAY;
    job->due_ms = clock_wall_ms();
    job->done_ms = job->due_ms;
    stay(queue, job);
    queue_set_state(queue, job, JOB_FAILED, message);
    queue_add_outcome_notice(queue, job);
    queue_wake_group(queue, job);
}

void queue_done(struct queue *queue, struct job *job, const char *why)
{
    (void)str_assign(&job->error_code, NULL);
    (void)str_assign(&job->error_message, NULL);
    job->done_ms = clock_wall_ms();
    job->due_ms = job->done_ms;
    job->suspect = false;
    job->put_away = JOB_NOT_PUT_AWAY;
    job->posting = 0;
    if (job->activity_id) /* found by looking, it may not be remembered yet */
        remember(queue, job, job->done_ms);
    if (job->activity_id && job->sender)
        queue_left_again(queue, job->id, job->done_ms);
    else
        stay(queue, job);
    (void)str_assign(&job->values, NULL); /* only its activity was made of them */
    queue_set_state(queue, job, JOB_DONE, why);
    queue_add_outcome_notice(queue, job);
    queue_wake_group(queue, job);
}

void queue_end(struct queue *queue, struct job *job, enum job_ending ending, const char *why)
{
    job->claimed = false;
    job->suspect = false;
    job->ending = ending;
    stay(queue, job);
    queue_put(queue, job);
    queue_note(queue, job, why);
    queue_wake_group(queue, job);
}

/* ---- its file ---- */

void queue_set_put_away(struct queue *queue, struct job *job, const char *location, const char *why)
{
    queue_keep_text(queue, &job->location, location);
    job->claimed = false;
    job->put_away = JOB_PUT_AWAY;
    queue_set_state(queue, job, job->state, why);
}

void queue_set_told(struct queue *queue, struct job *job, const char *path, const char *why)
{
    queue_keep_text(queue, &job->told, path);
    if (why)
        queue_update(queue, job, why);
    else
        queue_put(queue, job);
}

void queue_set_location_in_failed(struct queue *queue, struct job *job, const char *location)
{
    CLEANUP(free_text)
    char *why = str_format("renamed in the directory for failed files, to %s", location);
    queue_keep_text(queue, &job->location, location);
    job->put_away = JOB_PUT_AWAY; /* it may have been discarded while it was out of sight */
    queue_update(queue, job, why ? why : "renamed in the directory for failed files");
}

void queue_discard(struct queue *queue, struct job *job)
{
    job->put_away = JOB_DISCARDED;
    queue_update(
        queue, job, "its file and its error text were deleted from the directory for failed files");
}

void queue_put_away_later(struct queue *queue, struct job *job, int64_t due_ms, const char *why)
{
    job->claimed = false;
    job->due_ms = due_ms;
    queue_set_state(queue, job, job->state, why);
}

struct line {
    const char *why;
    bool is_there;
};

static void find_line(void *context, int64_t at_ms, const char *state, const char *why)
{
    struct line *line = context;
    (void)at_ms, (void)state;
    line->is_there |= strcmp(line->why, why) == 0;
}

bool queue_note_once(struct queue *queue, const struct job *job, const char *why)
{
    struct line line = {why, false};
    queue_history(queue, job->id, find_line, &line);
    if (!line.is_there)
        queue_note(queue, job, why);
    return !line.is_there;
}

static void keep_last(void *context, int64_t at_ms, const char *state, const char *why)
{
    (void)at_ms, (void)state;
    (void)str_assign(context, why);
}

char *queue_not_put_away(struct queue *queue, const struct job *job)
{
    if (!job_has_outcome(job) || job->put_away || job->ending)
        return NULL;
    if (job->state == JOB_DONE && !job_lacks_effect(job))
        return job_has_error(job, "not_put_away") ? strdup(job->error_message) : NULL;
    /* its error is why it failed; what came after that is in its history alone */
    char *last = NULL;
    queue_history(queue, job->id, keep_last, &last);
    if (last && job->error_message && strcmp(last, job->error_message) != 0)
        return last;
    free(last);
    return NULL;
}
