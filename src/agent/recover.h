/** Recovers what an earlier process left behind, in the queue and in the folders. */
#ifndef CLOSEDROP_AGENT_RECOVER_H
#define CLOSEDROP_AGENT_RECOVER_H

#include "agent_state.h"

/**
 * At the start, with queue and worker open: recover the queue, and the staging directories of all
 * existing folders. Returns 0 or an exit status; errors are logged.
 */
int recover(struct agent *agent);

/**
 * The same for the staging directory of a folder (by its index) that was not there at the start, or
 * is elsewhere: it is healthy now. Returns false if its file process does that; it has arrived once
 * that is finished (recover_elsewhere.h).
 */
bool recover_arrived(struct agent *agent, size_t index, const struct folder_health *health);

/** The staging directory of a folder is recovered, or cannot be used: a negative errno. */
void recover_finish(struct agent *agent, size_t index, int result);

#endif
