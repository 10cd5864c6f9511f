/** What the queue knows about one file, for `closedrop explain`. */
#ifndef CLOSEDROP_CONTROL_EXPLAIN_H
#define CLOSEDROP_CONTROL_EXPLAIN_H

#include "asked.h"

#include "closedrop/control/answer.h"

/**
 * An object with "job" (as jobs_view(), or null), "same" (whether the job has this very file, or
 * only had one of its name) and "ahead" (how many jobs of its folder are due before it).
 */
struct answer explain_get(const struct asked *asked);

/** An empty object: without an agent, nothing settles. */
struct answer explain_progress(const struct asked *asked);

#endif
