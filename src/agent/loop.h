/** The work thread's loop. */
#ifndef CLOSEDROP_AGENT_LOOP_H
#define CLOSEDROP_AGENT_LOOP_H

#include "agent_state.h"

/** Go on until a signal, --once, or a queue that cannot be written ends it. */
void loop_run(struct agent *agent);

#endif
