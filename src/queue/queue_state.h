/**
 * The queue's own state, and what the files that it is made of share: arrivals.c, claims.c,
 * lifecycle.c, orders.c and recovery.c each have some of the verbs of queue.h.
 */
#ifndef CLOSEDROP_QUEUE_QUEUE_STATE_H
#define CLOSEDROP_QUEUE_QUEUE_STATE_H

#include "store.h"

#include "closedrop/queue/notice.h"
#include "closedrop/queue/queue.h"

struct queue {
    struct store *store;
    int64_t id;
    int64_t lost_ms;                  /* wall clock: when an earlier queue was lost, 0 for never */
    int64_t ledger_ms;                /* the same, by the clock as it is now; INT64_MIN for never */
    unsigned listeners[NOTICE_KINDS]; /* queue_set_listeners() */
    bool is_without_notices;          /* queue_has_notices() has found none; else it asks */
    struct due **dues;                /* of folders, by name (due.h) */
    size_t due_count;
    bool has_unknown_due;
    queue_observer *observer; /* queue_observe(); NULL: none */
    void *observer_context;
};

/** Write a history row, now; job 0: of the queue itself. */
void queue_add_history(struct queue *queue, int64_t job, const char *state, const char *why);

/** Write a history row of a job: the state it has now, and why. */
void queue_note(struct queue *queue, const struct job *job, const char *why);

/** Write a job that reached `state`, which job_may_move() must allow, and why; NULL: no row of its
 * history. */
void queue_set_state(struct queue *queue, struct job *job, enum job_state state, const char *why);

/** The number that the next job enters by (job->entered). */
int64_t queue_next_entered(struct queue *queue);

/** Whether an earlier queue, which is lost, may have known a file that changed at this time. */
bool queue_may_have_lost(const struct queue *queue, int64_t changed_ms);

/** A failed job is to start over; only a POST that is still unclear is kept. Not written yet. */
void queue_start_over(struct queue *queue, struct job *job);

#endif
