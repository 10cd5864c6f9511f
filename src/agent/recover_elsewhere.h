/**
 * A folder whose files are another process's arrives only once that process has recovered its
 * staging: until then, its jobs would not find files that a crash left there.
 *
 *     healthy ──> order: list ──> result ──> order: put back ──> result ──> arrives
 *                                   └─ nothing to put back ─────────────────^
 */
#ifndef CLOSEDROP_AGENT_RECOVER_ELSEWHERE_H
#define CLOSEDROP_AGENT_RECOVER_ELSEWHERE_H

#include "agent_state.h"

/** Order it for a folder (by its index), unless that was done. If it cannot be done now, it can be
 * tried again. */
void recover_elsewhere_begin(struct agent *agent, size_t index);

/** The folder is away: what was ordered is not waited for. */
void recover_elsewhere_abandon(struct agent *agent, size_t index);

/**
 * Whether a message is a result that is waited for here. If so, `ret_result` is 0 once the staging
 * is recovered, positive if there is more to do, or a negative errno: it cannot be used.
 */
bool recover_elsewhere_take(struct agent *agent, const struct message *message, int *ret_result);

#endif
