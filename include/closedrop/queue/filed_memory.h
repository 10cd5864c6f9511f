/**
 * The content memory: which bytes were filed as what on which lead. It knows no folder, path or
 * handle, and is never pruned. `sha256` is in hex; of what is none, nothing is known.
 */
#ifndef CLOSEDROP_QUEUE_FILED_MEMORY_H
#define CLOSEDROP_QUEUE_FILED_MEMORY_H

#include "closedrop/queue/job.h"

struct queue;

/** One time that some bytes were filed, or may have been. The texts are valid during a call. */
struct filing {
    const char *lead_id;
    const char *rule; /* its name, for words only; "" where there was none */
    int64_t at_ms;    /* wall clock */
    int64_t job;      /* below 0: not a job's, but a number of `closedrop upload`'s */
};

/** From this transaction on these bytes may be filed as that; the same filing again replaces it. */
void queue_remember(struct queue *queue, const char *sha256, enum activity_kind activity,
    const struct filing *filing);

/** The job did not file its bytes on its lead after all. */
void queue_unremember(struct queue *queue, const char *sha256, enum activity_kind activity,
    const char *lead_id, int64_t job);

/** Every time these bytes were filed as that on the lead; `each` is called with `context` first. */
void queue_filings(struct queue *queue, const char *sha256, enum activity_kind activity,
    const char *lead_id, void (*each)(void *context, const struct filing *filing), void *context);

/** Whether they were filed as that on any other lead. */
bool queue_is_filed_elsewhere(
    struct queue *queue, const char *sha256, enum activity_kind activity, const char *lead_id);

/** Whether an upload by hand of these bytes to the lead ended unclear: it may not have been filed.
 */
bool queue_is_unclear_by_hand(struct queue *queue, const char *sha256, const char *lead_id);

/** The failed jobs with these bytes that wait in Failed for a person to say "once more"
 * (already_filed), one after the other: the first with an id above `after`, or NULL. */
struct job *queue_already_filed(struct queue *queue, const char *sha256, int64_t after);

#endif
