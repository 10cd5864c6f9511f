/**
 * Groups of jobs that are filed as one activity, and the POSTs that jobs share.
 */
#ifndef CLOSEDROP_QUEUE_GROUPS_H
#define CLOSEDROP_QUEUE_GROUPS_H

#include "closedrop/queue/job.h"

#include <stddef.h>

struct queue;

/**
 * The status of a job's group (same folder, rule, key and target); includes members whose target
 * has not been looked up yet.
 */
struct queue_group {
    int64_t newest_ms; /* when its newest member was queued */
    int64_t open;      /* members that are not yet uploaded, or that are being attached */
    int64_t failing; /* those of them that wait for a retry after an error of their own that used up
                        an attempt */
};

/** Get the status of the group that `member` belongs to. */
void queue_group(struct queue *queue, const struct job *member, struct queue_group *ret_group);

/**
 * The other members that are uploaded and not claimed, ordered by path; at most `most`, which the
 * caller frees. Returns how many.
 */
size_t queue_group_members(
    struct queue *queue, const struct job *member, struct job **ret_members, size_t most);

/** Make all uploaded members of the group, except claimed ones, due at `due_ms`. */
void queue_delay_group(struct queue *queue, const struct job *member, int64_t due_ms);

/**
 * The other jobs in the same state that share the POST of `job` and are not claimed, returned as by
 * queue_group_members().
 */
size_t queue_by_posting(
    struct queue *queue, const struct job *job, struct job **ret_jobs, size_t most);

/** Every token that a job has ever posted, oldest first; the texts are valid during the call. */
void queue_postings(struct queue *queue, int64_t job,
    void (*each)(void *context, const char *token, const char *lead_id, enum activity_kind activity,
        int64_t at_ms),
    void *context);

/** Whether a job (with the bytes of `md5`; NULL: any) is known to be part of this activity. */
bool queue_has_activity(struct queue *queue, const char *activity_id, const char *md5);

#endif
