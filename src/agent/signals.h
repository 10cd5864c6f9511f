/** The signals that the agent is told what to do by. */
#ifndef CLOSEDROP_AGENT_SIGNALS_H
#define CLOSEDROP_AGENT_SIGNALS_H

#include "agent_state.h"

/** Block them, for all threads to come. Returns the descriptor to wait on, or a negative errno. */
int signals_open(void);

/** Do what those that have come ask for: stop, reload, see to the leases that are called back. */
void signals_take(struct agent *agent);

#endif
