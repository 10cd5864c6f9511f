/** Whose a file is, kept in its job. */
#ifndef CLOSEDROP_WORK_FILING_H
#define CLOSEDROP_WORK_FILING_H

#include "task.h"

/** Keep in the job what sorting and looking up brought. Returns 0 or -ENOMEM. */
int keep_resolution(
    struct job *job, const struct resolution *resolution, const struct folder *folder);

#endif
