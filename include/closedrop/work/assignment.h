/** A stage of a job carried out in the file process of its folder (intake.h). */
#ifndef CLOSEDROP_WORK_ASSIGNMENT_H
#define CLOSEDROP_WORK_ASSIGNMENT_H

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"

#include <stddef.h>

/**
 * Do what the worker has assigned for a file of the folder with the index `folder`, and add the
 * result to `result`; it stays empty if the assignment is broken, or if out of memory. This can
 * hang. It is a filing_work, and called by one thread.
 */
void assignment_do(struct config *config, size_t folder, struct wire *assignment,
    void (*next_step)(void *context), void *context, struct str *result);

#endif
