/**
 * The ledger of emails that were sent to people outside, which the send guard counts (guard.h), and
 * what waits for the guard.
 */
#ifndef CLOSEDROP_QUEUE_LEDGER_H
#define CLOSEDROP_QUEUE_LEDGER_H

#include "closedrop/queue/job.h"

#include <stddef.h>

struct queue;

/** Something is sent to people outside under this id (below 0: a number of `closedrop upload`'s),
 * now; for a group, under that of one of its jobs. What the id had there before counts no longer.
 * `sender` is
 * "" for the one that the key's user has by default. */
void queue_add_leaving(struct queue *queue, int64_t id, const char *rule, const char *sender);

/** It is certain that the job did not leave, and will not for now. */
void queue_stay(struct queue *queue, int64_t job);

/** What left, or is to, under the id of `other` does so under that of `job`. */
void queue_leave_as(struct queue *queue, int64_t job, int64_t other);

/** The job has left now at the latest, if it is in the ledger. */
void queue_left_again(struct queue *queue, int64_t job, int64_t at_ms);

/** Forget what left before a time. */
void queue_forget_left(struct queue *queue, int64_t before_ms);

/** Whether the job is in the ledger for this rule, later than `since_ms`. */
bool queue_has_left(struct queue *queue, int64_t job, const char *rule, int64_t since_ms);

/** When the nth last (0: the last) of a rule, or of a sender, left, `but` the job's own;
 * INT64_MIN: fewer did. */
int64_t queue_left_by_rule(struct queue *queue, const char *rule, int64_t but, int64_t nth);
int64_t queue_left_by_sender(struct queue *queue, const char *sender, int64_t but, int64_t nth);

/** Whether something of a sender, `but` that job, is just being posted. */
bool queue_is_leaving(struct queue *queue, const char *sender, int64_t but);

/* ---- what is too much, and what a person says of it ---- */

/** What is known of a rule that sends; numbers as in job->entered, all 0 where nothing is. */
struct guard_marks {
    int64_t over;          /* all that entered up to here came with what was too much */
    int64_t released;      /* all that entered up to here may leave */
    int64_t recalled;      /* all that entered up to here may not, whatever is released later */
    int64_t recalled_held; /* the same of what the guard had held back */
};

/** What is decided of the emails of a rule; all 0 where nothing was yet. */
void queue_guard_marks(struct queue *queue, const char *rule, struct guard_marks *ret_marks);
void queue_set_guard_marks(struct queue *queue, const char *rule, const struct guard_marks *marks);

/** Whether something that came with what was too much of a rule is not decided: held, or not even
 * uploaded. */
bool queue_is_undecided(struct queue *queue, const char *rule, const struct guard_marks *marks);

/* ---- what waits ---- */

/** Told of each rule, or sender, and how many emails; `name` is valid during the call. */
typedef void queue_number_of(void *context, const char *name, int64_t emails);

/** How many emails of a rule (NULL: of each) wait for a person. */
void queue_count_held(struct queue *queue, const char *rule, queue_number_of *each, void *context);

/** How many emails of each sender wait for their turn. */
void queue_count_paced(struct queue *queue, queue_number_of *each, void *context);

/** The ids of the jobs of a rule that the guard keeps back for this reason (HELD_NEVER: has ever
 * kept back) and that are not claimed, above `after`, up to `most`; returns how many. */
size_t queue_list_held(struct queue *queue, const char *rule, enum job_held held, int64_t after,
    int64_t *ids, size_t most);

/** The uploaded job of this path that was ever held back and is not claimed, or NULL. */
struct job *queue_find_held(struct queue *queue, const char *folder, const char *path);

/** The first sender after this one (NULL: of all) that jobs wait for; freed by the caller, NULL
 * after the last. */
char *queue_next_paced_sender(struct queue *queue, const char *after);

/** The job of a folder that has waited longest for its sender, 0: none does. `ret_entered`: its
 * job->entered. */
int64_t queue_next_paced(
    struct queue *queue, const char *sender, const char *folder, int64_t *ret_entered);

#endif
