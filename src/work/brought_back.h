/** Whether a person brought a failed file back into the folder, which is to try it again. */
#ifndef CLOSEDROP_WORK_BROUGHT_BACK_H
#define CLOSEDROP_WORK_BROUGHT_BACK_H

#include "worker_state.h"

/**
 * Search for a failed file of the same bytes that a person took out of Failed, and brought back as
 * the file of this task: itself, or a copy of it. Always RUNNING: the stage ends, perhaps at once,
 * with the job of that file in task->brought_back; 0: there is none.
 */
struct verdict brought_back_search(struct worker *worker, struct task *task);

/** Whether the task searches in the folder with this index, not its own. That one is away: what it
 * may know does not count. */
bool brought_back_skip(struct worker *worker, struct task *task, size_t folder);

#endif
