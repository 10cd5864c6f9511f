/** Finds a job by the name of its file. */
#ifndef CLOSEDROP_CLI_JOB_BY_NAME_H
#define CLOSEDROP_CLI_JOB_BY_NAME_H

#include "closedrop/cli/desk.h"

#include <stdint.h>

/**
 * The ID of the one job whose file has this name: the name alone, its path in its folder, or that
 * on this machine. A job that has ended counts only where no other has the name. 0: there is none,
 * or several, which is said; with `lists`, these are printed.
 */
int64_t job_by_name(const struct desk *desk, const char *name, bool lists);

#endif
