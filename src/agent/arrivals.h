/** Messages from the watch thread. */
#ifndef CLOSEDROP_AGENT_ARRIVALS_H
#define CLOSEDROP_AGENT_ARRIVALS_H

#include "agent_state.h"

/** Take the messages that are there, at most a turn's worth. Inside a transaction. */
void arrivals_take(struct agent *agent);

#endif
