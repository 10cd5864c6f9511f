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
#include "queue_state.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"

/** The states a lane takes jobs from, nearest the end first. */
static const struct {
    enum lane lane;
    enum job_state state;
} claims[] = {
    {LANE_PUT_AWAY, JOB_DONE},
    {LANE_PUT_AWAY, JOB_FAILED},
    {LANE_ATTACH, JOB_ATTACHING},
    {LANE_ATTACH, JOB_UPLOADED},
    {LANE_SEND, JOB_QUEUED},
};

static bool is_in_lanes(size_t row, unsigned lanes)
{
    return (claims[row].lane & lanes) != 0;
}

struct job *queue_claim(struct queue *queue, const char *folder, unsigned lanes, bool suspects)
{
    int64_t now = clock_wall_ms();
    struct job *job = NULL;
    for (size_t i = 0; i < COUNT(claims) && !job; i++)
        if (is_in_lanes(i, lanes))
            job = store_job(queue->store, QUERY_DUE,
                &(struct query){.folder = folder,
                    .state = job_state_names[claims[i].state],
                    .suspect = suspects,
                    .at_ms = now});
    if (!job)
        return NULL;
    job->claimed = true;
    if (job_has_outcome(job)) {
        queue_put(queue, job);
        return job;
    }
    job->attempts++;
    if (job->state == JOB_QUEUED)
        queue_set_state(queue, job, JOB_UPLOADING, "in progress");
    else
        queue_put(queue, job);
    return job;
}

int64_t queue_next_due(struct queue *queue, const char *folder, unsigned lanes, bool suspects)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < COUNT(claims); i++) {
        const struct query query = {
            .folder = folder, .state = job_state_names[claims[i].state], .suspect = suspects};
        int64_t due = is_in_lanes(i, lanes)
                          ? store_number(queue->store, QUERY_NEXT_DUE, &query, INT64_MAX)
                          : INT64_MAX;
        next = due < next ? due : next;
    }
    return next;
}

/* ---- what waits comes due ---- */

void queue_wake(struct queue *queue, const char *error_code)
{
    store_change(
        queue->store, CHANGE_WAKE, &(struct query){.code = error_code, .at_ms = clock_wall_ms()});
}

void queue_wake_group(struct queue *queue, const struct job *job)
{
    if (job->rule && job->group)
        store_change(queue->store, CHANGE_WAKE_GROUP,
            &(struct query){.folder = job->folder,
                .rule = job->rule,
                .group = job->group,
                .at_ms = clock_wall_ms()});
}

void queue_wake_changed(struct queue *queue, const char *folder, const char *rules_digest)
{
    store_change(queue->store, CHANGE_WAKE_CHANGED,
        &(struct query){.folder = folder, .rules_digest = rules_digest, .at_ms = clock_wall_ms()});
}
