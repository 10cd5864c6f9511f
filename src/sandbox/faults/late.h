/**
 * What is done later, when nobody waits for it any more: one thread that acts at its time.
 */
#ifndef CLOSEDROP_SANDBOX_FAULTS_LATE_H
#define CLOSEDROP_SANDBOX_FAULTS_LATE_H

#include <stddef.h>
#include <stdint.h>

struct late;

/** What is to be done. */
struct late_act {
    void (*act)(void *self);
    void (*end)(void *self); /* release it; called in any case, also when it was never done */
    void *self;
};

/** Starts the thread. Returns 0 or negative errno. */
int late_start(struct late **ret_late);

/** Do it in so many milliseconds. Takes it over; without memory it is not done at all. */
void late_add(struct late *late, int64_t delay_ms, const struct late_act *act);

/** How many are still to be done. */
size_t late_count(struct late *late);

/** Forget what is still to be done. */
void late_clear(struct late *late);

/** Stop the thread; what is still to be done is not. NULL is nothing to stop. */
void late_stop(struct late *late);

#endif
