/** Why nothing is sent to Close: the breaker is open, and status and log say for what reason. */
#ifndef CLOSEDROP_WORK_BLOCKED_H
#define CLOSEDROP_WORK_BLOCKED_H

#include "worker_state.h"

/** Say it, under this code: in status, and in the log where that is news. */
void blocked_tell(struct worker *worker, const char *code, const char *message);

/** Open the breaker, until it is time to ask Close again. */
void blocked_trip(struct worker *worker, enum breaker_reason reason);

#endif
