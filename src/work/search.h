/** The search for a file in its folder, by a scan of the watch thread. */
#ifndef CLOSEDROP_WORK_SEARCH_H
#define CLOSEDROP_WORK_SEARCH_H

#include "worker_state.h"

/** Whether its file may be searched for in its folder now. */
bool search_is_possible(const struct worker *worker, const struct task *task);

/** Search for the file of a task, once: it waits for that. False: that cannot be asked for now. */
bool search_begin(struct worker *worker, struct task *task);

/** Whether a search in the folder has ended: found, its file would have been followed. */
bool search_is_over(const struct worker *worker, const struct task *task);

#endif
