/** Whether the file of what was held back still lies where it belongs, before it is sent. */
#ifndef CLOSEDROP_WORK_PRESENT_H
#define CLOSEDROP_WORK_PRESENT_H

#include "worker_state.h"

/** Whether what the guard holds back must be looked for in the folder first; then that is next. */
bool present_comes_first(struct worker *worker, struct task *task);

#endif
