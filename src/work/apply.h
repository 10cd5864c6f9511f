/** The verdict of a stage, applied. All inside a transaction of the queue. */
#ifndef CLOSEDROP_WORK_APPLY_H
#define CLOSEDROP_WORK_APPLY_H

#include "worker_state.h"

/** The stage of a task has ended (STEP_ENDED): what that means for its job, and for the others of
 * its group. May end the task. */
void apply_verdict(struct worker *worker, struct task *task);

/** Close has answered GET me/, or not: what every task in doubt was waiting for. */
void apply_to_doubts(struct worker *worker, bool is_own_fault);

#endif
