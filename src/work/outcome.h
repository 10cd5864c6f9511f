/** What a verdict does to a job. All inside a transaction of the queue. */
#ifndef CLOSEDROP_WORK_OUTCOME_H
#define CLOSEDROP_WORK_OUTCOME_H

#include "worker_state.h"

/** What a verdict does to the job of a task, and to the others of its group. May end the task. */
void outcome_apply(struct worker *worker, struct task *task, const struct verdict *verdict);

/** What every task in doubt was waiting for. */
void outcome_settle_doubts(struct worker *worker, bool own_fault);

/** Give up what is claimed: back to the queue. */
void outcome_abandon(struct worker *worker, struct task *task);

#endif
