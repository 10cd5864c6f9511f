/**
 * The key of the worker: another one when its file changes, and the token of a login renewed in
 * time, or once it is refused.
 */
#ifndef CLOSEDROP_WORK_WORKER_KEY_H
#define CLOSEDROP_WORK_WORKER_KEY_H

#include "worker_state.h"

/** It has been read, at the start or by a reload. */
void worker_key_begin(struct worker *worker);

/** Read it again, and renew it, if that is due. */
void worker_key_check(struct worker *worker);

/** Close refuses it. Returns whether it is renewed first, instead of being given up. */
bool worker_key_is_renewed_first(struct worker *worker);

/** Close takes it. */
void worker_key_is_good(struct worker *worker);

/** Whether there is no use in asking Close before another one is there. */
bool worker_key_is_awaited(const struct worker *worker);

/** The request of a renewal has ended. */
void worker_key_answered(struct worker *worker);

/** When worker_key_check() has something to do, on the steady clock. */
int64_t worker_key_due_at(const struct worker *worker);

#endif
