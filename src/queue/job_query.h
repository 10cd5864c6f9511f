/** A filter of jobs as a query of the store: which of its kinds answers it best. Pure. */
#ifndef CLOSEDROP_QUEUE_JOB_QUERY_H
#define CLOSEDROP_QUEUE_JOB_QUERY_H

#include "query.h"

#include "closedrop/queue/job_filter.h"

/** The kind of query that finds the newest first. */
enum query_kind job_query_kind(const struct job_filter *filter);

/** What that query is about; the texts remain the filter's. */
struct query job_query_newest(const struct job_filter *filter, const struct job_page *page);

/** For QUERY_OF_STATE: the oldest first. */
struct query job_query_oldest(const struct job_filter *filter, const struct job_page *page);

#endif
