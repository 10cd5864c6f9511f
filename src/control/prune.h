/** Has jobs forgotten that ended longer ago than `history`, or counts them. */
#ifndef CLOSEDROP_CONTROL_PRUNE_H
#define CLOSEDROP_CONTROL_PRUNE_H

#include "asked.h"

#include "closedrop/control/answer.h"

/**
 * For a moment, and then says where to continue (`next`; null: that was all), so that the agent
 * has its hands free between two questions; how many were forgotten (`pruned`), and `history_ms`.
 */
struct answer prune_jobs(const struct asked *asked);

#endif
