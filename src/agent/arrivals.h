/** Handles messages from the watch thread. */
#ifndef CLOSEDROP_AGENT_ARRIVALS_H
#define CLOSEDROP_AGENT_ARRIVALS_H

#include "agent_state.h"

/** Handle the pending messages, up to the limit of a turn. Inside a transaction. */
void arrivals_take(struct agent *agent);

#endif
