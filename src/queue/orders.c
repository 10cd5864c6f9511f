/** What a person wants of jobs: retry, forget, and let go or call back what the guard holds. */
#include "queue_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/remedy.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/reading.h"

/** More files than Close takes with one activity never leave together. */
#define LEAVERS_MAX 1001

static void retry_failed(struct queue *queue, struct job *job)
{
    bool is_link = job_has_error(job, "links"); /* it is not settled again, so this stays open */
    queue_start_over(queue, job);
    if (!is_link)
        job_forget_error(job);
    queue_set_state(queue, job, JOB_QUEUED, "retry requested");
}

enum queue_answer queue_retry_by_hand(struct queue *queue, int64_t id)
{
    CLEANUP(job_freep) struct job *job = queue_load(queue, id);
    if (!job || job->ending)
        return QUEUE_NO_SUCH_JOB;
    if (job->claimed)
        return QUEUE_JOB_CLAIMED;
    if (job_is_by_hand(job))
        return QUEUE_BY_HAND;
    if (job->state != JOB_FAILED)
        return QUEUE_WRONG_STATE;
    if (job->put_away == JOB_DISCARDED)
        return QUEUE_JOB_DISCARDED;
    retry_failed(queue, job);
    return QUEUE_OK;
}

/** More jobs than this are changed one page after the other. */
#define PAGE 256

/**
 * Hand over the matching jobs in one state, the oldest first. Each may be changed meanwhile: the
 * next page follows the last job as it was.
 */
static void for_each_of_state(struct queue *queue, const struct job_filter *filter,
    void (*each)(struct queue *queue, struct job *job, void *context), void *context)
{
    struct job *jobs[PAGE];
    struct job_page page = {.limit = PAGE};
    size_t count;
    do {
        count = queue_list_oldest(queue, filter, &page, jobs);
        for (size_t i = 0; i < count; i++) {
            page.at_ms = job_filter_time(filter, jobs[i]);
            page.id = jobs[i]->id;
            each(queue, jobs[i], context);
            job_free(jobs[i]);
        }
    } while (count == PAGE);
}

struct retrying {
    struct retried retried;
    bool only_count;
};

/** Retry one of many, unless a person must judge it. */
static void retry_one(struct queue *queue, struct job *job, void *context)
{
    struct retrying *retrying = context;
    int judgement = job_judgement(job);
    if (job->claimed || job_is_by_hand(job))
        return;
    if (judgement >= 0) {
        retrying->retried.left_out[judgement]++;
        return;
    }
    retrying->retried.queued++;
    if (!retrying->only_count)
        retry_failed(queue, job);
}

void queue_retry_all(struct queue *queue, const struct job_filter *filter, bool only_count,
    struct retried *ret_retried)
{
    struct retrying retrying = {.only_count = only_count};
    struct job_filter failed = *filter;
    failed.state = job_state_names[JOB_FAILED];
    failed.all = false; /* what has ended does not start over */
    for_each_of_state(queue, &failed, retry_one, &retrying);
    *ret_retried = retrying.retried;
}

/** Whether a job can be forgotten, and if not, why. */
static enum queue_answer may_forget(const struct job *job, bool may_strand)
{
    if (job->ending)
        return QUEUE_NO_SUCH_JOB;
    if (job->claimed)
        return QUEUE_JOB_CLAIMED;
    bool is_stranded = job_has_outcome(job) && job->put_away == JOB_NOT_PUT_AWAY;
    return is_stranded && !may_strand ? QUEUE_NOT_PUT_AWAY : QUEUE_OK;
}

static void forget(struct queue *queue, struct job *job)
{
    /* a file in Failed or Uploaded no longer belongs to a job; one in the folder is left alone
     */
    bool is_away = job->location && (job->put_away || job->state == JOB_QUEUED);
    queue_end(queue, job, is_away ? JOB_DROPPED : JOB_FORGOTTEN, "forgotten by a person");
}

enum queue_answer queue_forget(struct queue *queue, int64_t id, bool may_strand)
{
    CLEANUP(job_freep) struct job *job = queue_load(queue, id);
    enum queue_answer answer = job ? may_forget(job, may_strand) : QUEUE_NO_SUCH_JOB;
    if (answer == QUEUE_OK)
        forget(queue, job);
    return answer;
}

struct forgetting {
    struct forgotten *counts;
    bool (*may_strand)(const void *context, const char *folder);
    const void *context;
    bool only_count;
};

static void forget_one(struct queue *queue, struct job *job, void *context)
{
    const struct forgetting *forgetting = context;
    bool may_strand = forgetting->may_strand(forgetting->context, job->folder);
    if (may_forget(job, may_strand) != QUEUE_OK) {
        forgetting->counts->left_out++;
        return;
    }
    forgetting->counts->by_state[job->state]++;
    if (!forgetting->only_count)
        forget(queue, job);
}

void queue_forget_all(struct queue *queue, const struct job_filter *filter, bool only_count,
    bool (*may_strand)(const void *context, const char *folder), const void *context,
    struct forgotten *counts)
{
    struct forgetting forgetting = {counts, may_strand, context, only_count};
    for_each_of_state(queue, filter, forget_one, &forgetting);
}

/* ---- what the guard holds back ---- */

/** The others that would leave with it go its way; `ret_jobs`: it and them, the caller's. */
static size_t load_leavers(struct queue *queue, struct job *job, struct job **ret_jobs, size_t most)
{
    ret_jobs[0] = job;
    return 1 + (job->group ? queue_group_members(queue, job, ret_jobs + 1, most - 1) : 0);
}

const char queue_recalled[] =
    "somebody recalled it before it was sent" REMEDY "drag it back to send it after all";

static void release_one(struct queue *queue, struct job *job)
{
    job_let_go(job);
    job->due_ms = clock_wall_ms();
    job->done_ms = job->due_ms;
    queue_update(queue, job, "released by a person");
}

static enum queue_answer decide(struct queue *queue, int64_t id, bool is_release)
{
    struct job *jobs[LEAVERS_MAX];
    struct job *job = queue_load(queue, id);
    bool fits = job && (is_release ? job->held == HELD_FOR_WORD : job->held != HELD_NEVER) &&
                !job_has_outcome(job);
    enum queue_answer answer = !job || job->ending ? QUEUE_NO_SUCH_JOB
                               : job->claimed      ? QUEUE_JOB_CLAIMED
                               : fits              ? QUEUE_OK
                                                   : QUEUE_WRONG_STATE;
    if (answer != QUEUE_OK) {
        job_free(job);
        return answer;
    }
    size_t count = load_leavers(queue, job, jobs, LEAVERS_MAX);
    for (size_t i = 0; i < count; i++) {
        jobs[i]->released = is_release;
        if (is_release)
            release_one(queue, jobs[i]);
        else
            queue_fail(queue, jobs[i], "recalled", queue_recalled);
        job_free(jobs[i]);
    }
    return QUEUE_OK;
}

enum queue_answer queue_release(struct queue *queue, int64_t id)
{
    return decide(queue, id, true);
}

enum queue_answer queue_recall(struct queue *queue, int64_t id)
{
    return decide(queue, id, false);
}

/** What the guard holds back of a rule, one page after the other. */
static int64_t for_each_held(struct queue *queue, const char *rule, enum job_held held,
    void (*each)(struct queue *queue, struct job *job))
{
    int64_t ids[256], after = 0, count = 0;
    size_t some;
    while ((some = queue_list_held(queue, rule, held, after, ids, 256)) > 0) {
        after = ids[some - 1];
        count += (int64_t)some;
        for (size_t i = 0; i < some; i++) {
            CLEANUP(job_freep) struct job *job = queue_load(queue, ids[i]);
            if (job)
                each(queue, job);
        }
    }
    return count;
}

void queue_release_rule(struct queue *queue, const char *rule)
{
    struct guard_marks marks;
    queue_guard_marks(queue, rule, &marks);
    marks.released = queue_last_entered(queue);
    queue_set_guard_marks(queue, rule, &marks);
    for_each_held(queue, rule, HELD_FOR_WORD, release_one);
}

static void recall_one(struct queue *queue, struct job *job)
{
    queue_fail(queue, job, "recalled", queue_recalled);
}

int64_t queue_recall_rule(struct queue *queue, const char *rule, bool *ret_more)
{
    struct guard_marks marks;
    queue_guard_marks(queue, rule, &marks);
    int64_t count = for_each_held(queue, rule, HELD_NEVER, recall_one);
    *ret_more = queue_is_undecided(queue, rule, &marks);
    if (!count && !*ret_more)
        return 0;
    marks.released = 0;
    marks.recalled = marks.over;
    marks.recalled_held = queue_last_entered(queue);
    queue_set_guard_marks(queue, rule, &marks);
    return count;
}

void queue_recheck_held(struct queue *queue, const char *folder, const char *path)
{
    CLEANUP(job_freep) struct job *job = queue_find_held(queue, folder, path);
    if (!job)
        return;
    job->due_ms = clock_wall_ms();
    queue_put(queue, job);
}
