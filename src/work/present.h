/** Whether the file of a held email is still where it belongs, before it is sent. */
#ifndef CLOSEDROP_WORK_PRESENT_H
#define CLOSEDROP_WORK_PRESENT_H

#include "worker_state.h"

/** Whether the file of a held email must be searched for in the folder first; then that is next. */
bool present_comes_first(struct worker *worker, struct task *task);

/** The jobs of the group of `job` that were held back. 0 or -ENOMEM. */
int present_list_held(
    struct queue *queue, const struct job *job, struct job ***ret_held, size_t *ret_count);

/** Free them. */
void present_free_held(struct job **held, size_t count);

#endif
