/** What really leaves the house. */
#ifndef CLOSEDROP_WORK_SEND_GUARD_H
#define CLOSEDROP_WORK_SEND_GUARD_H

#include "worker_state.h"

/**
 * Before an activity is intended: whether it may leave the house (closedrop/queue/guard.h). What
 * does not leave it may always. False: all jobs of the task wait, or failed, and it has ended.
 */
bool send_guard_lets_go(struct worker *worker, struct task *task, const struct rule *rule);

/** Whether what the guard holds back must be looked for in the folder first; then that is next. */
bool send_guard_checks_first(struct worker *worker, struct task *task);

/** A job that was its sender's next must wait for something else: those behind it go first. */
void send_guard_step_aside(struct worker *worker, struct task *task);

/** A file of the group has gone, or was rewritten: its job is not sent, the others go on. */
void send_guard_leave_out(struct worker *worker, struct task *task, const struct verdict *verdict);

/** Wake those whose sender may send again, the oldest first, and tell what is held. */
void send_guard_go_on(struct worker *worker);

/** In how many ms there is something to do for send_guard_go_on(); INT64_MAX for never. */
int64_t send_guard_wait(const struct worker *worker);

/** The limits may be others now. */
void send_guard_limits_changed(struct worker *worker);

void send_guard_free_news(struct worker *worker);

#endif
