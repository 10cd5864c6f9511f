/** Removes jobs that ended long ago: a walk through all of them, the oldest first, in pages. */
#include "closedrop/queue/prune.h"

#include "queue_state.h"

#include "closedrop/queue/notices.h"
#include "closedrop/queue/reading.h"

bool prune_is_over(const struct prune_walk *walk)
{
    return walk->state >= JOB_STATES;
}

static void keep_latest(void *context, int64_t at_ms, const char *state, const char *why)
{
    int64_t *latest_ms = context;
    (void)state, (void)why;
    *latest_ms = at_ms > *latest_ms ? at_ms : *latest_ms;
}

/** It may have ended long after it came to its state: its history says when. */
static bool is_older(struct queue *queue, const struct job *job, int64_t before_ms)
{
    int64_t latest_ms = job->queued_ms;
    queue_history(queue, job->id, keep_latest, &latest_ms);
    return latest_ms < before_ms;
}

static bool is_last_of_folder(struct queue *queue, const struct job *job)
{
    return !job_is_by_hand(job) && job->queued_ms >= queue_last_arrival(queue, job->folder);
}

static bool may_go(struct queue *queue, const struct job *job, int64_t before_ms)
{
    return job_is_past(job) && is_older(queue, job, before_ms) && !is_last_of_folder(queue, job);
}

static void remove_job(struct queue *queue, int64_t id)
{
    const struct query query = {.id = id};
    store_change(queue->store, CHANGE_REMOVE_NOTES, &query);
    store_change(queue->store, CHANGE_REMOVE_POSTS, &query);
    store_change(queue->store, CHANGE_REMOVE_EFFECTS, &query);
    store_change(queue->store, CHANGE_REMOVE, &query);
}

int64_t queue_prune(
    struct queue *queue, int64_t before_ms, bool only_count, struct prune_walk *walk)
{
    struct job *jobs[PRUNE_PAGE];
    const struct job_filter filter = {
        .state = job_state_names[walk->state], .until_ms = before_ms, .all = true};
    const struct job_page page = {walk->at_ms, walk->id, PRUNE_PAGE};
    size_t count = before_ms > 0 ? queue_list_oldest(queue, &filter, &page, jobs) : 0;
    int64_t pruned = 0;
    for (size_t i = 0; i < count; i++) {
        bool goes = may_go(queue, jobs[i], before_ms);
        walk->at_ms = job_filter_time(&filter, jobs[i]);
        walk->id = jobs[i]->id;
        if (goes && !only_count)
            remove_job(queue, jobs[i]->id);
        pruned += goes;
        job_free(jobs[i]);
    }
    if (pruned && !only_count)
        queue_set_number(queue, STORE_REMOVED, queue_number(queue, STORE_REMOVED) + pruned);
    if (count < PRUNE_PAGE)
        *walk = (struct prune_walk){.state = walk->state + 1};
    return pruned;
}

bool queue_give_back(struct queue *queue)
{
    return store_give_back(queue->store);
}

int queue_shrink(struct queue *queue, int64_t *ret_bytes)
{
    return store_shrink(queue->store, ret_bytes);
}
