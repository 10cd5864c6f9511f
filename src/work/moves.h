/** Where the jobs of a task go. All inside a transaction of the queue. */
#ifndef CLOSEDROP_WORK_MOVES_H
#define CLOSEDROP_WORK_MOVES_H

#include "outcome.h"
#include "worker_state.h"

/** Go to a stage that finds something out before the activity is intended. The others of its group
 * wait for the result, and are gathered again. */
void moves_find_out(struct worker *worker, struct task *task, enum stage stage);

/** Done: its file is put away next, and those of its group. */
void moves_done(struct worker *worker, struct task *task, const char *why);

/** All jobs of a task back to the queue, due at `due_ms`, and the task ends. */
void moves_release(
    struct worker *worker, struct task *task, int64_t due_ms, bool counts, const char *why);

/** The job failed, and the other members with it: its file goes to Failed. */
void moves_fail(struct worker *worker, struct task *task, const struct verdict *verdict);

/** Take a task out of the list and free it. */
void moves_end_task(struct worker *worker, struct task *task);

/** It is certain that no activity was created: what was intended is taken back. */
void moves_withdraw(struct worker *worker, struct task *task, const char *why);

/** What decides about a task that has come to the end of a stage, or of its doubt. `chance` spreads
 * what is tried again (backoff.h). */
struct outcome_case moves_case(const struct task *task, double chance);

/** Carry out what was decided; neither MOVE_NEXT, nor BLAME, nor SEARCH. May end the task. */
void moves_make(struct worker *worker, struct task *task, const struct move *move);

/** Give up what is claimed: back to the queue. */
void moves_abandon(struct worker *worker, struct task *task);

/** One line of the log about the task's job. */
void moves_log(const struct task *task, const char *what, const char *message);

#endif
