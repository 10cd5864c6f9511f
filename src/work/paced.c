/**
 * The jobs that wait until their sender may send again: which of them is the oldest, and when it is
 * woken.
 */
#define LOG_MODULE "worker"

#include "paced.h"
#include "pacing.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/reading.h"

#include <stdlib.h>

/** How soon it is looked whether the one that was woken has gone. */
#define WOKEN_POLL_MS 1000

/** The job that has waited longest for a sender, of the folders that can be worked on; 0: none. */
static int64_t oldest_of(const struct worker *worker, const char *sender, int64_t *ret_entered)
{
    int64_t oldest = 0;
    *ret_entered = INT64_MAX;
    for (size_t i = 0; i < worker->config->folder_count; i++) {
        int64_t entered = INT64_MAX;
        int64_t id = pacing_can_attach(worker, i) ? queue_next_paced(worker->queue, sender,
                                                        worker->config->folders[i].name, &entered)
                                                  : 0;
        if (id && entered < *ret_entered) {
            *ret_entered = entered;
            oldest = id;
        }
    }
    return oldest;
}

bool paced_is_behind(const struct worker *worker, const struct leaver *leaver)
{
    int64_t entered;
    return worker->has_paced && oldest_of(worker, leaver->sender, &entered) &&
           entered < leaver->oldest;
}

void paced_add(struct worker *worker, int64_t at_ms)
{
    worker->has_paced = true;
    worker->paced_until_ms = earlier(at_ms, worker->paced_until_ms);
}

/** Let one continue if its sender may send; returns when to check again. */
static int64_t wake_one(struct worker *worker, const char *sender)
{
    int64_t now = clock_wall_ms(), entered;
    int64_t at_ms = guard_free_at(worker->queue, &worker->config->limits.guard, sender, 0);
    if (at_ms > now)
        return at_ms;
    CLEANUP(job_freep)
    struct job *job = queue_load(worker->queue, oldest_of(worker, sender, &entered));
    if (job && job->due_ms == JOB_DUE_NEVER) {
        job->due_ms = now;
        queue_put(worker->queue, job);
    }
    return now + WOKEN_POLL_MS;
}

static void wake_all(struct worker *worker)
{
    char *after = NULL, *sender;
    worker->has_paced = false;
    worker->paced_until_ms = INT64_MAX;
    while ((sender = queue_next_paced_sender(worker->queue, after)) != NULL) {
        free(after);
        after = sender;
        paced_add(worker, wake_one(worker, sender));
    }
    free(after);
}

void paced_continue(struct worker *worker)
{
    if (worker->has_paced && clock_wall_ms() >= worker->paced_until_ms)
        wake_all(worker);
}

int64_t paced_wait(const struct worker *worker)
{
    bool is_timed = worker->has_paced && worker->paced_until_ms != INT64_MAX;
    return is_timed ? worker->paced_until_ms - clock_wall_ms() : INT64_MAX;
}

void paced_ask_again(struct worker *worker)
{
    worker->has_paced = true; /* the first look tells */
    worker->paced_until_ms = 0;
}

void paced_step_aside(struct worker *worker, struct task *task)
{
    struct queue *queue = worker->queue;
    if (task->job->held != HELD_FOR_TURN)
        return;
    struct job **members = calloc(GROUP_MAX, sizeof(struct job *));
    size_t count = members ? queue_group_members(queue, task->job, members, GROUP_MAX) : 0;
    for (size_t i = 0; i < count; i++) {
        job_let_go(members[i]);
        queue_put(queue, members[i]);
        job_free(members[i]);
    }
    free(members);
    job_let_go(task->job);
}
