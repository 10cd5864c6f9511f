/**
 * Whether S3 takes files at all: what becomes of other uploads tells whose fault it is that one did
 * not get through, and one after another is tried while none does.
 */
#define LOG_MODULE "worker"

#include "s3_health.h"
#include "pacing.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/units.h"

#include <stdio.h>

/** The same verdict, as the fault that it turned out to be. */
static struct verdict judged(const struct verdict *verdict, enum verdict_kind kind, int64_t wait_ms)
{
    struct verdict fault = *verdict;
    fault.kind = kind;
    fault.wait_ms = wait_ms;
    return fault;
}

/** Open the breaker of S3, or keep it open where it was time to try. Whether it was. */
static bool trip(struct worker *worker, enum breaker_reason reason, int64_t now)
{
    struct breaker *breaker = &worker->s3_breaker;
    if (breaker->state != BREAKER_CLOSED && now < breaker->ask_at)
        return false;
    if (breaker->state == BREAKER_CLOSED)
        worker->s3_tripped_ms = now;
    breaker_trip(breaker, reason, now, pacing_ask_delay(worker, breaker->tries + 1));
    return true;
}

/** S3 counts as down only while no other upload gets through. */
static struct verdict judge_trouble(
    struct worker *worker, const struct task *task, const struct verdict *verdict)
{
    int64_t now = clock_steady_ms();
    char pause[UNITS_DURATION];
    if (worker->s3_success_ms && worker->s3_success_ms >= task->started_ms)
        return judged(verdict, VERDICT_RETRY, 0);
    if (trip(worker, BREAKER_OUTAGE, now))
        log_warn("uploads fail: %s; retrying in %s", verdict->message,
            units_duration_text(worker->s3_breaker.ask_at - now, pause));
    return judged(verdict, VERDICT_WAIT, worker->s3_breaker.ask_at - now);
}

/** S3 takes nobody's file. Returns how long it is left alone; then one file tries, and each time
 * another one, for those that were tried are due behind all others. */
static int64_t stop_uploads(struct worker *worker, const struct verdict *verdict)
{
    const int64_t now = clock_steady_ms();
    const bool is_news = worker->s3_breaker.reason != BREAKER_REJECTS;
    snprintf(worker->s3_rejection, sizeof(worker->s3_rejection),
        "S3 refuses every upload, whatever the file: %.512s (files stay queued and are sent when "
        "S3 accepts them again; if this persists, tell Close's support what S3 answered)",
        verdict->message);
    if (trip(worker, BREAKER_REJECTS, now) && is_news)
        log_warn("%s", worker->s3_rejection);
    return worker->s3_breaker.ask_at - now;
}

/** Only where others get through it is the job's own fault; else it waits, and says why. */
static struct verdict judge_rejection(
    struct worker *worker, const struct task *task, const struct verdict *verdict)
{
    int times;
    switch (rejections_add(&worker->rejections, task->job->id, &times)) {
    case BLAME_FILE:
        return judged(verdict, VERDICT_RETRY, 0);
    case BLAME_PLACE:
        return judged(verdict, VERDICT_LATER, stop_uploads(worker, verdict));
    default:
        return judged(verdict, VERDICT_LATER, pacing_ask_delay(worker, times));
    }
}

/** The place's fault, and not of all that goes there: no attempt is spent, but the job says why. */
static struct verdict judge_damage(
    struct worker *worker, const struct task *task, const struct verdict *verdict)
{
    const int tries = etags_damages(&worker->etags, task->upload.ticket.upload_url);
    struct verdict later = verdict_make(VERDICT_LATER, verdict->code,
        "%s; closedrop keeps the file and tries again", verdict->message);
    later.wait_ms = pacing_ask_delay(worker, tries);
    return later;
}

struct verdict s3_health_judge(
    struct worker *worker, const struct task *task, const struct verdict *verdict)
{
    switch (verdict->kind) {
    case VERDICT_TROUBLE:
        return judge_trouble(worker, task, verdict);
    case VERDICT_REJECTED:
        return judge_rejection(worker, task, verdict);
    default:
        return judge_damage(worker, task, verdict);
    }
}

void s3_health_passed(struct worker *worker, int64_t job)
{
    worker->s3_success_ms = clock_steady_ms();
    rejections_end(&worker->rejections, job);
    if (breaker_answered(&worker->s3_breaker))
        log_info("uploads succeed again");
    breaker_passed(&worker->s3_breaker);
}
