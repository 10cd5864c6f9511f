/** Changes all jobs that a question selects, or only counts them. */
#ifndef CLOSEDROP_CONTROL_BULK_H
#define CLOSEDROP_CONTROL_BULK_H

#include "asked.h"

#include "closedrop/control/answer.h"

/** All failed jobs that match the question, except those that need a human decision each. */
struct answer bulk_retry(const struct asked *asked);

/**
 * All jobs that match the question and are neither done nor being attached: those that wait or have
 * failed. What is in progress, or has yet to be put away, is left out.
 */
struct answer bulk_forget(const struct asked *asked);

#endif
