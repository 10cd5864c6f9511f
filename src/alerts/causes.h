/**
 * What lasts: each cause is reported once when it begins, and once when it is over, also over
 * restarts. An outage that flickers counts as one, and a short one is not reported at all.
 */
#ifndef CLOSEDROP_ALERTS_CAUSES_H
#define CLOSEDROP_ALERTS_CAUSES_H

#include "closedrop/alerts/condition.h"
#include "closedrop/queue/notices.h"

/** A cause that is present, or that was reported and is not over. */
struct cause {
    char *name;
    char *message; /* of the event that reported it, or that will */
    enum notice_kind kind;
    char *code; /* blocked: how long it may last unreported depends on it; else NULL */
    bool is_reported;
    enum condition_state state;
    int64_t state_ms; /* since when it is in this state, on the steady clock */
    int64_t over_ms;  /* silence: when it was last over, on the wall clock */
    int64_t since_ms; /* since when it is present, on the wall clock */
    int64_t event;    /* that reported it */
    bool was_seen;    /* in this turn */
    struct cause *next;
};

struct causes {
    struct cause *list;
};

/** Read what the queue remembers. */
void causes_load(struct causes *causes, struct queue *queue);

/** The cause with this name, or NULL. */
const struct cause *causes_find(const struct causes *causes, const char *name);

/** Free it. */
void causes_release(struct causes *causes);

/** Compare with what is the case, and keep events of what began and what is over. What is not
 * among the conditions (any more) is absent. */
void causes_update(
    struct causes *causes, struct queue *queue, const struct condition *conditions, size_t count);

/** Time in ms until something has lasted long enough to be reported; INT64_MAX for never. */
int64_t causes_timeout(const struct causes *causes);

/** What is to be done about a cause. */
enum cause_change { CAUSE_STAYS, CAUSE_BEGINS, CAUSE_IS_OVER, CAUSE_IS_FORGOTTEN };

/**
 * Pure: that decision for a cause which has been in its state for `lasted_ms`. `ret_wait_ms` is the
 * time until it would be another one if nothing happens; INT64_MAX for never.
 */
enum cause_change cause_decide(const struct cause *cause, int64_t lasted_ms, int64_t *ret_wait_ms);

#endif
