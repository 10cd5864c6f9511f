/** After a start: what a crash left claimed is taken back, and due times follow a clock that was
 * set. */
#include "due.h"
#include "queue_state.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/remedy.h"
#include "closedrop/queue/effects.h"
#include "closedrop/queue/notices.h"
#include "closedrop/queue/reading.h"

#include <stdlib.h>

/** A server may ask for a day (http/rate_limit.h); nothing that is due later was meant so. */
#define WAIT_MAX_MS (25LL * 3600 * 1000)
/** How many crashes one job may cause. */
#define CRASHES_MAX 3
/** Less than this is a clock that is being corrected. */
#define CLOCK_STEP_MS 5000

/** Whether an effect of a job may be on its way at Close. */
static bool has_posted_effect(struct queue *queue, const struct job *job)
{
    struct effect effect = {0};
    bool is_posted = queue_next_effect(queue, job->id, &effect) && effect.state == EFFECT_POSTED;
    effect_release(&effect);
    return is_posted;
}

/** Take back one job that a crash left claimed. */
static void recover_one(struct queue *queue, struct job *job, bool alone, int64_t doubt_ms)
{
    job->claimed = false;
    job->due_ms = clock_wall_ms(); /* it was due when it was claimed, by whatever clock */
    if (job_has_outcome(job)) {
        if (has_posted_effect(queue, job))
            job->due_ms += doubt_ms;
        queue_put(queue, job); /* only its effects are left, and its file to put away */
        return;
    }
    job->suspect = true;
    if (job->state == JOB_ATTACHING)
        job->due_ms = clock_wall_ms() + doubt_ms;
    if (alone)
        job->crashes++;
    else if (job->attempts > 0)
        job->attempts--;
    if (job->crashes >= CRASHES_MAX)
        queue_fail(queue, job, "crashed",
            job->posting
                ? "closedrop crashed three times while it was filing only this file, which may "
                  "have been filed" REMEDY
                  "check its lead in Close, and please report this together with the file"
                : "closedrop crashed three times while it was processing only this file" REMEDY
                  "please report this together with the file");
    else
        queue_set_state(queue, job, job->state == JOB_UPLOADING ? JOB_QUEUED : job->state,
            "was in progress when closedrop crashed");
}

/* ---- the clock ---- */

/** By which the next start knows whether the clock was set meanwhile. */
static void note_clock(struct queue *queue)
{
    queue_set_number(queue, "clock_boot", clock_boot());
    queue_set_number(queue, "clock_lead_ms", clock_lead_ms());
}

void queue_follow_clock(struct queue *queue, int64_t by_ms)
{
    due_forget_all(queue);
    store_change(queue->store, CHANGE_SHIFT, &(struct query){.by_ms = by_ms});
    store_change(queue->store, CHANGE_LEFT_SHIFT, &(struct query){.by_ms = by_ms});
    store_change(queue->store, CHANGE_NOTICES_SHIFT, &(struct query){.by_ms = by_ms});
    if (queue->ledger_ms != INT64_MIN) {
        queue->ledger_ms += by_ms;
        queue_set_number(queue, "ledger_ms", queue->ledger_ms);
    }
    note_clock(queue);
}

/** When the newest history row was written, 0 where there is none. */
static int64_t last_note(struct queue *queue)
{
    return store_number(queue->store, QUERY_LAST_NOTE, &(struct query){0}, 0);
}

/**
 * By how much the clock was set while nothing ran. Since the machine has not booted, its steady
 * clock tells; else only that time does not go back.
 */
static int64_t clock_was_set_by(struct queue *queue)
{
    int64_t boot = clock_boot(), now = clock_wall_ms(), last = last_note(queue);
    if (boot && queue_number(queue, "clock_boot") == boot)
        return now - clock_steady_ms() - queue_number(queue, "clock_lead_ms");
    return last > now ? now - last : 0;
}

static void mend_due_times(struct queue *queue)
{
    int64_t now = clock_wall_ms(), by = clock_was_set_by(queue);
    if (llabs(by) >= CLOCK_STEP_MS || (by < 0 && last_note(queue) > now)) {
        queue_follow_clock(queue, by);
        queue_add_history(
            queue, 0, "", by < 0 ? "the clock jumped backward" : "the clock jumped forward");
    }
    note_clock(queue);
    due_forget_all(queue);
    store_change(queue->store, CHANGE_CLAMP, &(struct query){.at_ms = now + WAIT_MAX_MS});
    store_change(queue->store, CHANGE_LEFT_CLAMP, &(struct query){.at_ms = now});
    store_change(queue->store, CHANGE_NOTICES_CLAMP, &(struct query){.at_ms = now + WAIT_MAX_MS});
}

/* ---- after a start ---- */

int64_t queue_recover(struct queue *queue, int64_t doubt_ms)
{
    mend_due_times(queue);
    queue_recover_deliveries(queue);
    int64_t claimed = queue_count_claimed(queue);
    int64_t after = 0;
    struct job *job;
    while ((job = store_job(queue->store, QUERY_CLAIMED, &(struct query){.id = after})) != NULL) {
        after = job->id;
        recover_one(queue, job, claimed == 1, doubt_ms);
        job_free(job);
    }
    return claimed;
}
