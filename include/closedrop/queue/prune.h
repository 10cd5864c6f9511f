/**
 * Forgetting what ended long ago: such jobs are removed with their history and their tokens, a
 * page at a time, so that whoever asks for it never waits long. What was filed (filed_memory.h) is
 * never forgotten, nor is a job by which a file is still known (job_is_past()).
 */
#ifndef CLOSEDROP_QUEUE_PRUNE_H
#define CLOSEDROP_QUEUE_PRUNE_H

#include "closedrop/queue/job.h"

struct queue;

/** As many jobs are read, and removed, at a time. */
#define PRUNE_PAGE 64

/** How far it has come: all zero at first; over once `state` is JOB_STATES. */
struct prune_walk {
    int state;     /* enum job_state */
    int64_t at_ms; /* behind the job that came to that state then ... */
    int64_t id;    /* ... and has this ID; 0: from the beginning */
};

/**
 * Remove, of the next page of jobs, those with which nothing has happened since before a time (wall
 * clock), or only count them. The last job that came into a folder stays, because it says since
 * when no file has come there. Returns how many; if fewer remain than a page, the walk is at the
 * next state.
 */
int64_t queue_prune(
    struct queue *queue, int64_t before_ms, bool only_count, struct prune_walk *walk);

/** Whether the walk is over. */
bool prune_is_over(const struct prune_walk *walk);

/**
 * Give the disk some of the room that was freed, as much as takes a moment, if it is a good part of
 * the queue: the rest is for new jobs. Returns whether there may be more. Nothing is given back
 * from a queue that was created before it could be, except by queue_shrink().
 */
bool queue_give_back(struct queue *queue);

/**
 * The same at once, by rewriting all of the queue, which takes seconds for a million jobs, and
 * as much room meanwhile. Not inside a transaction. Returns 0 or a negative errno, and then nothing
 * has changed; `ret_bytes`: how much was given back.
 */
int queue_shrink(struct queue *queue, int64_t *ret_bytes);

#endif
