/** What the checks of one run of the doctor share: what is known so far, and where to report. */
#ifndef CLOSEDROP_DOCTOR_DIAGNOSIS_H
#define CLOSEDROP_DOCTOR_DIAGNOSIS_H

#include "closedrop/config/config.h"
#include "closedrop/doctor/finding.h"

#include <stdbool.h>

struct json;

struct diagnosis {
    const char *file;      /* the configuration */
    struct config *config; /* after "configuration": never NULL */
    bool is_partial;       /* it has errors: only state_dir and control_socket are known */
    struct json *status;   /* the answer of the agent, or else of the queue; NULL: of neither ... */
    struct json *waiting;  /* pages of jobs that have not ended, from the same; or NULL */
    bool has_no_queue;     /* ... because nothing has run yet, */
    char queue_trouble[1024]; /* or for this reason */
    finding_report report;
    void *context;
};

/** Report what `check` found in a folder, or in general if `folder` is NULL. */
void diagnosis_add(const struct diagnosis *diagnosis, const char *check, const char *folder,
    struct finding finding);

/** The agent's part of the status; NULL if none is running. */
const struct json *diagnosis_agent(const struct diagnosis *diagnosis);

#endif
