/**
 * Pings: tells a receiver at regular intervals that closedrop is well, or what is wrong, so that
 * somebody hears of a machine that is off as well: from the receiver, because no ping comes.
 *
 * A ping is made and sent in the loop of the work thread, and says what the watch thread is doing:
 * if either is frozen, none says that everything works.
 */
#ifndef CLOSEDROP_ALERTS_PING_H
#define CLOSEDROP_ALERTS_PING_H

#include "delivery.h"

#include "closedrop/alerts/condition.h"
#include "closedrop/config/config.h"
#include "closedrop/http/http.h"
#include "closedrop/queue/queue.h"

/** Start at all zeros, but for `http`. Times are on the steady clock, 0 for none. */
struct pinger {
    struct http *http;
    struct request *request; /* claimed, or in progress */
    bool is_started;
    int64_t due_ms;       /* when the next one is; 0: at once */
    int64_t end_ms;       /* when the one in progress is given up */
    int64_t disk_full_ms; /* since when the disk is full, */
    int64_t away_ms;      /* a folder is away, */
    int64_t unsettled_ms; /* and a file has waited too long to be taken from its folder */
    struct trouble trouble;
};

/** Start what the last turn claimed; its commit has returned. */
void ping_start(struct pinger *pinger);

/** Record what has ended. */
void ping_reap(struct pinger *pinger, const struct config *config);

/** What the rest of the agent knows in a turn; as for alerts_turn(). */
struct ping_news {
    const struct condition *conditions;
    size_t count;
    int64_t unsettled_since_ms;
};

/** Note what waits outside the queue; then, if a ping is due, make it. */
void ping_claim(struct pinger *pinger, const struct config *config, struct queue *queue,
    const struct ping_news *news);

/** The next ping is due now. */
void ping_soon(struct pinger *pinger);

/** Give up what is in progress. */
void ping_stop(struct pinger *pinger);

/** End what is in progress by then. */
void ping_end_by(struct pinger *pinger, int64_t end_ms);

/** Time in ms until one has to be made (if `may_claim`), started or given up; INT64_MAX for never.
 */
int64_t ping_timeout(const struct pinger *pinger, const struct config *config, bool may_claim);

#endif
