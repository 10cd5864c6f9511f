/** The request that creates an effect, as a text that the queue keeps. Pure. */
#ifndef CLOSEDROP_WORK_EFFECT_REQUEST_H
#define CLOSEDROP_WORK_EFFECT_REQUEST_H

#include "closedrop/close/activity.h"

/** A request as text, which the caller frees; NULL if out of memory. The body is used up. */
char *effect_request_print(struct activity_post *post);

/** The request in a text, which the caller releases in any case. Returns 0 or -ENOMEM. */
int effect_request_read(const char *text, struct activity_post *ret_post);

/** The lead that a request names, which the caller frees; NULL if it names none, as where it is
 * about a contact alone, or if out of memory. */
char *effect_request_lead(const struct activity_post *post);

/** The same request for another lead, likewise. */
char *effect_request_for_lead(const struct activity_post *post, const char *lead_id);

#endif
