/** Failed files that a person deleted. */
#ifndef CLOSEDROP_WORK_DISCARDS_H
#define CLOSEDROP_WORK_DISCARDS_H

#include "worker_state.h"

/** A scan of a whole folder has ended: its failed files are searched for, too. */
void discards_begin(struct folder_view *view);

/** A failed file is missing: check all failed files of its folder at once. */
void discards_check_now(struct folder_view *view);

/** Look for a slice of the failed files of each folder: those that were deleted end as discarded.
 */
void discards_continue(struct worker *worker);

/** Whether there is more to look for at once. */
bool discards_are_running(const struct worker *worker);

#endif
