/**
 * When the jobs of a folder are due (struct due), by where they wait: asked of the store, and kept
 * until something is written that may change it. Whoever writes a job, or due times, says so here.
 */
#ifndef CLOSEDROP_QUEUE_DUE_H
#define CLOSEDROP_QUEUE_DUE_H

#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stdint.h>

struct queue;

/** How many places there are where a job waits. */
#define DUE_PLACES 5

/** Where jobs wait, nearest the end first, and the lane that takes them on from there. */
struct due_place {
    unsigned lane; /* enum lane */
    enum job_state state;
};

extern const struct due_place due_places[DUE_PLACES];

/** When the first of them is due in each place; [1] are the suspects. */
struct due_times {
    int64_t at_ms[DUE_PLACES][2]; /* INT64_MAX: there is none */
};

struct due {
    struct due_times times;
    char folder[];
};

/** All that is not known is asked for, together. */
void due_learn(struct queue *queue);

/** Something of this folder is written. */
void due_forget(struct queue *queue, const char *folder);

/** Due times of any folder are written. */
void due_forget_all(struct queue *queue);

/** A job was claimed from one place, and nothing else of its folder written since `before`. */
void due_forget_place(struct queue *queue, struct due *due, const struct due_times *before,
    size_t place, bool suspect);

/** The end of all of them. */
void due_free(struct queue *queue);

#endif
