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

#include <stdint.h>

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

/* ---- what is next ---- */

/** Questions that are asked together. */
struct asking {
    struct lookup lookups[LOOKUPS_MAX];
    size_t of[LOOKUPS_MAX]; /* which claimable each is about */
    size_t count;
};

/** Add the questions about one claimable, of one kind. */
static void ask_of(struct asking *asking, enum query_kind kind, const struct claimable *claimable,
    size_t index, int64_t now)
{
    for (size_t row = 0; row < COUNT(claims); row++) {
        if (!is_in_lanes(row, claimable->lanes))
            continue;
        asking->of[asking->count] = index;
        asking->lookups[asking->count++] = (struct lookup){.kind = kind,
            .query = {.folder = claimable->folder,
                .state = job_state_names[claims[row].state],
                .suspect = claimable->suspects,
                .at_ms = now},
            .number = INT64_MAX};
    }
}

/** Whether there is room for no further claimable. */
static bool is_full(const struct asking *asking)
{
    return asking->count + COUNT(claims) > LOOKUPS_MAX;
}

static struct job *ask_for_job(struct queue *queue, struct asking *asking)
{
    struct job *job = NULL;
    store_look_up(queue->store, asking->lookups, asking->count, true);
    for (size_t i = 0; i < asking->count && !job; i++)
        job = asking->lookups[i].job;
    asking->count = 0;
    return job;
}

static struct job *next_job(struct queue *queue, const struct claimable *of, size_t count)
{
    struct asking asking;
    struct job *job = NULL;
    int64_t now = clock_wall_ms();
    asking.count = 0;
    for (size_t i = 0; i < count && !job; i++) {
        ask_of(&asking, QUERY_DUE, &of[i], i, now);
        if (is_full(&asking) || i + 1 == count)
            job = ask_for_job(queue, &asking);
    }
    return job;
}

struct job *queue_claim(struct queue *queue, const struct claimable *of, size_t count)
{
    struct job *job = next_job(queue, of, count);
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

static void ask_when_due(struct queue *queue, struct asking *asking, struct claimable *of)
{
    store_look_up(queue->store, asking->lookups, asking->count, false);
    for (size_t i = 0; i < asking->count; i++) {
        struct claimable *claimable = &of[asking->of[i]];
        int64_t due_ms = asking->lookups[i].number;
        claimable->due_ms = due_ms < claimable->due_ms ? due_ms : claimable->due_ms;
    }
    asking->count = 0;
}

void queue_next_due(struct queue *queue, struct claimable *of, size_t count)
{
    struct asking asking;
    asking.count = 0;
    for (size_t i = 0; i < count; i++) {
        of[i].due_ms = INT64_MAX;
        ask_of(&asking, QUERY_NEXT_DUE, &of[i], i, 0);
        if (is_full(&asking) || i + 1 == count)
            ask_when_due(queue, &asking, of);
    }
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
