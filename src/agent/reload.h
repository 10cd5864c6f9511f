/** Another configuration while the agent runs. */
#ifndef CLOSEDROP_AGENT_RELOAD_H
#define CLOSEDROP_AGENT_RELOAD_H

#include "agent_state.h"

/** Read the configuration again. With mistakes in it, they are logged and the old one goes on. */
void reload(struct agent *agent);

#endif
