/** Jobs that wait for their sender's turn (send_guard.c), the oldest of each sender first. */
#ifndef CLOSEDROP_WORK_PACED_H
#define CLOSEDROP_WORK_PACED_H

#include "worker_state.h"

#include "closedrop/queue/guard.h"

/** Whether others have waited longer for the same sender. */
bool paced_is_behind(const struct worker *worker, const struct leaver *leaver);

/** One more waits, until `at_ms` (wall clock) at least. */
void paced_add(struct worker *worker, int64_t at_ms);

/** A job that was its sender's next must wait for something else: those behind it go first. */
void paced_step_aside(struct worker *worker, struct task *task);

/** Wake those whose sender may send again. */
void paced_continue(struct worker *worker);

/** In how many ms there is something to do for paced_continue(); INT64_MAX for never. */
int64_t paced_wait(const struct worker *worker);

/** The limits may have changed: everything is checked again. */
void paced_ask_again(struct worker *worker);

#endif
