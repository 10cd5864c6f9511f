/**
 * What is created next to the activity of a job. As the activity itself (in_doubt.c), none is
 * created twice:
 *
 *     intend: waiting, with its request, in the transaction that intends the activity
 *        |
 *        |  the activity exists, and the job is done
 *        v
 *     posted, on disk
 *        |
 *       POST ----> a clear yes: done
 *        |  \----> a clear no: waiting again, or missing
 *        |
 *        |  anything else, or a crash, and `limits.doubt` later
 *        v
 *     verify: is its mark on the lead? ----> yes: done
 *        |
 *        v  not, twice
 *     waiting again
 *
 * The job stays done whatever happens to them. Its file is put away after the last one.
 */
#define LOG_MODULE "worker"

#include "effects.h"
#include "effect_request.h"
#include "outcome.h"
#include "pacing.h"
#include "stages.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/notices.h"
#include "closedrop/queue/queue.h"
#include "closedrop/work/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- intended ---- */

static struct verdict intend_one(struct queue *queue, const struct rule *rule,
    const struct rule_effect *of_rule, struct job *job)
{
    CLEANUP(activity_post_release) struct activity_post post = {0};
    struct verdict verdict = attach_effect(rule, of_rule, job, &post);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    struct effect effect = {.kind = of_rule->kind, .request = effect_request_print(&post)};
    if (!effect.request)
        return verdict_no_memory();
    queue_put_effect(queue, job->id, &effect);
    effect_release(&effect);
    return verdict;
}

struct verdict effects_intend(struct queue *queue, const struct rule *rule, struct job *job)
{
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "intended");
    for (size_t i = 0; i < rule->effect_count && verdict.kind == VERDICT_NEXT; i++)
        verdict = intend_one(queue, rule, &rule->effects[i], job);
    return verdict;
}

/* ---- begun ---- */

static void put(struct worker *worker, const struct task *task)
{
    queue_put_effect(worker->queue, task->job->id, &task->effect);
}

/** What the task knows of an effect before. */
static void leave(struct task *task)
{
    if (task->has_verification)
        verify_release(&task->verification);
    task->has_verification = false;
    free(task->activity_id); /* its own is in the job */
    task->activity_id = NULL;
    current_lead_release(&task->lead);
    effect_release(&task->effect);
}

/** Its intent: after the commit it is posted. */
static void begin(struct worker *worker, struct task *task)
{
    struct effect *effect = &task->effect;
    effect->state = EFFECT_POSTED;
    effect->verifications = 0;
    if (!effect->at_ms)
        effect->at_ms = close_clock_now(&worker->close_clock, clock_wall_ms(), clock_steady_ms());
    put(worker, task);
    task_continue(task, STAGE_EFFECT);
}

void effects_continue(struct worker *worker, struct task *task)
{
    leave(task);
    if (!queue_next_effect(worker->queue, task->job->id, &task->effect))
        task_continue(task, task_last_stage(task->job, task->folder));
    else if (task->effect.state == EFFECT_POSTED && !activity_traits(task->effect.kind)->replaces)
        task_continue(task, STAGE_EFFECT_VERIFY);
    else
        begin(worker, task);
}

void effects_follow_lead(struct worker *worker, struct task *task)
{
    CLEANUP(free_text)
    char *why = str_format("%s was merged into %s, where its %s is created", task->job->lead_id,
        task->lead.lead_id, activity_noun(task->effect.kind));
    (void)queue_note_once(worker->queue, task->job, why ? why : "its lead was merged");
    current_lead_release(&task->lead); /* it may be merged, too */
    begin(worker, task);
}

/* ---- its outcome ---- */

/** The lead that its request names; NULL if none, or if out of memory. */
static char *lead_of(const struct effect *effect)
{
    CLEANUP(activity_post_release) struct activity_post post = {0};
    return effect_request_read(effect->request, &post) < 0 ? NULL : effect_request_lead(&post);
}

/** Said once, and again only for another reason. */
static void say_not_yet(struct worker *worker, struct task *task, const char *why)
{
    struct job *job = task->job;
    CLEANUP(free_text)
    char *message =
        str_format("its %s does not exist yet: %s", activity_noun(task->effect.kind), why);
    if (!message)
        return;
    if (!job_lacks_effect(job)) {
        (void)str_assign(&job->error_code, "not_put_away");
        (void)str_assign(&job->error_message, message);
    }
    if (queue_note_once(worker->queue, job, message))
        job_log(LOG_LEVEL_WARN, LOG_MODULE, job, NULL, message);
}

void effects_note_try(struct worker *worker, struct task *task, const struct move *move)
{
    struct effect *effect = &task->effect;
    if (move->takes_back)
        effect->state = EFFECT_WAITING;
    effect->tries += move->spends_attempt;
    put(worker, task);
    say_not_yet(worker, task, move->why.message);
}

void effects_settle(struct worker *worker, struct task *task)
{
    struct effect *effect = &task->effect;
    struct job *job = task->job;
    effect->state = EFFECT_DONE;
    queue_keep_text(worker->queue, &effect->result, task->activity_id);
    put(worker, task);
    if (!job_lacks_effect(job))
        job_forget_error(job);
    CLEANUP(free_text) char *lead_id = lead_of(effect);
    CLEANUP(free_text)
    char *why = str_format("%s %s on %s", activity_noun(effect->kind), task->activity_id,
        lead_id ? lead_id : job->lead_id);
    queue_update(worker->queue, job, why ? why : "its effect was created");
    queue_add_outcome_notice(worker->queue, job);
    job_log(LOG_LEVEL_INFO, LOG_MODULE, job, "filed", why);
}

void effects_go_without(struct worker *worker, struct task *task, const char *why)
{
    struct effect *effect = &task->effect;
    struct job *job = task->job;
    effect->state = EFFECT_MISSING;
    queue_keep_text(worker->queue, &effect->result, why);
    put(worker, task);
    CLEANUP(free_text)
    char *message = str_format("its %s is missing: %s", activity_noun(effect->kind), why);
    CLEANUP(free_text)
    char *both = job_lacks_effect(job) ? str_format("%s; %s", job->error_message, message) : NULL;
    CLEANUP(free_text) char *code = str_format("%s_missing", activity_kind_names[effect->kind]);
    if (!job_lacks_effect(job))
        queue_keep_text(worker->queue, &job->error_code, code);
    queue_keep_text(worker->queue, &job->error_message, both ? both : message);
    queue_update(worker->queue, job, message ? message : "an effect is missing");
    queue_add_outcome_notice(worker->queue, job);
    job_log(LOG_LEVEL_WARN, LOG_MODULE, job, "incomplete", message);
    worker->failures++;
}

int effects_note_absence(struct worker *worker, struct task *task)
{
    task->effect.verifications++;
    put(worker, task);
    return task->effect.verifications;
}

void effects_abandon(struct worker *worker, struct task *task)
{
    bool is_unsent = task->step.kind == STEP_START || task->step.kind == STEP_READY;
    bool is_posted = task->stage == STAGE_EFFECT && !is_unsent;
    if (is_posted || (task->stage != STAGE_EFFECT && task->stage != STAGE_EFFECT_LEAD))
        return;
    task->effect.state = EFFECT_WAITING;
    put(worker, task);
}

/* ---- the stages ---- */

/** The lane that puts files away is free whatever Close says. */
static struct verdict wait_for_close(const struct task *task, const struct stage_tools *tools)
{
    int64_t wait_ms;
    return pacing_may_attach(tools->worker, task->effect.kind, &wait_ms)
               ? verdict_make(VERDICT_NEXT, NULL, "may go")
               : task_wait(wait_ms, "no_answer",
                     "nothing can be created now; \"closedrop status\" says why");
}

struct verdict effects_read_request(
    const struct task *task, const struct stage_tools *tools, struct activity_post *ret_post)
{
    struct verdict verdict = wait_for_close(task, tools);
    if (verdict.kind == VERDICT_NEXT && effect_request_read(task->effect.request, ret_post) < 0)
        return verdict_no_memory();
    return verdict;
}

struct verdict effect_start(struct task *task, const struct stage_tools *tools)
{
    CLEANUP(activity_post_release) struct activity_post post = {0};
    struct verdict verdict = effects_read_request(task, tools, &post);
    return verdict.kind == VERDICT_NEXT
               ? task_await(task, api_create(&tools->api, task->effect.kind, &post))
               : verdict;
}

struct verdict effect_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    return attach_read(task->step.request, task->effect.kind, &task->activity_id);
}

struct verdict effect_verify_start(struct task *task, const struct stage_tools *tools)
{
    struct verification *verification = &task->verification;
    const struct job *job = task->job;
    struct verdict verdict = wait_for_close(task, tools);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    if (!task->has_verification) {
        int result = verify_init(verification, 1);
        task->has_verification = true;
        if (result == 0)
            result = verify_add_posting(verification, 0, job->token ? job->token : "", job->lead_id,
                task->effect.kind, task->effect.at_ms);
        if (result < 0)
            return verdict_no_memory();
    }
    return task_await(task, verify_ask(verification, &tools->api));
}

struct verdict effect_verify_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    struct verdict verdict = verify_read(&task->verification, task->step.request, NULL, NULL);
    if (verdict.kind == VERDICT_NEXT)
        task->activity_id = TAKE_PTR(task->verification.files[0].activity_id);
    return verdict;
}
