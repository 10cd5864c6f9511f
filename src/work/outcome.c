/**
 * What a verdict does to a job, and to the others of its group that are claimed with it.
 *
 * Everything here runs inside a transaction of the queue; nothing here touches a file or a server.
 */
#define LOG_MODULE "worker"

#include "outcome.h"
#include "classify.h"
#include "discards.h"
#include "duplicates.h"
#include "failed_directories.h"
#include "filing.h"
#include "folder_view.h"
#include "grouping.h"
#include "moves.h"
#include "pacing.h"
#include "present.h"
#include "send_guard.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/backoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** How many verifications that find nothing prove that nothing was created (design.md 6). */
#define VERIFICATIONS_NEEDED 2
/** The pause between two of them, as a part of `limits.doubt`. */
#define VERIFY_PAUSE_PART 4
/** The longest pause before a file is put away once more: somebody may have given us the right. */
#define PUT_AWAY_MAX_MS (5 * 60 * 1000)

/* ---- no ---- */

static int64_t retry_delay(const struct task *task)
{
    const struct limits *limits = &task->config->limits;
    return backoff_delay(
        task->job->attempts, limits->retry_first_ms, limits->retry_max_ms, backoff_chance());
}

/** What went wrong stays with the job; whose it is must be asked anew where that was wrong. */
static void note_fault(struct job *job, const struct verdict *verdict)
{
    if (!job_has_error(job, "links")) { /* that is still to be looked at */
        (void)str_assign(&job->error_code, verdict->code);
        (void)str_assign(&job->error_message, verdict->message);
    }
    if (!job->posting && verdict->code && strcmp(verdict->code, "no_target") == 0)
        job_forget_target(job);
}

static void on_wait(
    struct worker *worker, struct task *task, const struct verdict *verdict, int64_t wait_ms)
{
    send_guard_step_aside(worker, task);
    if (verdict->code && strcmp(verdict->code, "table") == 0)
        note_fault(task->job, verdict); /* somebody may have to bring it */
    moves_log(task, "waits", verdict->message);
    moves_release(worker, task, clock_wall_ms() + wait_ms, false, verdict->message);
}

/** Given up; where an activity may exist all the same, that is what a person must know. */
static void give_up(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    const struct job *job = task->job;
    bool is_link = job_has_error(job, "links"); /* was, and could not be looked at */
    struct verdict last = verdict_make(VERDICT_FAIL, is_link ? "links" : verdict->code,
        "%s (given up after %d attempts)", verdict->message, job->attempts);
    if (job->posting)
        last = verdict_make(VERDICT_FAIL, "unclear",
            "whether its %s was created on %s is not known, and could not be found out; look at "
            "the lead in Close; if it is not there, drag the file back (%.200s)",
            activity_kind_names[job->activity], job->lead_id ? job->lead_id : "its lead",
            verdict->message);
    moves_fail(worker, task, &last);
}

/** The job's own fault: another try later, or none any more. */
static void on_own_fault(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    struct job *job = task->job;
    if (job->attempts >= task->config->limits.max_attempts) {
        give_up(worker, task, verdict);
        return;
    }
    send_guard_step_aside(worker, task);
    for (size_t i = 0; i < task_count_jobs(task); i++)
        note_fault(task_job_at(task, i), verdict);
    moves_log(task, "waits", verdict->message);
    moves_release(worker, task, clock_wall_ms() + retry_delay(task), true, verdict->message);
}

/** Open the breaker of S3, or keep it open where it was time to try. Whether it was. */
static bool trip_s3_breaker(struct worker *worker, enum breaker_reason reason, int64_t now)
{
    struct breaker *breaker = &worker->s3_breaker;
    if (breaker->state != BREAKER_CLOSED && now < breaker->ask_at)
        return false;
    if (breaker->state == BREAKER_CLOSED)
        worker->s3_tripped_ms = now;
    breaker_trip(breaker, reason, now, pacing_ask_delay(worker, breaker->tries + 1));
    return true;
}

/** S3 counts as down only while no other upload gets through (product.md 6). */
static void on_trouble(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    int64_t now = clock_steady_ms();
    if (worker->s3_success_ms && worker->s3_success_ms >= task->started_ms) {
        on_own_fault(worker, task, verdict);
        return;
    }
    if (trip_s3_breaker(worker, BREAKER_OUTAGE, now))
        log_warn("uploads do not get through, trying again in %lld ms: %s",
            (long long)(worker->s3_breaker.ask_at - now), verdict->message);
    on_wait(worker, task, verdict, worker->s3_breaker.ask_at - now);
}

/** S3 takes nobody's file. Returns how long it is left alone; then one file tries, and each time
 * another one, for those that were tried are due behind all others. */
static int64_t stop_uploads(struct worker *worker, const struct verdict *verdict)
{
    const int64_t now = clock_steady_ms();
    const bool is_news = worker->s3_breaker.reason != BREAKER_REJECTS;
    snprintf(worker->s3_rejection, sizeof(worker->s3_rejection),
        "S3 refuses every upload, whatever the file: %.512s (files stay queued and are sent when "
        "S3 "
        "accepts them again; if this lasts, tell Close's support what S3 answered)",
        verdict->message);
    if (trip_s3_breaker(worker, BREAKER_REJECTS, now) && is_news)
        log_warn("%s", worker->s3_rejection);
    return worker->s3_breaker.ask_at - now;
}

/** Only where others get through it is the job's own fault; else it waits, and says why. */
static void on_rejected(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    int times;
    const enum blame blame = rejections_add(&worker->rejections, task->job->id, &times);
    if (blame == BLAME_FILE) {
        on_own_fault(worker, task, verdict);
        return;
    }
    note_fault(task->job, verdict);
    on_wait(worker, task, verdict,
        blame == BLAME_PLACE ? stop_uploads(worker, verdict) : pacing_ask_delay(worker, times));
}

/** The place's fault, and not of all that goes there: no attempt is spent, but the job says why. */
static void on_later(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    const int tries = etags_damages(&worker->etags, task->upload.ticket.upload_url);
    const struct verdict later = verdict_make(verdict->kind, verdict->code,
        "%s; closedrop keeps the file and tries again", verdict->message);
    note_fault(task->job, &later);
    log_warn("job %lld waits: %s/%s: %s", (long long)task->job->id, task->job->folder,
        task->job->path, later.message);
    moves_release(
        worker, task, clock_wall_ms() + pacing_ask_delay(worker, tries), false, later.message);
}

static void on_changed(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    moves_log(task, "starts over", verdict->message);
    worker->resettle(worker->watch_context, task->job->folder, task->job->path);
    if (task->has_upload) { /* it may turn out to be the same after all: settle decides */
        moves_release(
            worker, task, clock_wall_ms() + task->folder->settle_ms, false, verdict->message);
        return;
    }
    queue_end(worker->queue, task->job, JOB_SUPERSEDED, verdict->message);
    moves_end_task(worker, task);
}

static void on_gone(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    moves_log(task, "dropped", verdict->message);
    queue_end(worker->queue, task->job, JOB_DROPPED, verdict->message);
    moves_end_task(worker, task);
}

static void on_refused(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    /* an upload that had to be made again, but the file was rewritten: that one is new */
    if (verdict->code && strcmp(verdict->code, "changed") == 0)
        worker->resettle(worker->watch_context, task->job->folder, task->job->path);
    if (task->has_resolution && task->resolution.rule)
        (void)str_assign(&task->job->rule, task->resolution.rule->name);
    moves_fail(worker, task, verdict);
}

/* ---- whose it is ---- */

static void on_resolved(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    merged_leads_release(&task->merged); /* its lead may be another one than before */
    task->searched_failed = false;
    if (job_has_error(job, "table"))
        job_forget_error(job);
    classify_leave_group(worker, job, &task->resolution);
    if (keep_resolution(job, &task->resolution, task->folder) < 0) {
        moves_release(worker, task, clock_wall_ms() + 1000, false, "no memory left");
        return;
    }
    CLEANUP(free_text)
    char *why = job->rule ? str_format("rule \"%s\": it belongs to %s%s%s", job->rule, job->lead_id,
                                job->contact_id ? ", " : "", job->contact_id ? job->contact_id : "")
                          : strdup("no rule takes it: upload only");
    queue_update(worker->queue, job, why ? why : "");
    if (job->state != JOB_UPLOADING)
        grouping_attach(worker, task);
    else if (!grouping_waits_for_close(worker, task))
        task_go_on(task, STAGE_TICKET);
}

/* ---- uploaded ---- */

/** The bytes are at Close: one transaction holds `uploaded` and what follows from it. */
static void on_uploaded(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    const struct upload *upload = &task->upload;
    int result = str_assign(&job->sha256, upload->sha256);
    result |= str_assign(&job->md5, upload->md5);
    result |= str_assign(&job->content_type, upload->content_type);
    result |= str_assign(&job->download_url, upload->ticket.download_url);
    result |= str_assign(&job->token, upload->ticket.token);
    job_forget_error(job);
    worker->s3_success_ms = clock_steady_ms();
    rejections_end(&worker->rejections, job->id);
    if (breaker_answered(&worker->s3_breaker))
        log_info("uploads get through again");
    breaker_passed(&worker->s3_breaker);
    if (result) {
        moves_release(worker, task, clock_wall_ms() + 1000, false, "no memory left");
        return;
    }
    job->uploaded_ms = clock_wall_ms();
    queue_advance(worker->queue, job, JOB_UPLOADED, "S3 has the whole file");
    moves_log(task, "uploaded", upload->sha256);
    task_close_upload(task);
    grouping_attach(worker, task);
}

/* ---- filed ---- */

/** Filed already by a queue that is lost; or it may go. */
static void on_reconciled(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    const char *found = task->verification.files[0].activity_id;
    if (task_was_renamed(task)) { /* it was looked for on a lead that may not be its own */
        verify_release(&task->verification);
        task->has_verification = false;
        grouping_attach(worker, task);
        return;
    }
    job->reconcile = false;
    if (found) {
        (void)str_assign(&job->activity_id, found);
        moves_log(task, "filed before", found);
        moves_done(worker, task, "was filed already, before the queue was lost");
        return;
    }
    queue_update(worker->queue, job, "is not in Close yet");
    grouping_attach(worker, task);
}

/** Its activity exists. */
static void on_created(struct worker *worker, struct task *task)
{
    for (size_t i = 0; i < task_count_jobs(task); i++)
        queue_keep_text(worker->queue, &task_job_at(task, i)->activity_id, task->activity_id);
    CLEANUP(free_text)
    char *why = str_format("%s %s on %s", activity_kind_names[task->job->activity],
        task->activity_id, task->job->lead_id);
    moves_log(task, "filed", why ? why : "");
    moves_done(worker, task, why ? why : "its activity was created");
}

/* ---- unclear: verify ---- */

static void on_unclear(
    struct worker *worker, struct task *task, const struct verdict *verdict, bool counts)
{
    log_warn("job %lld: %s/%s: %s; looks for it in %lld ms", (long long)task->job->id,
        task->job->folder, task->job->path, verdict->message,
        (long long)task->config->limits.doubt_ms);
    moves_release(
        worker, task, clock_wall_ms() + task->config->limits.doubt_ms, counts, verdict->message);
}

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

/** Not there. Once is no proof: the index, or a late commit, may be behind. */
static void on_absent(struct worker *worker, struct task *task)
{
    const struct limits *limits = &task->config->limits;
    const struct job *job = task->job;
    for (size_t i = 0; i < task_count_jobs(task); i++)
        task_job_at(task, i)->verifications++;
    if (job->verifications < VERIFICATIONS_NEEDED) {
        moves_release(worker, task, clock_wall_ms() + limits->doubt_ms / VERIFY_PAUSE_PART, false,
            "was not found in Close; looks once more");
        return;
    }
    moves_withdraw(worker, task, "it was looked for, and was not created");
    if (job->attempts > limits->max_attempts) {
        struct verdict last = verdict_make(VERDICT_FAIL, "no_answer",
            "Close did not say what became of its %s, which was not created (given up after %d "
            "attempts)",
            activity_kind_names[job->activity], job->attempts - 1); /* the last was only verified */
        moves_fail(worker, task, &last);
        return;
    }
    moves_release(worker, task, clock_wall_ms(), false, "is filed anew");
}

static void on_verified(struct worker *worker, struct task *task)
{
    task->activity_id = TAKE_PTR(task->verification.files[0].activity_id);
    settle_found(worker, task);
    if (!task->activity_id) {
        on_absent(worker, task);
        return;
    }
    release_members(worker, task);
    on_created(worker, task);
}

/* ---- finish ---- */

/** A kept file whose bytes are the filed ones; or a new one. */
static void on_compared(struct worker *worker, struct task *task)
{
    if (!task->is_kept) {
        task_go_on(task, task->folder->rules[0] ? STAGE_RESOLVE : STAGE_TICKET);
        return;
    }
    moves_log(task, "has new times only", "its bytes were filed already");
    queue_same_bytes(worker->queue, task->job, task->kept);
    moves_end_task(worker, task);
}

/** Filed under a name that it no longer has: whose would it be now? */
static void on_renamed(struct worker *worker, struct task *task, bool is_known)
{
    struct job *job = task->job;
    const char *lead_id = is_known ? task->resolution.lead_id : NULL;
    if (lead_id && strcmp(lead_id, job->lead_id) != 0) {
        CLEANUP(free_text)
        char *why = str_format("was filed on %s under the name %s; its new name would belong to %s",
            job->lead_id, path_name(job->filed_path), lead_id);
        queue_keep_text(worker->queue, &task->other_lead, lead_id);
        if (queue_note_once(
                worker->queue, job, why ? why : "")) /* its file may be put away later */
            log_warn(
                "job %lld: %s/%s: %s", (long long)job->id, job->folder, job->path, why ? why : "");
    }
    task_go_on(task, STAGE_FINISH);
}

static void on_finished(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    if (task->job->state == JOB_DONE) {
        (void)str_assign(&task->job->error_code, NULL);
        (void)str_assign(&task->job->error_message, NULL);
    }
    worker->failures += task->job->state == JOB_FAILED;
    queue_set_put_away(worker->queue, task->job, task->outcome_location, verdict->message);
    if (task->job->state == JOB_FAILED)
        failed_directories_note(queue_store(worker->queue), task->folder, task->root);
    struct folder_view *view = folder_view_of(worker, task->job->folder);
    if (view && job_has_error(task->job, "gone") && task->job->location)
        discards_check_now(view);
    moves_log(task, job_state_names[task->job->state], verdict->message);
    moves_end_task(worker, task);
}

/** No attempt of the job's, so none is counted: the longer it has been tried, the longer it waits.
 */
static int64_t put_away_delay(const struct task *task)
{
    const struct limits *limits = &task->config->limits;
    int64_t most = limits->retry_max_ms < PUT_AWAY_MAX_MS ? limits->retry_max_ms : PUT_AWAY_MAX_MS;
    int64_t tried = clock_wall_ms() - task->job->done_ms;
    int64_t delay = tried > limits->retry_first_ms ? tried : limits->retry_first_ms;
    return backoff_delay(1, delay < most ? delay : most, most, backoff_chance());
}

/** Said once, and again only for another reason: it may be tried for days. */
static void on_not_put_away(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    struct job *job = task->job;
    CLEANUP(free_text) char *known = queue_not_put_away(worker->queue, job);
    bool is_news = !known || strcmp(known, verdict->message) != 0;
    int64_t delay = put_away_delay(task);
    if (is_news)
        log_warn("job %lld: %s/%s: %s; tries again", (long long)job->id, job->folder, job->path,
            verdict->message);
    else
        log_debug("job %lld: not put away yet, tries again in %lld ms", (long long)job->id,
            (long long)delay);
    if (job->state == JOB_DONE) {
        (void)str_assign(&job->error_code, verdict->code);
        (void)str_assign(&job->error_message, verdict->message);
    }
    queue_put_away_later(
        worker->queue, job, clock_wall_ms() + delay, is_news ? verdict->message : NULL);
    moves_end_task(worker, task);
}

/** Its file has gone from its place, perhaps under another name: it is looked for, once. */
static void on_missing(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    int64_t scan = worker->scan(worker->watch_context, task->folder->name);
    if (scan)
        task_search(task, scan);
    else
        on_not_put_away(worker, task, verdict);
}

/* ---- the verdict ---- */

static void on_next(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    switch (task->stage) {
    case STAGE_COMPARE:
        on_compared(worker, task);
        break;
    case STAGE_DUPLICATE:
        duplicates_found_out(worker, task);
        grouping_attach(worker, task);
        break;
    case STAGE_RENAMED:
        on_renamed(worker, task, true);
        break;
    case STAGE_RESOLVE:
        on_resolved(worker, task);
        break;
    case STAGE_TICKET:
        task_go_on(task, STAGE_SEND);
        break;
    case STAGE_SEND:
        on_uploaded(worker, task);
        break;
    case STAGE_PRESENT:
        task->is_present = true;
        grouping_attach(worker, task);
        break;
    case STAGE_RECONCILE:
        on_reconciled(worker, task);
        break;
    case STAGE_ATTACH:
        on_created(worker, task);
        break;
    case STAGE_VERIFY:
        on_verified(worker, task);
        break;
    default:
        on_finished(worker, task, verdict);
    }
}

static void on_again(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    moves_log(task, "begins again", verdict->message);
    queue_update(worker->queue, task->job, verdict->message);
    task_go_on(task, task->stage == STAGE_SEND ? STAGE_TICKET : task->stage);
}

static void on_doubt(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    (void)verdict;
    task_doubt(task);
    breaker_doubt(&worker->api_breaker);
}

/** The job has its outcome already: whatever goes wrong now, its file is only put away later. */
static void apply_to_outcome(
    struct worker *worker, struct task *task, const struct verdict *verdict)
{
    switch (verdict->kind) {
    case VERDICT_NEXT:
        on_next(worker, task, verdict);
        break;
    case VERDICT_MORE:
        task_go_on(task, task->stage);
        break;
    case VERDICT_GONE:
        on_missing(worker, task, verdict);
        break;
    case VERDICT_CHANGED:
        on_changed(worker, task, verdict);
        break;
    case VERDICT_FAIL:
        on_renamed(worker, task, false);
        break;
    default:
        on_not_put_away(worker, task, verdict);
    }
}

/**
 * A file that waited to leave the house is not where it belongs. It may have another name: all of
 * its folder is scanned, once. True where that, or the rest of its group, is what goes on.
 */
static bool is_looked_for(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    bool is_gone = verdict->kind == VERDICT_GONE;
    int64_t scan = is_gone && !task->was_searched
                       ? worker->scan(worker->watch_context, task->folder->name)
                       : 0;
    bool leaves_out = !scan && task->absent && (is_gone || verdict->kind == VERDICT_CHANGED);
    if (scan)
        task_search(task, scan);
    if (leaves_out)
        present_leave_out(worker, task, verdict);
    return scan || leaves_out;
}

/** Whether a verdict leaves no doubt that the POST of an activity created nothing. */
static bool is_clear_no(enum verdict_kind kind)
{
    return kind != VERDICT_RUNNING && kind != VERDICT_NEXT && kind != VERDICT_UNCLEAR;
}

void outcome_apply(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    if (task->stage == STAGE_RENAMED || task->stage == STAGE_FINISH) {
        apply_to_outcome(worker, task, verdict);
        return;
    }
    if (task->stage == STAGE_PRESENT && is_looked_for(worker, task, verdict))
        return;
    if (task->stage == STAGE_ATTACH && is_clear_no(verdict->kind))
        moves_withdraw(worker, task, verdict->message);
    switch (verdict->kind) {
    case VERDICT_RUNNING:
        break;
    case VERDICT_NEXT:
        on_next(worker, task, verdict);
        break;
    case VERDICT_MORE:
        task_go_on(task, task->stage);
        break;
    case VERDICT_AGAIN:
        on_again(worker, task, verdict);
        break;
    case VERDICT_RETRY:
        on_own_fault(worker, task, verdict);
        break;
    case VERDICT_WAIT:
        on_wait(worker, task, verdict, verdict->wait_ms);
        break;
    case VERDICT_LATER:
        on_later(worker, task, verdict);
        break;
    case VERDICT_DOUBT:
    case VERDICT_UNCLEAR:
        on_doubt(worker, task, verdict);
        break;
    case VERDICT_TROUBLE:
        on_trouble(worker, task, verdict);
        break;
    case VERDICT_REJECTED:
        on_rejected(worker, task, verdict);
        break;
    case VERDICT_CHANGED:
        on_changed(worker, task, verdict);
        break;
    case VERDICT_GONE:
        on_gone(worker, task, verdict);
        break;
    case VERDICT_FAIL:
        on_refused(worker, task, verdict);
        break;
    }
}

void outcome_settle_doubts(struct worker *worker, bool own_fault)
{
    struct task *next;
    for (struct task *task = worker->tasks; task; task = next) {
        next = task->next;
        if (task->step.kind != STEP_DOUBT)
            continue;
        const struct verdict verdict = task->step.verdict;
        if (verdict.kind == VERDICT_UNCLEAR)
            on_unclear(worker, task, &verdict, own_fault);
        else if (own_fault)
            on_own_fault(worker, task, &verdict);
        else
            on_wait(worker, task, &verdict, 0);
    }
}

void outcome_abandon(struct worker *worker, struct task *task)
{
    static const char why[] = "closedrop was stopped";
    int64_t now = clock_wall_ms();
    if (job_has_outcome(task->job)) {
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
