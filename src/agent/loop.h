/** The loop of the work thread. */
#ifndef CLOSEDROP_AGENT_LOOP_H
#define CLOSEDROP_AGENT_LOOP_H

#include "agent_state.h"

/** Run until a signal, --once, or a queue that cannot be written ends it. */
void loop_run(struct agent *agent);

#endif
