/** The status of the queue: jobs, what waits for a person, what is stuck. */
#ifndef CLOSEDROP_CONTROL_STATUS_H
#define CLOSEDROP_CONTROL_STATUS_H

#include "asked.h"

#include "closedrop/control/answer.h"

/** What the agent does, what holds it up, and how its folders are. */
struct answer status_get(const struct asked *asked);

/** Stop or resume claiming jobs, and return the new status. */
struct answer status_pause(const struct asked *asked);
struct answer status_resume(const struct asked *asked);

#endif
