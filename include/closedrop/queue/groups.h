/**
 * Groups of jobs that leave as one activity, and the POSTs that jobs share.
 */
#ifndef CLOSEDROP_QUEUE_GROUPS_H
#define CLOSEDROP_QUEUE_GROUPS_H

#include "closedrop/queue/job.h"

#include <stddef.h>

struct queue;

/** How the group of a job stands: folder, rule, key and target; members not looked up included. */
struct queue_group {
    int64_t newest_ms; /* when its newest member was queued */
    int64_t open;      /* members that are not uploaded yet (or being attached) */
    int64_t failing;   /* those of them that wait for another try after an error of their own, for
                          which an attempt was spent */
};

/** The group that `member` is of. */
void queue_group(struct queue *queue, const struct job *member, struct queue_group *ret_group);

/** The other members that are uploaded and not claimed, by path; at most `most`, the caller's. */
size_t queue_group_members(
    struct queue *queue, const struct job *member, struct job **ret_members, size_t most);

/** All uploaded members of the group, but those claimed, are due at `due_ms`. */
void queue_delay_group(struct queue *queue, const struct job *member, int64_t due_ms);

/** The other jobs of the same state that share the POST of `job` and are not claimed, as
 * queue_group_members(). */
size_t queue_by_posting(
    struct queue *queue, const struct job *job, struct job **ret_jobs, size_t most);

/** Every token a job ever posted, oldest first; the texts are valid during the call. */
void queue_postings(struct queue *queue, int64_t job,
    void (*each)(void *context, const char *token, const char *lead_id, enum activity_kind activity,
        int64_t at_ms),
    void *context);

/** Whether a job (with the bytes of `md5`, NULL: any) is known to be in this activity. */
bool queue_has_activity(struct queue *queue, const char *activity_id, const char *md5);

#endif
