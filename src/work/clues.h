/** What a file itself says about where it belongs: its content type, and its sidecar. */
#ifndef CLOSEDROP_WORK_CLUES_H
#define CLOSEDROP_WORK_CLUES_H

#include "closedrop/config/config.h"
#include "closedrop/queue/job.h"
#include "closedrop/work/resolve.h"

#include <stdbool.h>
#include <stddef.h>

/** Begin with all zero: not known. */
struct clues {
    bool are_known;
    char *content_type;
    char *sidecar; /* its text; NULL: it has none */
    size_t sidecar_length;
};

/** Read them of the file of a job below `root`, open at `fd` (-1: it was uploaded, and may have
 * gone). NEXT, or why not. */
struct verdict clues_read(
    struct clues *clues, const struct job *job, const struct folder *folder, int root, int fd);

/** What they say: rule, values, group (see resolution_classify()); the resolution is to be released
 * in any case. */
struct verdict clues_judge(const struct clues *clues, const struct job *job,
    const struct folder *folder, const struct people *people, struct tables *tables,
    struct resolution *resolution);

/** Free them: they are not known any more. */
void clues_release(struct clues *clues);

#endif
