/**
 * Creating an activity, once and only once: one POST, and where its end is unclear a look at what
 * the lead has, before anything is posted again (design.md 6; close-api.md 8.1).
 */
#ifndef CLOSEDROP_WORK_ATTACH_H
#define CLOSEDROP_WORK_ATTACH_H

#include "closedrop/close/api.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/job.h"
#include "closedrop/work/verdict.h"

#include <stddef.h>
#include <stdint.h>

struct json;

/** An upload is good for 24 hours at most (close-api.md 1.2); after this long it is made again. */
#define UPLOAD_AGE_MAX_MS (20LL * 3600 * 1000)

/**
 * The body of the activity for `count` uploaded jobs, in the order of their attachments; what
 * templates say is the first one's. NEXT and `ret_body`, the caller's; FAIL: too much is attached,
 * or a text came out unfit.
 */
struct verdict attach_body(const struct rule *rule, const struct limits *limits,
    struct job *const *jobs, size_t count, struct json **ret_body);

/** The address of the sender that the email of a job comes out with, in small letters; "" where the
 * rule names none. NEXT and `ret_sender`, the caller's; or as attach_body(). */
struct verdict attach_sender(const struct rule *rule, const struct job *job, char **ret_sender);

/** The answer to the POST. NEXT and the id of what was created, in new memory; UNCLEAR; or no. */
struct verdict attach_read(
    const struct request *request, enum activity_kind activity, char **ret_activity_id);

/** Sort jobs by the name of their file, as people count ("Seite 2" before "Seite 10"): the order of
 * their attachments. */
void attach_sort(struct job **jobs, size_t count);

#endif
