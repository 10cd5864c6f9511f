/** The signals that control the agent. */
#ifndef CLOSEDROP_AGENT_SIGNALS_H
#define CLOSEDROP_AGENT_SIGNALS_H

#include "agent_state.h"

/** Block them for all threads. Returns the descriptor to poll, or a negative errno. */
int signals_open(void);

/** Handle the pending signals: stop, reload, or check leases that are being broken. */
void signals_take(struct agent *agent);

#endif
