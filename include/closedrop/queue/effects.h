/**
 * The effects of a job: what is done in Close next to the activity that carries its file, such as a
 * task. Each has a row of its own, from the intent on, so that none is done twice; the rows of a
 * job last as long as the job.
 *
 *     waiting ----> posted ----> done
 *        ^            |  \-----> missing
 *        \------------/   it was certainly not created
 */
#ifndef CLOSEDROP_QUEUE_EFFECTS_H
#define CLOSEDROP_QUEUE_EFFECTS_H

#include "closedrop/queue/job.h"

struct queue;

enum effect_state {
    EFFECT_WAITING, /* not begun */
    EFFECT_POSTED,  /* it may have been created: verify that before it is posted again */
    EFFECT_DONE,
    EFFECT_MISSING, /* it will not be created; a person must know */
    EFFECT_STATES
};

extern const char *const effect_state_names[EFFECT_STATES];

struct effect {
    enum activity_kind kind; /* a job has one of each kind at most */
    enum effect_state state;
    char *request; /* JSON: the "path", the "body", and whether it "is_put" */
    char *result;  /* the ID of what was created, or why it is missing; else "" */
    int64_t at_ms; /* when it was first posted, by Close's clock; 0: not yet */
    int tries;     /* that failed by its own fault */
    int verifications;
};

/** Free what an effect owns; it is empty then. */
void effect_release(struct effect *effect);

/** Write the effect of a job: a new one, or its progress. */
void queue_put_effect(struct queue *queue, int64_t job, const struct effect *effect);

/** The effect of a job that is next, neither done nor missing, which the caller releases. Returns
 * whether there is one. */
bool queue_next_effect(struct queue *queue, int64_t job, struct effect *ret_effect);

/** Whether there is one. */
bool queue_has_open_effect(struct queue *queue, int64_t job);

/** Call `each` with every effect of a job, in the order in which they are done. */
void queue_effects(struct queue *queue, int64_t job,
    void (*each)(void *context, const struct effect *effect), void *context);

/** None of them was begun, and none will be. */
void queue_forget_effects(struct queue *queue, int64_t job);

#endif
