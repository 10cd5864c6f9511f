/**
 * The ledger of emails that were sent to people outside, which the send guard counts (guard.h), and
 * the jobs that wait for the guard.
 */
#ifndef CLOSEDROP_QUEUE_LEDGER_H
#define CLOSEDROP_QUEUE_LEDGER_H

#include "closedrop/queue/job.h"

#include <stddef.h>

struct queue;

/**
 * Record that something is being sent to people outside now under this ID (negative: a number of
 * `closedrop upload`); for a group, under the ID of one of its jobs. This replaces any earlier
 * entry of the ID. `sender` is "" for the default sender of the key's user.
 */
void queue_add_leaving(struct queue *queue, int64_t id, const char *rule, const char *sender);

/** Remove the entry of the job: it was certainly not sent, and will not be for now. */
void queue_stay(struct queue *queue, int64_t job);

/** Move the entry of what was sent, or will be, from the ID `other` to the ID `job`. */
void queue_leave_as(struct queue *queue, int64_t job, int64_t other);

/** Record that the job may have been sent as late as `at_ms`, if it is in the ledger. */
void queue_left_again(struct queue *queue, int64_t job, int64_t at_ms);

/** Forget what was sent before this time. */
void queue_forget_left(struct queue *queue, int64_t before_ms);

/** Whether the job has an entry for this rule in the ledger that is later than `since_ms`. */
bool queue_has_left(struct queue *queue, int64_t job, const char *rule, int64_t since_ms);

/**
 * When the nth last email (0: the last) of a rule, or from a sender, was sent, not counting the
 * entry of the job `but`; INT64_MIN: there were fewer.
 */
int64_t queue_left_by_rule(struct queue *queue, const char *rule, int64_t but, int64_t nth);
int64_t queue_left_by_sender(struct queue *queue, const char *sender, int64_t but, int64_t nth);

/** Whether an email from a sender is being posted at the moment, not counting the job `but`. */
bool queue_is_leaving(struct queue *queue, const char *sender, int64_t but);

/* ---- limits, and what a person decides ---- */

/**
 * What is known about a rule that sends emails; the numbers are those of job->entered, all 0 if
 * nothing is known.
 */
struct guard_marks {
    int64_t over;     /* everything that entered up to here came with what exceeded the limit */
    int64_t released; /* everything that entered up to here may be sent */
    int64_t recalled; /* everything up to here must not be, whatever is released later */
    int64_t recalled_held; /* the same for what the guard had held back */
};

/** What has been decided about the emails of a rule; all 0 if nothing has been. */
void queue_guard_marks(struct queue *queue, const char *rule, struct guard_marks *ret_marks);
void queue_set_guard_marks(struct queue *queue, const char *rule, const struct guard_marks *marks);

/**
 * Whether a decision is pending about something that came with what exceeded a rule's limit: it is
 * held, or not even uploaded.
 */
bool queue_is_undecided(struct queue *queue, const char *rule, const struct guard_marks *marks);

/* ---- waiting jobs ---- */

/** Called with each rule or sender, and its number of emails; `name` is valid during the call. */
typedef void queue_number_of(void *context, const char *name, int64_t emails);

/** The number of emails of a rule (NULL: of each rule) that wait for a person. */
void queue_count_held(struct queue *queue, const char *rule, queue_number_of *each, void *context);

/** The number of emails of each sender that wait for their turn. */
void queue_count_paced(struct queue *queue, queue_number_of *each, void *context);

/**
 * The IDs, above `after`, of at most `most` jobs of a rule that the guard is holding back for this
 * reason (HELD_NEVER: has ever held back) and that are not claimed. Returns how many.
 */
size_t queue_list_held(struct queue *queue, const char *rule, enum job_held held, int64_t after,
    int64_t *ids, size_t most);

/** The uploaded job for this path that was ever held back and is not claimed, or NULL. */
struct job *queue_find_held(struct queue *queue, const char *folder, const char *path);

/**
 * The first sender after this one (NULL: of all) that jobs are waiting for; NULL after the last.
 * The caller frees it.
 */
char *queue_next_paced_sender(struct queue *queue, const char *after);

/**
 * The job of a folder that has waited longest for its sender; 0: there is none. `ret_entered` is
 * its job->entered.
 */
int64_t queue_next_paced(
    struct queue *queue, const char *sender, const char *folder, int64_t *ret_entered);

#endif
