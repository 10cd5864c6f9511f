/**
 * The content memory: which bytes were filed as what on which lead. It does not record folders,
 * paths or handles, and is never pruned. `sha256` is in hex; nothing is known about a text that is
 * not a hash.
 */
#ifndef CLOSEDROP_QUEUE_FILED_MEMORY_H
#define CLOSEDROP_QUEUE_FILED_MEMORY_H

#include "closedrop/queue/job.h"

struct queue;

/**
 * One occasion on which some bytes were filed, or may have been. The texts are valid during a call.
 */
struct filing {
    const char *lead_id;
    const char *rule; /* its name, for messages only; "" if there was none */
    int64_t at_ms;    /* wall clock */
    int64_t job;      /* negative: not a job, but a number of `closedrop upload` */
};

/**
 * Record, from this transaction on, that these bytes may be filed as that; replaces the same filing
 * if it exists.
 */
void queue_remember(struct queue *queue, const char *sha256, enum activity_kind activity,
    const struct filing *filing);

/** Record that the job did not file its bytes on its lead after all. */
void queue_unremember(struct queue *queue, const char *sha256, enum activity_kind activity,
    const char *lead_id, int64_t job);

/**
 * Every occasion on which these bytes were filed as that on the lead; `each` is called with
 * `context` as its first argument.
 */
void queue_filings(struct queue *queue, const char *sha256, enum activity_kind activity,
    const char *lead_id, void (*each)(void *context, const struct filing *filing), void *context);

/** Whether these bytes were filed as that on any other lead. */
bool queue_is_filed_elsewhere(
    struct queue *queue, const char *sha256, enum activity_kind activity, const char *lead_id);

/**
 * Whether the outcome of an upload by hand of these bytes to the lead is unclear: they may not have
 * been filed.
 */
bool queue_is_unclear_by_hand(struct queue *queue, const char *sha256, const char *lead_id);

/**
 * The failed jobs with these bytes that wait in Failed for a person to confirm that they should be
 * filed again (already_filed), one at a time: the first with an ID above `after`, or NULL.
 */
struct job *queue_already_filed(struct queue *queue, const char *sha256, int64_t after);

#endif
