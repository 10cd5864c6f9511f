/** How many jobs came to an outcome, by day and folder. */
#ifndef CLOSEDROP_CONTROL_DAYS_H
#define CLOSEDROP_CONTROL_DAYS_H

#include "asked.h"

#include "closedrop/control/answer.h"

/**
 * {"days": ["2026-11-29", ...], "folders": [{"name": "scans", "done": [3, ...], "failed": [0,
 * ...]}]}: local days, the oldest first; the configured folders in their order, then those that are
 * no longer configured.
 */
struct answer days_count(const struct asked *asked);

#endif
