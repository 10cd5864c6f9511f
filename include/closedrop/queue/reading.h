/**
 * What can be read from the queue: jobs, their history, lists and counts. Reading needs no
 * transaction of its own; inside one that has failed, nothing is found. The caller frees the jobs
 * that are returned.
 */
#ifndef CLOSEDROP_QUEUE_READING_H
#define CLOSEDROP_QUEUE_READING_H

#include "closedrop/queue/job.h"
#include "closedrop/queue/job_filter.h"

#include <stddef.h>

struct queue;

/* ---- one job ---- */

/** The job with this ID, or NULL. */
struct job *queue_load(struct queue *queue, int64_t id);

/**
 * The newest job of this folder whose file is, or was, this one: by identity (there is none without
 * a handle) or, if `path` is given, also by path, size and mtime.
 */
struct job *queue_find(
    struct queue *queue, const char *folder, const struct identity *identity, const char *path);

/**
 * The newest other job in the folder of `than` whose filed file was kept under the handle of its
 * identity, or under its path, and has the same size and a hash; NULL: there is none.
 */
struct job *queue_find_kept(struct queue *queue, const struct job *than);

/** The job of this folder that has waited longest for its outcome; NULL: none waits. */
struct job *queue_oldest(struct queue *queue, const char *folder);

/** Whether a later job had a file with the same path. */
bool queue_has_successor(struct queue *queue, const struct job *job);

/* ---- its history ---- */

/** The rows of a job's history, in order; `each` is called with `context` as its first argument. */
void queue_history(struct queue *queue, int64_t job,
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why), void *context);

/* ---- lists ---- */

/** Called with each job of a list; the job remains the queue's. */
typedef void queue_each_job(void *context, const struct job *job);

/** The jobs of a page, newest first by job_filter_time(), those of the same time by their IDs. */
void queue_list(struct queue *queue, const struct job_filter *filter, const struct job_page *page,
    queue_each_job *each, void *context);

/** The jobs of a page in one state, which the filter must name: oldest first. Returns how many. */
size_t queue_list_oldest(struct queue *queue, const struct job_filter *filter,
    const struct job_page *page, struct job **ret_jobs);

/**
 * At most `most` queued jobs of `folder` that have not been classified by the rules of
 * `rules_digest` yet. Returns how many; 0: all have been.
 */
size_t queue_list_unclassified(struct queue *queue, const char *folder, const char *rules_digest,
    struct job **ret_jobs, size_t most);

/**
 * At most `most` jobs whose file still has to be put away, oldest first; called as by queue_list().
 */
void queue_list_not_put_away(struct queue *queue, int most, queue_each_job *each, void *context);

/** At most `most` jobs that lack an effect (job_lacks_effect()) and were not forgotten, newest
 * first. */
void queue_list_lacking(struct queue *queue, int most, queue_each_job *each, void *context);

/**
 * The IDs, above `after`, of at most `most` failed jobs of a folder whose files are in Failed.
 * Returns how many.
 */
size_t queue_list_in_failed(
    struct queue *queue, const char *folder, int64_t after, int64_t *ids, size_t most);

/**
 * The IDs, above `after`, of at most `most` jobs of a folder that have waited for their outcome
 * since before a time, as queue_count_late() has it, and whose owners do not know it yet. What is
 * claimed is left out. Returns how many.
 */
size_t queue_list_untold(struct queue *queue, const char *folder, int64_t before_ms, int64_t after,
    int64_t *ids, size_t most);

/** The same of jobs, also of those with an outcome, whose owners know it (job->told). */
size_t queue_list_told(
    struct queue *queue, const char *folder, int64_t after, int64_t *ids, size_t most);

/**
 * Whether a file was put away from the directory, or one below it, by a job whose outcome came
 * between the two times.
 */
bool queue_has_put_away(struct queue *queue, const char *folder, const char *directory,
    int64_t since_ms, int64_t until_ms);

/* ---- counts ---- */

struct queue_counts {
    int64_t by_state[JOB_STATES];
    int64_t not_put_away;
};

/** The number of jobs of a folder (NULL: of all) that have not ended. */
void queue_count(struct queue *queue, const char *folder, struct queue_counts *ret_counts);

/** The number of jobs of a folder that are done since a time, also if they ended later. */
int64_t queue_count_done(struct queue *queue, const char *folder, int64_t since_ms);

/** `jobs` of a folder came to an outcome in the quarter of an hour that began at `at_ms`. */
typedef void queue_each_outcome(
    void *context, const char *folder, enum job_state state, int64_t at_ms, int64_t jobs);

/**
 * The number of jobs that came to an outcome in each quarter of an hour since a time, also if they
 * ended later; oldest first. Takes no longer with many jobs.
 */
void queue_count_outcomes(
    struct queue *queue, int64_t since_ms, queue_each_outcome *each, void *context);

/** At most this many are counted, so that a long queue costs no time. */
#define JOBS_AHEAD_MAX 10000

/** Jobs that have waited too long. */
struct queue_late {
    int64_t jobs;     /* at most JOBS_AHEAD_MAX */
    int64_t since_ms; /* of the one that has waited longest, on the wall clock */
};

/**
 * Those without an outcome that have waited since before a time. What the send guard holds back
 * does not count; what a person has released or started over has waited since then.
 */
void queue_count_late(struct queue *queue, int64_t before_ms, struct queue_late *ret_late);

/** The number of waiting jobs in the folder and state of a job that are due before it; no suspects.
 */
int64_t queue_count_ahead(struct queue *queue, const struct job *job);

/** The number of jobs that wait as suspects. */
int64_t queue_count_suspects(struct queue *queue);

/** The number of claimed jobs; those of one POST count once. */
int64_t queue_count_claimed(struct queue *queue);

/** The number of jobs, and of those waiting, in each folder that has any; ordered by name. */
void queue_count_by_folder(struct queue *queue,
    void (*each)(void *context, const char *folder, int64_t jobs, int64_t waiting), void *context);

/**
 * The number of jobs that wait for each rule that no longer exists (rule_gone); ordered by name.
 */
void queue_count_rules_gone(struct queue *queue,
    void (*each)(void *context, const char *rule, int64_t jobs), void *context);

/* ---- numbers ---- */

/** A named number that persists across restarts; 0 if it was never set. */
int64_t queue_number(struct queue *queue, const char *name);
void queue_set_number(struct queue *queue, const char *name, int64_t value);

#endif
