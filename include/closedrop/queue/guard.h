/**
 * The send guard, for everything that is really sent to people outside: how much may be sent
 * without asking a person (limits.ask_above), and how fast it may be sent at all (limits.sends).
 *
 * Both are counted over sliding windows in the queue's ledger. An email is recorded there together
 * with the intent to post it, and again when Close has confirmed that it was created, so that no
 * window as Close sees it ever contains more than the limit. An email that was counted but then not
 * sent keeps its entry for its next attempt, until its job ends. What came before a person's
 * decision and what came after it is determined by the numbers by which jobs enter the queue, not
 * by time, so that setting the clock changes nothing.
 */
#ifndef CLOSEDROP_QUEUE_GUARD_H
#define CLOSEDROP_QUEUE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct queue;

/** Maximum numbers of activities; 0: no limit. */
struct guard_limits {
    int64_t ask_above; /* from one rule, in any 60 minutes */
    int64_t per_hour;  /* from one sender, in any 60 minutes */
    int64_t per_day;   /* the same, in any 24 hours */
    int64_t gap_ms;    /* from one sender, between two emails */
};

/** What is about to be sent: one job, or the jobs of a group together. */
struct leaver {
    int64_t id; /* of the first job; negative: a number of `closedrop upload` */
    const char *rule;
    const char *sender; /* "": the default sender of the key's user */
    int64_t oldest;     /* the lowest job->entered among the jobs, and the highest */
    int64_t newest;
    bool is_released; /* each of them was released individually by a person */
    bool was_held;    /* each of them was held back by the guard */
};

enum guard_answer {
    GUARD_LETS_GO,
    GUARD_ASKS,    /* too much: a person must decide */
    GUARD_PACES,   /* not before `ret_at_ms` */
    GUARD_RECALLED /* a person has already recalled it */
};

/**
 * Whether it may be sent now; must be called in the same transaction that records the intent to
 * send it. From then on, GUARD_ASKS also applies to everything that is in the queue for this rule,
 * because it came together.
 */
enum guard_answer guard_ask(struct queue *queue, const struct guard_limits *limits,
    const struct leaver *leaver, int64_t *ret_at_ms);

/**
 * When the sender may send the next email, on the wall clock, not counting the entry of the job
 * `but`; at most a day from now. A ledger that was lost counts as full.
 */
int64_t guard_free_at(
    struct queue *queue, const struct guard_limits *limits, const char *sender, int64_t but);

#endif
