/** The same bytes are not filed twice, unless a person wants that. */
#ifndef CLOSEDROP_WORK_DUPLICATES_H
#define CLOSEDROP_WORK_DUPLICATES_H

#include "worker_state.h"

/**
 * Before an activity is intended: whether its bytes were filed before. True: all
 * jobs of the task continue, those that are left out have left it. False: that is yet to be found
 * out, or the task has ended or continues in another way.
 */
bool duplicates_let_through(struct worker *worker, struct task *task);

/** STAGE_DUPLICATE knows what it was asked. */
void duplicates_found_out(struct worker *worker, struct task *task);

#endif
