/** A file that goes to another file system. */
#ifndef CLOSEDROP_WORK_COPYING_H
#define CLOSEDROP_WORK_COPYING_H

#include "task.h"

/** Copy a slice. 1: more is left, 0: done, under the name the caller frees; or a negative errno. */
int copying_step(struct task *task, char **ret_name);

/** A copy is another file: from now on it is the job's. 0 or a negative errno. */
int copying_take_identity(struct task *task, const char *name);

#endif
