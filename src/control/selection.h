/** Which jobs a question means, as the filter that the queue takes. */
#ifndef CLOSEDROP_CONTROL_SELECTION_H
#define CLOSEDROP_CONTROL_SELECTION_H

#include "closedrop/control/question.h"
#include "closedrop/queue/job_filter.h"

struct selection {
    struct job_filter filter; /* its texts are the question's, and the next field */
    char *match;
};

/** What a question selects. Returns 0 or -ENOMEM; to be released in any case. */
int selection_init(struct selection *selection, const struct question *question);
void selection_release(struct selection *selection);

#endif
