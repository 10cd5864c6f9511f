/** Lists, shows and changes jobs. */
#ifndef CLOSEDROP_CONTROL_JOBS_H
#define CLOSEDROP_CONTROL_JOBS_H

#include "asked.h"

#include "closedrop/control/answer.h"

struct job;
struct json;

/**
 * A job with its history, as JSON: `ret_view`, which the caller frees. Returns 0 or -ENOMEM.
 */
int jobs_view(const struct asked *asked, const struct job *job, struct json **ret_view);

/** A page of the jobs that match the question, and where the next one begins; one of them with its
 * history; one to be tried again. */
struct answer jobs_list(const struct asked *asked);
struct answer jobs_show(const struct asked *asked);
struct answer jobs_retry(const struct asked *asked);

/** One to be taken out of the queue; one that is held, to be sent or failed. */
struct answer jobs_forget(const struct asked *asked);
struct answer jobs_release(const struct asked *asked);
struct answer jobs_recall(const struct asked *asked);

/** Record an upload made by hand. */
struct answer jobs_record(const struct asked *asked);

/** The folders that have jobs, and how many. */
struct answer jobs_count_folders(const struct asked *asked);

#endif
