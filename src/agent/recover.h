/** What an earlier life left behind: in the queue, and in the folders. */
#ifndef CLOSEDROP_AGENT_RECOVER_H
#define CLOSEDROP_AGENT_RECOVER_H

#include "agent_state.h"

/**
 * At the start, with queue and worker open: bring the queue and all folders that are there to where
 * the last life left them. Returns 0 or an exit code; what is wrong was logged.
 */
int recover(struct agent *agent);

/** Give back what an unclean end left in a folder's .closedrop/, by the folder's index. */
void recover_staging(struct agent *agent, size_t index);

/**
 * A directory with nothing in it, not even our own, though jobs wait for files in it: the bare
 * mount point of something that is not there. Nothing is decided about it.
 */
bool recover_looks_unmounted(const struct agent *agent, const struct folder *folder);

#endif
