/** The stages: how each starts and ends, and what follows it; the table of them is in stages.c. */
#ifndef CLOSEDROP_WORK_STAGES_H
#define CLOSEDROP_WORK_STAGES_H

#include "task.h"

struct worker;

/* compare.c */
struct verdict compare_start(struct task *task, const struct stage_tools *tools);

/** The next slice of its file. */
struct verdict compare_step(struct task *task);

/* present.c */
struct verdict present_start(struct task *task, const struct stage_tools *tools);

/* duplicates.c */
struct verdict duplicate_start(struct task *task, const struct stage_tools *tools);
struct verdict duplicate_finish(struct task *task, const struct stage_tools *tools);

/* filing.c */
struct verdict renamed_touch(struct task *task, const struct stage_tools *tools);
struct verdict renamed_start(struct task *task, const struct stage_tools *tools);
struct verdict renamed_finish(struct task *task, const struct stage_tools *tools);
struct verdict resolve_touch(struct task *task, const struct stage_tools *tools);
struct verdict resolve_start(struct task *task, const struct stage_tools *tools);
struct verdict resolve_finish(struct task *task, const struct stage_tools *tools);
struct verdict reconcile_start(struct task *task, const struct stage_tools *tools);
struct verdict reconcile_finish(struct task *task, const struct stage_tools *tools);
struct verdict attach_start(struct task *task, const struct stage_tools *tools);
struct verdict attach_finish(struct task *task, const struct stage_tools *tools);
struct verdict verify_touch(struct task *task, const struct stage_tools *tools);
struct verdict verify_start(struct task *task, const struct stage_tools *tools);
struct verdict verify_finish(struct task *task, const struct stage_tools *tools);

/* effects.c */
struct verdict effect_start(struct task *task, const struct stage_tools *tools);
struct verdict effect_finish(struct task *task, const struct stage_tools *tools);
struct verdict effect_verify_start(struct task *task, const struct stage_tools *tools);
struct verdict effect_verify_finish(struct task *task, const struct stage_tools *tools);

/* effect_lead.c */
struct verdict effect_lead_start(struct task *task, const struct stage_tools *tools);
struct verdict effect_lead_finish(struct task *task, const struct stage_tools *tools);

/* send.c */
struct verdict ticket_touch(struct task *task, const struct stage_tools *tools);
struct verdict ticket_start(struct task *task, const struct stage_tools *tools);
struct verdict ticket_finish(struct task *task, const struct stage_tools *tools);
struct verdict send_start(struct task *task, const struct stage_tools *tools);
struct verdict send_finish(struct task *task, const struct stage_tools *tools);

/* finish.c */
struct verdict finish_start(struct task *task, const struct stage_tools *tools);

/** The next slice of a file that goes to another file system. */
struct verdict finish_step(struct task *task);

/* stage_next.c; verify_next() is in in_doubt.c */
void compare_next(struct worker *worker, struct task *task);
void resolve_next(struct worker *worker, struct task *task);
void ticket_next(struct worker *worker, struct task *task);
void send_next(struct worker *worker, struct task *task);
void present_next(struct worker *worker, struct task *task);
void duplicate_next(struct worker *worker, struct task *task);
void reconcile_next(struct worker *worker, struct task *task);
void attach_next(struct worker *worker, struct task *task);
void effect_next(struct worker *worker, struct task *task);
void effect_lead_next(struct worker *worker, struct task *task);
void effect_verify_next(struct worker *worker, struct task *task);
void verify_next(struct worker *worker, struct task *task);
void renamed_next(struct worker *worker, struct task *task);
void finish_next(struct worker *worker, struct task *task);

#endif
