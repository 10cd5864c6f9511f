/** Whose a file is, kept in its job. */
#ifndef CLOSEDROP_WORK_FILING_H
#define CLOSEDROP_WORK_FILING_H

#include "task.h"

/**
 * Sort a file below `root`, open at `fd` (-1: it was uploaded, and may have gone): rule, values,
 * group (see resolution_classify()); the resolution is to be released in any case.
 */
struct verdict classify_file(struct resolution *resolution, const struct job *job,
    const struct folder *folder, struct tables *tables, int root, int fd);

/** Keep in the job what sorting and looking up brought. Returns 0 or -ENOMEM. */
int keep_resolution(
    struct job *job, const struct resolution *resolution, const struct folder *folder);

#endif
