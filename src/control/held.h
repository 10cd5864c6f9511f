/** Emails that the send guard holds back: until release or recall, or until their turn. */
#ifndef CLOSEDROP_CONTROL_HELD_H
#define CLOSEDROP_CONTROL_HELD_H

#include "asked.h"

#include "closedrop/control/answer.h"

/** Release the held emails of one rule or of all rules. */
struct answer held_release(const struct asked *asked);

/** Recall the waiting emails of one rule; "more" in the answer: others follow. */
struct answer held_recall(const struct asked *asked);

/**
 * Add the arrays "held", by rule, and "paced", by sender, to a status object. Returns 0 or
 * -ENOMEM.
 */
int held_add_status(struct queue *queue, struct json *status);

#endif
