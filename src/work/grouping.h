/** From uploaded to the POST. All inside a transaction of the queue. */
#ifndef CLOSEDROP_WORK_GROUPING_H
#define CLOSEDROP_WORK_GROUPING_H

#include "worker_state.h"

/** Whether nothing follows the upload: no rule takes the file under the name it has. */
bool grouping_ends_with_upload(const struct task *task);

/** An uploaded job with a rule: create its activity now, or wait for the others of its group. */
void grouping_attach(struct worker *worker, struct task *task);

/** Not yet: Close takes nothing now. The task has ended then. */
bool grouping_waits_for_close(struct worker *worker, struct task *task);

#endif
