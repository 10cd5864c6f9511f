/** Forgets what ended longer ago than `history`, a little at a time. */
#ifndef CLOSEDROP_AGENT_PRUNING_H
#define CLOSEDROP_AGENT_PRUNING_H

#include "agent_state.h"

/**
 * If it is time to: one page of jobs, in a transaction of its own; and when all jobs have been
 * checked, some of the room that they left goes back to the disk, until that is done. It takes a
 * small part of the time, and files the rest: the longer a step takes, the later the next one is
 * due. It begins again a day later, or with another `history`.
 */
void pruning_turn(struct agent *agent);

/** Begin again now: somebody else has forgotten jobs, whose room is to be given back. */
void pruning_soon(struct agent *agent);

/** In how many ms it is time to again; INT64_MAX: not now. */
int64_t pruning_timeout(const struct agent *agent);

#endif
