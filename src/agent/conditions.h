/** What holds up files now, gathered from all stages for the alerts. */
#ifndef CLOSEDROP_AGENT_CONDITIONS_H
#define CLOSEDROP_AGENT_CONDITIONS_H

#include "agent_state.h"

/** Report it to the alerts, at the end of a turn, before its commit. */
void conditions_report(struct agent *agent);

#endif
