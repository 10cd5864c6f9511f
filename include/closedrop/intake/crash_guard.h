/**
 * Which file the watch thread looks into, remembered over the death of the program: a file whose
 * very look kills it would kill every life before it has a job to be counted against.
 *
 * Kept in STATE_DIR/looking, a mapped page that costs no system call a file and outlives the
 * process, though not the machine, which is all that is needed.
 */
#ifndef CLOSEDROP_INTAKE_CRASH_GUARD_H
#define CLOSEDROP_INTAKE_CRASH_GUARD_H

#include <stdbool.h>

struct crash_guard;

/**
 * Open, or make, what is kept in `state_dir`; a file that the last life died of is counted. NULL
 * where that cannot be: then nothing is remembered, and all calls do nothing.
 */
struct crash_guard *crash_guard_open(const char *state_dir);
void crash_guard_close(struct crash_guard *guard);

/**
 * About to look into the file `path` of `folder`. False, where three lives died of that and no look
 * at it went well since: it is not to be looked at. If it is brought back in this life, or after
 * one that did not die of a look, it is counted anew. Eight such files are counted, each by itself,
 * whatever other files lives die of in between.
 */
bool crash_guard_begin(struct crash_guard *guard, const char *folder, const char *path);

/** The look is over, and well. */
void crash_guard_end(struct crash_guard *guard);

/**
 * The same around reading a part of the file at another time. Three lives that died of it count,
 * whichever of the two they died of: then this is false too, but it is the look that refuses. That
 * a part was read well does not speak for the whole.
 */
bool crash_guard_begin_sample(struct crash_guard *guard, const char *folder, const char *path);
void crash_guard_end_sample(struct crash_guard *guard);

#endif
