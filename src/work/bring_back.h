/** A failed file that is retried by hand. */
#ifndef CLOSEDROP_WORK_BRING_BACK_H
#define CLOSEDROP_WORK_BRING_BACK_H

#include "task.h"

/**
 * Move a failed file back to its path, for a retry by hand. 0 (with STEP_COPYING where it is
 * copied, to be gone on with by bring_back_step()), or a negative errno: -ENOENT where it is there
 * no more.
 */
int bring_back_start(struct task *task);

/** Copy on. VERDICT_RUNNING; AGAIN when the file is back; else that it is not. */
struct verdict bring_back_step(struct task *task);

#endif
