/** After a start: what a crash left claimed is taken back, and due times follow a clock that was
 * set. */
#include "queue_state.h"

#include "closedrop/base/clock.h"

#include <stdlib.h>

/** A server may ask for a day (http/rate_limit.h); nothing that is due later was meant so. */
#define WAIT_MAX_MS (25LL * 3600 * 1000)
/** How many unclean ends a job may be alone responsible for. */
#define CRASHES_MAX 3
/** Less than this is a clock that is being corrected. */
#define CLOCK_STEP_MS 5000

/** Take back one job that an unclean end left claimed. */
static void recover_one(struct queue *queue, struct job *job, bool alone, int64_t doubt_ms)
{
    job->claimed = false;
    job->due_ms = clock_wall_ms(); /* it was due when it was claimed, by whatever clock */
    if (job_has_outcome(job)) {
        store_update(queue->store, job); /* only its file is left to put away */
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
                ? "closedrop crashed three times while it was filing only this file; it may have "
                  "been filed: check its lead in Close; please report this together with the file"
                : "closedrop crashed three times while it was processing only this file; please "
                  "report this together with the file");
    else
        queue_set_state(queue, job, job->state == JOB_UPLOADING ? JOB_QUEUED : job->state,
            "was in progress when closedrop crashed");
}

/* ---- the clock ---- */

/** By which the next start knows whether the clock was set meanwhile. */
static void note_clock(struct queue *queue)
{
    store_set_number(queue->store, "clock_boot", clock_boot());
    store_set_number(queue->store, "clock_lead_ms", clock_lead_ms());
}

void queue_follow_clock(struct queue *queue, int64_t by_ms)
{
    store_shift(queue->store, by_ms);
    if (queue->ledger_ms != INT64_MIN) {
        queue->ledger_ms += by_ms;
        store_set_number(queue->store, "ledger_ms", queue->ledger_ms);
    }
    note_clock(queue);
}

/**
 * By how much the clock was set while nothing ran. Since the machine has not booted, its steady
 * clock tells; else only that time does not go back.
 */
static int64_t clock_was_set_by(struct queue *queue)
{
    int64_t boot = clock_boot(), now = clock_wall_ms(), last = store_last_note(queue->store);
    if (boot && store_number(queue->store, "clock_boot") == boot)
        return now - clock_steady_ms() - store_number(queue->store, "clock_lead_ms");
    return last > now ? now - last : 0;
}

static void mend_due_times(struct queue *queue)
{
    int64_t now = clock_wall_ms(), by = clock_was_set_by(queue);
    if (llabs(by) >= CLOCK_STEP_MS || (by < 0 && store_last_note(queue->store) > now)) {
        queue_follow_clock(queue, by);
        store_note(queue->store, 0, now, "",
            by < 0 ? "the clock jumped backward" : "the clock jumped forward");
    }
    note_clock(queue);
    store_clamp(queue->store, now + WAIT_MAX_MS);
    store_clamp_left(queue->store, now);
}

/* ---- after a start ---- */

int64_t queue_recover(struct queue *queue, int64_t doubt_ms)
{
    mend_due_times(queue);
    int64_t claimed = store_count_claimed(queue->store);
    int64_t after = 0;
    struct job *job;
    while ((job = store_next_claimed(queue->store, after)) != NULL) {
        after = job->id;
        recover_one(queue, job, claimed == 1, doubt_ms);
        job_free(job);
    }
    return claimed;
}
