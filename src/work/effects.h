/**
 * The effects of a job, such as a task next to its email: prepared with the intent of its activity,
 * and created one after the other once that exists. The stages that create one are in stages.h.
 *
 * All inside a transaction of the queue.
 */
#ifndef CLOSEDROP_WORK_EFFECTS_H
#define CLOSEDROP_WORK_EFFECTS_H

#include "move.h"
#include "worker_state.h"

/**
 * Prepare the effects of a rule for a job, of a group the one whose file is attached first: their
 * requests are in the queue from now on, whatever happens to the rule. FAIL: a template's result
 * cannot be used, and nothing may be posted.
 */
struct verdict effects_intend(struct queue *queue, const struct rule *rule, struct job *job);

/**
 * The job of the task is done: begin its next effect or, if none is left, the stage that puts its
 * file away.
 */
void effects_continue(struct worker *worker, struct task *task);

/** It goes to the lead that its own was merged into, as task->effect.request says by now. */
void effects_follow_lead(struct worker *worker, struct task *task);

/** The effect was not created, `takes_back`: certainly; it is tried again. */
void effects_note_try(struct worker *worker, struct task *task, const struct move *move);

/** The effect exists: task->activity_id. */
void effects_settle(struct worker *worker, struct task *task);

/** The effect will not be created, and a person must know why. */
void effects_go_without(struct worker *worker, struct task *task, const char *why);

/** It was searched for, and not found. Returns how often by now. */
int effects_note_absence(struct worker *worker, struct task *task);

/** The task is given up: what was not sent was certainly not created. */
void effects_abandon(struct worker *worker, struct task *task);

/**
 * NEXT: Close may be asked now, and this is the request of the effect, which the caller releases in
 * any case.
 */
struct verdict effects_read_request(
    const struct task *task, const struct stage_tools *tools, struct activity_post *ret_post);

#endif
