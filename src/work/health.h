/** Is Close up, is the key good. */
#ifndef CLOSEDROP_WORK_HEALTH_H
#define CLOSEDROP_WORK_HEALTH_H

#include "worker_state.h"

/** When to ask, on the steady clock; INT64_MAX where there is no reason to, or it was asked. */
int64_t health_due_at(const struct worker *worker);

/** Ask Close whether it is there, if that is due. */
void health_ask_if_due(struct worker *worker);

/** The question has ended. */
void health_answered(struct worker *worker);

#endif
