/**
 * Claims: which job goes next. A job waits in one of five states, and a lane takes it on from
 * there; work that is nearest its end goes first, so that what is begun gets done.
 *
 *      queued ---SEND---> uploading --> uploaded ---ATTACH---> attaching --> done, failed
 *         ^                   |          ^    |                   |              |
 *         |                   |          |    |                   |           PUT_AWAY
 *         +------retry--------+          +----+--- no, or later --+              |
 *         +---after a crash---+                                                  v
 *                                                                         out of the queue
 *
 * A claim is a row with `claimed` set, committed before anything is done outside. What is claimed
 * does not wait: no other claim, no change of its group and no order of a person reaches it, until
 * a verb (retry, put away, end ...) writes the outcome and clears the field. The attempt is
 * counted with the claim, and given back by queue_retry() where the outcome was nobody's fault.
 *
 * Each folder is claimed from by itself, so that a million files in one do not keep one in another
 * waiting; of one folder and state, the job that has been due longest goes. Lanes are asked for as
 * there is room for their work: one that is full, or must not be used now, holds up no other.
 *
 * A group leaves as one: its leader is claimed, and the members are claimed with it, for one POST.
 * Members that wait for others have no due time (JOB_DUE_NEVER); whatever changes the group wakes
 * them (queue_wake_group()).
 *
 * A crash leaves its claims in the rows. The next start (recovery.c) takes each back as a suspect,
 * and suspects go first and one at a time, with nothing next to them. So a crash with one claim
 * (the POST of a group is one) is that job's own fault, and the third fails it; a crash with
 * several is nobody's, and gives the attempts back. What was uploading is queued again, for nothing
 * counts until S3 has all of it; what was attaching stays so, for its activity may exist.
 */
#include "due.h"
#include "queue_state.h"

#include "closedrop/base/clock.h"

#include <stdint.h>

/** The job of one place that has been due longest, as long as it is due. */
static struct job *first_of(
    struct queue *queue, const struct due *due, size_t place, bool suspect, int64_t now)
{
    if (due->times.at_ms[place][suspect] > now)
        return NULL;
    const struct query query = {.folder = due->folder,
        .state = job_state_names[due_places[place].state],
        .suspect = suspect,
        .at_ms = now};
    return store_job(queue->store, QUERY_DUE, &query);
}

static void mark_claimed(struct queue *queue, struct job *job)
{
    job->claimed = true;
    if (job_has_outcome(job)) {
        queue_put(queue, job);
        return;
    }
    job->attempts++;
    if (job->state == JOB_QUEUED)
        queue_set_state(queue, job, JOB_UPLOADING, "in progress");
    else
        queue_put(queue, job);
}

struct job *queue_claim(struct queue *queue, struct due *due, unsigned lanes, bool suspects)
{
    int64_t now = clock_wall_ms();
    struct job *job = NULL;
    size_t place = 0;
    due_learn(queue);
    for (size_t i = 0; i < DUE_PLACES && !job; i++)
        if (due_places[i].lane & lanes)
            job = first_of(queue, due, place = i, suspects, now);
    if (!job)
        return NULL;
    const struct due_times before = due->times;
    mark_claimed(queue, job);
    due_forget_place(queue, due, &before, place, suspects);
    return job;
}

/* ---- what waits comes due ---- */

void queue_wake(struct queue *queue, const char *error_code)
{
    due_forget_all(queue);
    store_change(
        queue->store, CHANGE_WAKE, &(struct query){.code = error_code, .at_ms = clock_wall_ms()});
}

void queue_wake_group(struct queue *queue, const struct job *job)
{
    if (!job->rule || !job->group)
        return;
    due_forget(queue, job->folder);
    store_change(queue->store, CHANGE_WAKE_GROUP,
        &(struct query){.folder = job->folder,
            .rule = job->rule,
            .group = job->group,
            .at_ms = clock_wall_ms()});
}

void queue_wake_changed(struct queue *queue, const char *folder, const char *rules_digest)
{
    due_forget(queue, folder);
    store_change(queue->store, CHANGE_WAKE_CHANGED,
        &(struct query){.folder = folder, .rules_digest = rules_digest, .at_ms = clock_wall_ms()});
}
