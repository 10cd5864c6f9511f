/** What a configuration that may be another one means for jobs that are queued. */
#ifndef CLOSEDROP_AGENT_CONFIG_CHANGES_H
#define CLOSEDROP_AGENT_CONFIG_CHANGES_H

#include "agent_state.h"

/**
 * Wake the jobs that waited for a rule or a limit to change, and warn of jobs whose folder is gone.
 * Inside a transaction. `before` is the configuration until now, NULL at the start.
 */
void config_changes_apply(struct agent *agent, const struct config *before);

#endif
