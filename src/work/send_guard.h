/** What is really sent to people outside. */
#ifndef CLOSEDROP_WORK_SEND_GUARD_H
#define CLOSEDROP_WORK_SEND_GUARD_H

#include "worker_state.h"

/**
 * Before an activity is intended: whether it may be sent (closedrop/queue/guard.h). What
 * does not leave it may always. False: all jobs of the task wait, or failed, and it has ended.
 */
bool send_guard_lets_go(struct worker *worker, struct task *task, const struct rule *rule);

#endif
