/** Recovers what an earlier process left behind, in the queue and in the folders. */
#ifndef CLOSEDROP_AGENT_RECOVER_H
#define CLOSEDROP_AGENT_RECOVER_H

#include "agent_state.h"

/**
 * At the start, with queue and worker open: recover the queue, and the staging directories of all
 * existing folders. Returns 0 or an exit status; errors are logged.
 */
int recover(struct agent *agent);

/** Return the files that a crash left in the folder's .closedrop/. `index` is the folder's. */
void recover_staging(struct agent *agent, size_t index);

/**
 * Whether a folder looks like the empty mount point of an unmounted file system: it is completely
 * empty, even of our own files, although jobs wait for files in it. No decision is made about the
 * files of such a folder.
 */
bool recover_looks_unmounted(const struct agent *agent, const struct folder *folder);

#endif
