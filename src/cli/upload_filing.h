/** How `closedrop upload` files what it has uploaded: its lead, and the activity there. */
#ifndef CLOSEDROP_CLI_UPLOAD_FILING_H
#define CLOSEDROP_CLI_UPLOAD_FILING_H

#include "errand.h"

/** The rule that the options name, or that stands for --lead or --contact; NULL if none does. */
const struct rule *filing_rule(const struct session *session);

/** A step of the errand: find the lead by its rule. */
struct verdict filing_resolve(struct errand *errand);

/**
 * Create the activity of what was uploaded, if the same bytes were not filed before. What may have
 * been created counts as filed; the queue's list has it before the POST.
 */
struct verdict filing_create(struct errand *errand);

/** The file as a job, for what is made of jobs; its texts stay the errand's, and `values` the
 * caller's.
 */
struct job filing_job(const struct errand *errand, char *values);

/**
 * Whether what was posted then was created after all: NEXT and its ID, which the caller frees, or
 * FAIL as unclear. Nothing is posted again.
 */
struct verdict filing_verify(
    struct errand *errand, enum activity_kind kind, int64_t posted_ms, char **ret_id);

#endif
