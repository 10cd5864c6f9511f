/** Tends the queue a slice at a time, while little else is to be done (queue_tend()). */
#ifndef CLOSEDROP_AGENT_UPKEEP_H
#define CLOSEDROP_AGENT_UPKEEP_H

#include "agent_state.h"

/** When the next slice is due, in ms; INT64_MAX: not before something else has happened. */
int64_t upkeep_timeout(const struct agent *agent);

/** Do a slice if one is due, in a transaction of its own. */
void upkeep_run(struct agent *agent);

#endif
