/**
 * What the queue has to say: jobs, their history, lists and counts. Reads need no transaction of
 * their own; inside one that has failed they find nothing. Jobs that are given out are the caller's
 * to free.
 */
#ifndef CLOSEDROP_QUEUE_READING_H
#define CLOSEDROP_QUEUE_READING_H

#include "closedrop/queue/job.h"

#include <stddef.h>

struct queue;

/* ---- one job ---- */

/** The job with this id, or NULL. */
struct job *queue_load(struct queue *queue, int64_t id);

/**
 * The newest job of this folder that is, or was, this file: by identity (none is without a handle),
 * or where `path` is given also by path, size and mtime.
 */
struct job *queue_find(
    struct queue *queue, const char *folder, const struct identity *identity, const char *path);

/**
 * The newest job of `folder` that filed the file kept under this identity's handle, or `path`, and
 * has this size and a hash; NULL: there is none. `than` itself does not count.
 */
struct job *queue_find_kept(struct queue *queue, const struct job *than);

/** A queued job of `folder` that was not sorted by the rules of `rules_digest` yet, NULL: all are.
 */
struct job *queue_next_unclassified(
    struct queue *queue, const char *folder, const char *rules_digest);

/** Whether a later job had a file of this one's path. */
bool queue_has_successor(struct queue *queue, const struct job *job);

/* ---- its history ---- */

/** One row of a job's history, in order; `each` is called with `context` first. */
void queue_history(struct queue *queue, int64_t job,
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why), void *context);

/* ---- lists ---- */

/** What queue_list() is to give. */
struct queue_filter {
    const char *folder; /* NULL: all */
    const char *rule;   /* NULL: all */
    int state;          /* enum job_state, -1: all */
    int64_t below;      /* only ids below this one, 0: all */
    int limit;
    bool held; /* only what waits for `release` or `recall` */
};

/** Called with each job of a list, which stays the queue's. */
typedef void queue_each_job(void *context, const struct job *job);

/** The jobs that have not ended (job_ended_as()), newest first. */
void queue_list(
    struct queue *queue, const struct queue_filter *filter, queue_each_job *each, void *context);

/** Jobs whose file is still to be put away, the oldest first: as queue_list(), `most` of them. */
void queue_list_not_put_away(struct queue *queue, int most, queue_each_job *each, void *context);

/** The ids of failed jobs of a folder whose files lie in Failed, above `after`, up to `most`;
 * returns how many. */
size_t queue_list_in_failed(
    struct queue *queue, const char *folder, int64_t after, int64_t *ids, size_t most);

/** Whether a file was put away out of the directory, or one below it, whose outcome came between
 * the two. */
bool queue_has_put_away(struct queue *queue, const char *folder, const char *directory,
    int64_t since_ms, int64_t until_ms);

/* ---- counts ---- */

struct queue_counts {
    int64_t by_state[JOB_STATES];
    int64_t not_put_away;
};

/** How many jobs of a folder (NULL: of all) have not ended. */
void queue_count(struct queue *queue, const char *folder, struct queue_counts *ret_counts);

/** How many jobs wait as suspects. */
int64_t queue_count_suspects(struct queue *queue);

/** How many are claimed; the jobs of one POST count once. */
int64_t queue_count_claimed(struct queue *queue);

/** How many jobs there are, and wait, of each folder that has any; by name. */
void queue_count_by_folder(struct queue *queue,
    void (*each)(void *context, const char *folder, int64_t jobs, int64_t waiting), void *context);

/** How many jobs wait for a rule that was found to be gone (rule_gone), for each such; by name. */
void queue_count_rules_gone(struct queue *queue,
    void (*each)(void *context, const char *rule, int64_t jobs), void *context);

/* ---- numbers ---- */

/** A named number kept over restarts; 0 where it was never set. */
int64_t queue_number(struct queue *queue, const char *name);
void queue_set_number(struct queue *queue, const char *name, int64_t value);

#endif
