/** Reloads the configuration while the agent runs. */
#ifndef CLOSEDROP_AGENT_RELOAD_H
#define CLOSEDROP_AGENT_RELOAD_H

#include "agent_state.h"

/** Reload the configuration. If it has errors, they are logged and the old one stays in effect. */
void reload(struct agent *agent);

#endif
