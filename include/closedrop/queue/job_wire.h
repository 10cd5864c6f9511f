/** A job as bytes (base/wire.h), for a file process. Pure. */
#ifndef CLOSEDROP_QUEUE_JOB_WIRE_H
#define CLOSEDROP_QUEUE_JOB_WIRE_H

#include "closedrop/base/wire.h"
#include "closedrop/queue/job.h"

/** Add all of it to a frame. */
void job_to_wire(struct str *out, const struct job *job);

/** Read it back; NULL if it is broken, or if out of memory. Freed by job_free(). */
struct job *job_from_wire(struct wire *wire);

#endif
