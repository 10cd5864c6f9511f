/** The queue itself: opened, its transactions, its numbers, and how a job is written. */
#include "due.h"
#include "queue_state.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/reading.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/** 2026: before there was a closedrop no clock was right. */
#define CLOCK_SANE_MS 1767225600000LL
/** The clock of a file server may be ahead of ours by this much. */
#define CLOCKS_MS (10LL * 60 * 1000)

/** Give a queue that has none its id. 0 or a negative errno. */
static int make_id(struct queue *queue)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        return -EIO;
    queue->id = (int64_t)(random >> 1 | 1);
    store_begin(queue->store);
    queue_set_number(queue, "queue_id", queue->id);
    return store_commit(queue->store);
}

int queue_open(const char *directory, bool create, struct queue **ret_queue, struct str *why)
{
    struct queue *queue = calloc(1, sizeof(*queue));
    if (!queue)
        return STORE_BROKEN_MACHINE;
    int problem = store_open(directory, create, &queue->store, why);
    if (problem) {
        free(queue);
        return problem;
    }
    queue->lost_ms = queue_number(queue, "lost_ms");
    queue->ledger_ms = queue_number(queue, "ledger_ms");
    if (!queue->ledger_ms)
        queue->ledger_ms = INT64_MIN;
    queue->id = queue_number(queue, "queue_id");
    int result = create && !queue->id ? make_id(queue) : 0;
    if (result < 0) {
        str_printf(why, "%s: the queue cannot be written: %s", directory, strerror(-result));
        queue_close(queue);
        return result == -ENOSPC ? STORE_FULL : STORE_BROKEN_MACHINE;
    }
    *ret_queue = queue;
    return 0;
}

int queue_set_aside(const char *directory, char **ret_aside)
{
    return store_set_aside(directory, ret_aside);
}

int queue_check(struct queue *queue, struct str *why)
{
    return store_check(queue->store, why);
}

void queue_close(struct queue *queue)
{
    if (!queue)
        return;
    store_close(queue->store);
    due_free(queue);
    free(queue);
}

int64_t queue_id(const struct queue *queue)
{
    return queue->id;
}

int64_t queue_ledger_ms(const struct queue *queue)
{
    return queue->ledger_ms;
}

int64_t queue_last_entered(struct queue *queue)
{
    return queue_number(queue, "entered");
}

int64_t queue_next_entered(struct queue *queue)
{
    int64_t next = queue_last_entered(queue) + 1;
    queue_set_number(queue, "entered", next);
    return next;
}

void queue_begin(struct queue *queue)
{
    store_begin(queue->store);
}

bool queue_is_short(struct queue *queue, struct room *ret_room)
{
    return store_is_short(queue->store, ret_room);
}

int queue_commit(struct queue *queue)
{
    return store_commit(queue->store);
}

int64_t queue_tend(struct queue *queue)
{
    return store_tend(queue->store);
}

/* ---- a job is written ---- */

void queue_put(struct queue *queue, struct job *job)
{
    due_forget(queue, job->folder);
    store_put(queue->store, job);
}

void queue_keep_text(struct queue *queue, char **text, const char *value)
{
    if (str_assign(text, value) < 0)
        store_run_out_of_memory(queue->store);
}

void queue_add_history(struct queue *queue, int64_t job, const char *state, const char *why)
{
    store_change(queue->store, CHANGE_NOTE,
        &(struct query){
            .id = job, .at_ms = clock_wall_ms(), .state = state, .why = why ? why : ""});
}

void queue_note(struct queue *queue, const struct job *job, const char *why)
{
    const char *ended = job_ended_as(job);
    const char *what = *ended ? ended : job_state_names[job->state];
    queue_add_history(queue, job->id, what, why);
}

static void enter_state(
    struct queue *queue, struct job *job, enum job_state state, const char *why, bool is_written)
{
    enum job_state before = job->state;
    assert(job_may_move(before, state));
    job->state = state;
    if (is_written)
        queue_put(queue, job);
    if (queue->observer && state != before)
        queue->observer(queue->observer_context, job, before);
    if (why)
        queue_note(queue, job, why);
}

void queue_set_state(struct queue *queue, struct job *job, enum job_state state, const char *why)
{
    enter_state(queue, job, state, why, true);
}

void queue_pass(struct queue *queue, struct job *job, enum job_state state, const char *why)
{
    enter_state(queue, job, state, why, false);
}

void queue_observe(struct queue *queue, queue_observer *observer, void *context)
{
    queue->observer = observer;
    queue->observer_context = context;
}

void queue_update(struct queue *queue, struct job *job, const char *why)
{
    queue_put(queue, job);
    queue_note(queue, job, why);
}

/* ---- an earlier queue ---- */

void queue_set_predecessor_lost(struct queue *queue)
{
    int64_t now = clock_wall_ms();
    /* by a clock that was never set, everything is from the future: then all are searched for */
    queue->lost_ms = now < CLOCK_SANE_MS ? INT64_MAX - CLOCKS_MS : now;
    queue_set_number(queue, "lost_ms", queue->lost_ms);
    queue->ledger_ms = now;
    queue_set_number(queue, "ledger_ms", queue->ledger_ms);
}

bool queue_may_have_lost(const struct queue *queue, int64_t changed_ms)
{
    return queue->lost_ms && changed_ms < queue->lost_ms + CLOCKS_MS;
}

enum queue_origin queue_origin(struct queue *queue)
{
    return (enum queue_origin)queue_number(queue, STORE_BEGINS);
}

void queue_set_begun(struct queue *queue)
{
    queue_set_number(queue, STORE_BEGINS, QUEUE_WAS_THERE);
}

void queue_set_started(struct queue *queue)
{
    queue_set_number(queue, "started_ms", clock_wall_ms());
    queue_set_number(queue, "stopped_ms", 0);
}

void queue_set_stopped(struct queue *queue)
{
    queue_set_number(queue, "stopped_ms", clock_wall_ms());
}

int64_t queue_started_ms(struct queue *queue)
{
    return queue_number(queue, "started_ms");
}

int64_t queue_stopped_ms(struct queue *queue)
{
    return queue_number(queue, "stopped_ms");
}

bool queue_is_paused(struct queue *queue)
{
    return queue_number(queue, "paused") != 0;
}

void queue_set_paused(struct queue *queue, bool paused)
{
    queue_set_number(queue, "paused", paused);
}
