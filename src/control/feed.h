/**
 * Server-sent events: the status, whenever it has changed, to all who listen. A listener that reads
 * slowly misses what was in between, and gets the latest.
 */
#ifndef CLOSEDROP_CONTROL_FEED_H
#define CLOSEDROP_CONTROL_FEED_H

#include "closedrop/control/reply.h"

#include <stdbool.h>
#include <stdint.h>

#define FEED_PERIOD_MS 1000 /* at most one event in so long */
#define FEED_BEAT_MS 15000  /* a comment after so long without an event */
#define FEED_LISTENERS_MAX 16

struct listener;

struct feed {
    char *text;      /* the latest event; NULL: there was none */
    int64_t version; /* of the text */
    int64_t beats;   /* comments so far */
    int64_t told_ms; /* when the status was last read, on the steady clock ... */
    int64_t sent_ms; /* ... and when an event or comment was last due */
    bool is_stale;   /* it may have changed since */
    struct listener *listeners;
    int count;
    int ended; /* of the listeners, in addition: they have to be woken to notice */
};

/**
 * Reply with a stream to a new listener. Of too many, the oldest is told to end. Leaves a reply
 * without a status if memory is short.
 */
void feed_listen(struct feed *feed, struct reply *reply);

/** When feed_is_due() is true next, on the steady clock; INT64_MAX: not before something changes.
 */
int64_t feed_due_ms(const struct feed *feed);

/**
 * Note that the status may have changed. Returns whether feed_tell() should be called now.
 */
bool feed_is_due(struct feed *feed, int64_t now_ms);

/**
 * Pass on the status, as JSON, which the feed then owns (NULL: it is not known). Returns whether
 * listeners have something to send.
 */
bool feed_tell(struct feed *feed, char *json, int64_t now_ms);

/** Free it; its listeners must have ended. */
void feed_release(struct feed *feed);

#endif
