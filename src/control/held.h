/** What the send guard holds back: for release or recall, or for its turn. */
#ifndef CLOSEDROP_CONTROL_HELD_H
#define CLOSEDROP_CONTROL_HELD_H

#include "asked.h"

#include "closedrop/control/answer.h"

/** Let all leave, of one rule or of every rule. */
struct answer held_release(const struct asked *asked);

/** Or let it fail. A long list is recalled a part at a time: "more" in the answer. */
struct answer held_recall(const struct asked *asked);

/** Add the arrays "held", by rule, and "paced", by sender, to a status object. Returns 0 or
 * -ENOMEM. */
int held_add_status(struct queue *queue, struct json *status);

#endif
