/** Applies a changed configuration to the jobs in the queue. */
#ifndef CLOSEDROP_AGENT_CONFIG_CHANGES_H
#define CLOSEDROP_AGENT_CONFIG_CHANGES_H

#include "agent_state.h"

/**
 * Wake the jobs that waited for a rule or a limit to change, and warn about jobs whose folder is no
 * longer configured. Inside a transaction. `before` is the configuration until now, NULL at the
 * start.
 */
void config_changes_apply(struct agent *agent, const struct config *before);

#endif
