/** Ends `closedrop run --once`. */
#ifndef CLOSEDROP_AGENT_ONCE_H
#define CLOSEDROP_AGENT_ONCE_H

#include "agent_state.h"

/** With --once: stop if no job is claimed, no file is settling, and nothing is due soon. */
void once_stop_if_done(struct agent *agent);

#endif
