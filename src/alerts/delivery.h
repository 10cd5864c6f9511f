/**
 * When an event that could not be delivered is tried again, what was wrong with a way of delivery
 * so far, and what of it is logged. The same for hooks and mail; of a ping only the latter.
 */
#ifndef CLOSEDROP_ALERTS_DELIVERY_H
#define CLOSEDROP_ALERTS_DELIVERY_H

#include "closedrop/queue/notices.h"

#include <stdbool.h>
#include <stdint.h>

/** How long it is tried. */
#define DELIVERY_MAX_MS (3LL * 24 * 3600 * 1000)

/**
 * Pure: when an event of which a try failed at `now_ms` is tried again, on the wall clock;
 * INT64_MAX: not any more. `chance` is random in [0, 1).
 */
int64_t delivery_due_ms(const struct notice *event, int64_t now_ms, double chance);

struct json;

/** What is wrong with one way of delivery, for the log and for status. */
struct trouble {
    char why[512];    /* "": nothing */
    int64_t since_ms; /* wall clock */
    int64_t event;    /* the last that could not be delivered; 0: it is none */
};

/** A try failed: `what` is the way, as in "hook failed". */
void trouble_note(
    struct trouble *trouble, const char *what, const char *why, int64_t event, int64_t due_ms);

/** The same without a word in the log: returns whether nothing was wrong before. */
bool trouble_set(struct trouble *trouble, const char *why, int64_t event);

/** One was delivered. */
void trouble_end(struct trouble *trouble, const char *what);

/** The same for status; NULL if out of memory. */
struct json *trouble_view(const struct trouble *trouble, const char *what);

/** Copies an event's texts; -ENOMEM leaves `copy` empty. */
int notice_copy(struct notice *copy, const struct notice *event);

/** Free what notice_copy() made. */
void notice_release(struct notice *copy);

#endif
