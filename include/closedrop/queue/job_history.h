/** The history of a job as JSON, in the one format that everybody shows. */
#ifndef CLOSEDROP_QUEUE_JOB_HISTORY_H
#define CLOSEDROP_QUEUE_JOB_HISTORY_H

#include <stdint.h>

struct json;
struct queue;

/** An array of all that happened to a job, oldest first; NULL if out of memory. */
struct json *job_history(struct queue *queue, int64_t job);

#endif
