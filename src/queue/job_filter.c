/** Which of a job's times counts for a filter. */
#include "closedrop/queue/job_filter.h"

#include "closedrop/queue/job.h"

int64_t job_filter_time(const struct job_filter *filter, const struct job *job)
{
    return filter->state && job_has_outcome(job) ? job->done_ms : job->queued_ms;
}
