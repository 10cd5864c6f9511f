/** Which files belong together. */
#ifndef CLOSEDROP_WORK_CLASSIFY_H
#define CLOSEDROP_WORK_CLASSIFY_H

#include "worker_state.h"

/** Sort a slice of what is queued in folders with groups; see folder_view for how far it got. */
void classify_continue(struct worker *worker);

/** Before a job keeps what it was resolved to: it may leave the group it was in, and by another
 * rule it is another email. */
void classify_leave_group(
    struct worker *worker, struct job *job, const struct resolution *resolution);

#endif
