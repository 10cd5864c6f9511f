/** Is S3 there, does it take files: whose fault it is that an upload did not get through. */
#ifndef CLOSEDROP_WORK_S3_HEALTH_H
#define CLOSEDROP_WORK_S3_HEALTH_H

#include "worker_state.h"

/**
 * What a verdict that may be S3's fault (TROUBLE, REJECTED, DAMAGED) means for this task, once it
 * is known how other files fare: a RETRY, a WAIT, or LATER.
 */
struct verdict s3_health_judge(
    struct worker *worker, const struct task *task, const struct verdict *verdict);

/** The file of a job has got through. */
void s3_health_passed(struct worker *worker, int64_t job);

#endif
