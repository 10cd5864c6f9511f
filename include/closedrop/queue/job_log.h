/**
 * What happens to a job, as one line of the log for each state, with its fields (log.h). Called by
 * whoever can name the reason, inside or after the transaction that makes it so.
 */
#ifndef CLOSEDROP_QUEUE_JOB_LOG_H
#define CLOSEDROP_QUEUE_JOB_LOG_H

#include "closedrop/base/log.h"
#include "closedrop/queue/job.h"

/**
 * Log "job 17 EVENT: FOLDER/PATH: MESSAGE"; without the event or the message where that is NULL or
 * "". The fields have the state and the error that the job has now. An event with a name of the
 * table in job_log.c has an ID in the journal, which is documented in closedrop(1).
 */
void job_log(enum log_level level, const char *module, const struct job *job, const char *event,
    const char *message);

/** The same for a job of which only this is known; its message_id is set here. */
void job_log_about(enum log_level level, const char *module, const struct log_about *about,
    const char *event, const char *message);

#endif
