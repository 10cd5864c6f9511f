/**
 * The send guard: of what is really sent to people outside, how much may be sent without asking a
 * person (limits.ask_above), and how fast it may be sent at all (limits.sends).
 *
 * Both are counted over sliding windows in the queue's ledger. What leaves is written there with
 * the intent to post it, and again when Close has said that it was created, so that no window at
 * Close ever holds more. Whoever was counted and did not leave after all keeps its place for its
 * next try, until its job ends. The numbers that jobs enter by, not times, say what came before a
 * person's word and what after: a clock that is set does not change it.
 */
#ifndef CLOSEDROP_QUEUE_GUARD_H
#define CLOSEDROP_QUEUE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct queue;

/** Numbers of activities; 0: no limit. */
struct guard_limits {
    int64_t ask_above; /* from one rule, in any 60 minutes */
    int64_t per_hour;  /* of one sender, in any 60 minutes */
    int64_t per_day;   /* the same, in any 24 hours */
    int64_t gap_ms;    /* of one sender, between two */
};

/** What is about to leave: one job, or the jobs of a group together. */
struct leaver {
    int64_t id; /* of the job that leads; below 0: a number of `closedrop upload`'s */
    const char *rule;
    const char *sender; /* "": the one that the key's user has by default */
    int64_t oldest;     /* job->entered of the first of them, and of the last */
    int64_t newest;
    bool is_released; /* each of them by a person, by itself */
    bool was_held;    /* each of them, by the guard */
};

enum guard_answer {
    GUARD_LETS_GO,
    GUARD_ASKS,    /* too much: a person is asked */
    GUARD_PACES,   /* not before `ret_at_ms` */
    GUARD_RECALLED /* a person has said no already */
};

/**
 * Whether it may leave now, in the same transaction as the intent to let it. GUARD_ASKS also covers
 * from then on all that is in the queue for this rule: it came together.
 */
enum guard_answer guard_ask(struct queue *queue, const struct guard_limits *limits,
    const struct leaver *leaver, int64_t *ret_at_ms);

/**
 * When the next of a sender may leave, wall clock, `but` what counts for that job itself; not later
 * than in a day. A ledger that was lost counts as full.
 */
int64_t guard_free_at(
    struct queue *queue, const struct guard_limits *limits, const char *sender, int64_t but);

#endif
