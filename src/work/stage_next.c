/**
 * What follows a stage that has done its work; for verify, in_doubt.c says so.
 *
 * Everything here runs inside a transaction of the queue; nothing here touches a file or a server.
 */
#define LOG_MODULE "worker"

#include "classify.h"
#include "discards.h"
#include "duplicates.h"
#include "effects.h"
#include "failed_directories.h"
#include "filing.h"
#include "folder_view.h"
#include "grouping.h"
#include "moves.h"
#include "outcome.h"
#include "s3_health.h"
#include "stages.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/backoff.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/job_log.h"

#include <stdlib.h>
#include <string.h>

/** A kept file whose bytes are the filed ones; or a new one. */
void compare_next(struct worker *worker, struct task *task)
{
    if (!task->is_kept) {
        task_continue(task, task->folder->rules[0] ? STAGE_RESOLVE : STAGE_TICKET);
        return;
    }
    moves_log(task, "has only a new modification time", "its bytes were already filed");
    queue_same_bytes(worker->queue, task->job, task->kept);
    moves_end_task(worker, task);
}

static char *describe_target(const struct job *job)
{
    if (!job->rule)
        return strdup("no rule matches: upload only");
    if (!*job->lead_id)
        return str_format(
            "rule \"%s\": it belongs in a new %s", job->rule, activity_noun(job->activity));
    return str_format("rule \"%s\": it belongs %s %s%s%s", job->rule,
        activity_traits(job->activity)->is_template ? "in" : "to", job->lead_id,
        job->contact_id ? ", " : "", job->contact_id ? job->contact_id : "");
}

void resolve_next(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    merged_leads_release(&task->merged); /* its lead may be another one than before */
    task->searched_failed = false;
    if (job_has_error(job, "table"))
        job_forget_error(job);
    classify_leave_group(worker, job, &task->resolution);
    if (keep_resolution(job, &task->resolution, task->folder) < 0) {
        moves_release(worker, task, clock_wall_ms() + 1000, false, "out of memory");
        return;
    }
    CLEANUP(free_text) char *why = describe_target(job);
    queue_update(worker->queue, job, why ? why : "");
    if (job->state != JOB_UPLOADING)
        grouping_attach(worker, task);
    else if (!grouping_waits_for_close(worker, task))
        task_continue(task, STAGE_TICKET);
}

void ticket_next(struct worker *worker, struct task *task)
{
    (void)worker;
    task_continue(task, STAGE_SEND);
}

/** The bytes are at Close: one transaction holds `uploaded` and what follows from it. */
void send_next(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    const struct upload *upload = &task->upload;
    int result = str_assign(&job->sha256, upload->sha256);
    result |= str_assign(&job->md5, upload->md5);
    result |= str_assign(&job->content_type, upload->content_type);
    result |= str_assign(&job->download_url, upload->ticket.download_url);
    result |= str_assign(&job->token, upload->ticket.token);
    job_forget_error(job);
    s3_health_passed(worker, job->id);
    if (result) {
        moves_release(worker, task, clock_wall_ms() + 1000, false, "out of memory");
        return;
    }
    job->uploaded_ms = clock_wall_ms();
    if (grouping_ends_with_upload(task))
        queue_pass(worker->queue, job, JOB_UPLOADED, "S3 has the whole file");
    else
        queue_advance(worker->queue, job, JOB_UPLOADED, "S3 has the whole file");
    CLEANUP(free_text) char *digest = str_format("SHA-256 %s", upload->sha256);
    moves_log(task, "uploaded", digest ? digest : "");
    task_end_upload(task);
    grouping_attach(worker, task);
}

void present_next(struct worker *worker, struct task *task)
{
    task->is_present = true;
    grouping_attach(worker, task);
}

void duplicate_next(struct worker *worker, struct task *task)
{
    duplicates_found_out(worker, task);
    grouping_attach(worker, task);
}

/** The lost queue knew whether anything is missing next to it. */
static const char *found_again(const struct task *task)
{
    const struct rule *rule = config_rule(task->config, task->job->rule);
    return rule && rule->effect_count
               ? "was filed already, before the queue was lost; its task or custom fields are not "
                 "repeated, and may be missing"
               : "was filed already, before the queue was lost";
}

/** Filed already by a queue that is lost; or it may go. */
void reconcile_next(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    const char *found = task->verification.files[0].activity_id;
    if (task_was_renamed(task)) { /* it was searched for on a lead that may not be its own */
        verify_release(&task->verification);
        task->has_verification = false;
        grouping_attach(worker, task);
        return;
    }
    job->reconcile = false;
    if (found) {
        (void)str_assign(&job->activity_id, found);
        moves_done(worker, task, found_again(task));
        moves_log(task, "filed before", task->job->activity_id);
        return;
    }
    queue_update(worker->queue, job, "is not in Close yet");
    grouping_attach(worker, task);
}

/** A new template has its ID now; from now on it is known by that. */
static void keep_new_template(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    if (!activity_traits(job->activity)->is_template || *job->lead_id)
        return;
    queue_unremember(worker->queue, job->sha256, job->activity, job->lead_id, job->id);
    queue_keep_text(worker->queue, &job->lead_id, task->activity_id);
}

static char *describe_activity(const struct task *task)
{
    const struct job *job = task->job;
    const char *noun = activity_noun(job->activity);
    return activity_traits(job->activity)->is_template
               ? str_format("is in the %s %s", noun, task->activity_id)
               : str_format("%s %s on %s", noun, task->activity_id, job->lead_id);
}

/** Its activity exists. */
void attach_next(struct worker *worker, struct task *task)
{
    for (size_t i = 0; i < task_count_jobs(task); i++)
        queue_keep_text(worker->queue, &task_job_at(task, i)->activity_id, task->activity_id);
    keep_new_template(worker, task);
    CLEANUP(free_text) char *why = describe_activity(task);
    moves_done(worker, task, why ? why : "its activity was created");
    moves_log(task, "filed", why);
}

/** An effect exists. */
void effect_next(struct worker *worker, struct task *task)
{
    effects_settle(worker, task);
    effects_continue(worker, task);
}

void effect_lead_next(struct worker *worker, struct task *task)
{
    effects_follow_lead(worker, task);
}

void effect_verify_next(struct worker *worker, struct task *task)
{
    if (task->activity_id) {
        effect_next(worker, task);
        return;
    }
    const struct outcome_case outcome = moves_case(task, backoff_chance());
    const struct move move =
        outcome_of_missing_effect(&outcome, effects_note_absence(worker, task));
    moves_make(worker, task, &move);
}

/** Filed under a name that it no longer has: whose would it be now? */
void renamed_next(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    const char *lead_id = task->resolution.lead_id;
    if (lead_id && strcmp(lead_id, job->lead_id) != 0) {
        CLEANUP(free_text)
        char *why = str_format(
            "was filed on %s under the name %s; under its new name it would belong to %s",
            job->lead_id, path_name(job->filed_path), lead_id);
        queue_keep_text(worker->queue, &task->other_lead, lead_id);
        if (queue_note_once(
                worker->queue, job, why ? why : "")) /* its file may be put away later */
            job_log(LOG_LEVEL_WARN, LOG_MODULE, job, NULL, why);
    }
    task_continue(task, STAGE_FINISH);
}

/** Of a failed file only where it is: "put away" would sound as if it were dealt with. */
static void log_put_away(const struct task *task, const char *how)
{
    const struct job *job = task->job;
    if (job->state == JOB_FAILED)
        job_log(LOG_LEVEL_INFO, LOG_MODULE, job, NULL, how);
    else
        moves_log(task, "done", how);
}

void finish_next(struct worker *worker, struct task *task)
{
    const char *how = task->step.verdict.message;
    if (task->job->state == JOB_DONE && !job_lacks_effect(task->job))
        job_forget_error(task->job);
    worker->failures += task->job->state == JOB_FAILED;
    queue_set_put_away(worker->queue, task->job, task->outcome_location, how);
    if (task->job->state == JOB_FAILED)
        failed_directories_keep(worker->queue, &task->failed_names);
    struct folder_view *view = folder_view_of(worker, task->job->folder);
    if (view && job_has_error(task->job, "gone") && task->job->location)
        discards_check_now(view);
    log_put_away(task, how);
    moves_end_task(worker, task);
}
