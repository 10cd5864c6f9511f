/**
 * Which jobs are meant, as a value: what `list`, `report`, `retry` and `forget` select by. The same
 * value is made of a question to the agent and of one to the queue itself. Plain data, and a pure
 * function on it.
 */
#ifndef CLOSEDROP_QUEUE_JOB_FILTER_H
#define CLOSEDROP_QUEUE_JOB_FILTER_H

#include <stdbool.h>
#include <stdint.h>

struct job;

/** Selects the jobs that match everything that is set; all zero: every job that has not ended. */
struct job_filter {
    const char *folder;
    const char *rule;
    const char *lead_id;
    const char *state; /* of job_state_names */
    const char *code;  /* of its error */
    const char *match; /* a part of its path, as text_key() returns it */
    const char *name;  /* the name of its file, without directories */
    const char *path;  /* relative to its folder; only together with `name` */
    int64_t since_ms;  /* job_filter_time() is not earlier; 0: any */
    int64_t until_ms;  /* and it is earlier than this; 0: any */
    bool held;         /* waits for `release` or `recall` */
    bool all;          /* also those that have ended (job_ended_as()) */
};

/** Which part of the matching jobs: those that follow a job in the order of the list. */
struct job_page {
    int64_t at_ms; /* job_filter_time() of that job */
    int64_t id;    /* its ID; 0: from the beginning */
    int limit;     /* how many at most, from 1 */
};

/**
 * The time by which a filter orders and bounds a job, on the wall clock: when it was queued; but in
 * a selection of what is done, or has failed, when it came to that.
 */
int64_t job_filter_time(const struct job_filter *filter, const struct job *job);

#endif
