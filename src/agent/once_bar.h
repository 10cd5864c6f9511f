/** Shows on the terminal how far `closedrop run --once` is. */
#ifndef CLOSEDROP_AGENT_ONCE_BAR_H
#define CLOSEDROP_AGENT_ONCE_BAR_H

#include "agent_state.h"

/** Begin, if it runs once, and standard error is a terminal that can be written over. */
void once_bar_begin(struct agent *agent);

/** Show what is new, but not too often. */
void once_bar_show(struct agent *agent);

/** When to show it again, in ms; INT64_MAX for never. */
int64_t once_bar_timeout(const struct agent *agent);

/** Erase it. */
void once_bar_end(struct agent *agent);

#endif
