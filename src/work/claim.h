/** Jobs taken from the queue: worker_claim(). */
#ifndef CLOSEDROP_WORK_CLAIM_H
#define CLOSEDROP_WORK_CLAIM_H

#include "worker_state.h"

/** Whether a suspect could be claimed now: then nothing else is, until the others have ended. */
bool claim_suspect_is_due(const struct worker *worker);

/** The stage that a job of the folder begins with. */
enum stage claim_first_stage(const struct job *job, const struct folder *folder);

#endif
