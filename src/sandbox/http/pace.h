/**
 * Close's rate limits: so many requests in a window for each endpoint. A window begins with the
 * first request after the last one. Safe to use from any thread.
 */
#ifndef CLOSEDROP_SANDBOX_HTTP_PACE_H
#define CLOSEDROP_SANDBOX_HTTP_PACE_H

#include "http/endpoint.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct reply;

struct pace {
    pthread_mutex_t lock;
    struct {
        int64_t began_ms;
        int used;
    } windows[ENDPOINTS];
};

/** What each endpoint allows. */
struct pace_rate {
    int requests; /* in a window; 0: no limit */
    int64_t window_ms;
};

/** How a request stands to the limit. */
struct pace_state {
    bool over; /* refuse it */
    int limit, remaining;
    int64_t reset_ms; /* until the window ends */
};

/** Nothing was asked yet. */
void pace_init(struct pace *pace);

/** Count one request at `now_ms` (steady). */
struct pace_state pace_count(
    struct pace *pace, enum endpoint endpoint, const struct pace_rate *rate, int64_t now_ms);

/** Add the RateLimit header, and Retry-After where the request is over the limit. */
void pace_headers(const struct pace_state *state, struct reply *reply);

#endif
