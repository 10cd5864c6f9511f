/**
 * What is done later, when nobody waits for it any more: one thread that acts at its time.
 */
#ifndef CLOSEDROP_SANDBOX_FAULTS_DEFERRED_H
#define CLOSEDROP_SANDBOX_FAULTS_DEFERRED_H

#include <stddef.h>
#include <stdint.h>

struct deferred;

/** What is to be done. */
struct deferred_act {
    void (*act)(void *context);
    void (*end)(void *context); /* release it; called in any case, also when it was never done */
    void *context;
};

/** Starts the thread. Returns 0 or negative errno. */
int deferred_start(struct deferred **ret_deferred);

/** Do it in so many milliseconds. Takes it over; without memory it is not done at all. */
void deferred_add(struct deferred *deferred, int64_t delay_ms, const struct deferred_act *act);

/** How many are still to be done. */
size_t deferred_count(struct deferred *deferred);

/** Forget what is still to be done. */
void deferred_clear(struct deferred *deferred);

/** Stop the thread; what is still to be done is not. NULL is nothing to stop. */
void deferred_stop(struct deferred *deferred);

#endif
