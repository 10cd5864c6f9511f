/**
 * The key of a command that speaks to Close itself: a login is renewed before its token ends, as
 * the agent does it (work/worker_key.h), but here somebody waits for it.
 */
#ifndef CLOSEDROP_WORK_FRESH_KEY_H
#define CLOSEDROP_WORK_FRESH_KEY_H

#include "closedrop/config/config.h"

struct http;
struct request;
struct str;

/** What it takes; the command owns all of it. */
struct fresh_key {
    const struct config *config;
    struct http *http; /* with no request in progress */
    struct key *key;
    int64_t timeout_ms;
};

/** Whether the key is a login whose token ends soon. */
bool fresh_key_is_due(const struct key *key);

/** Replace the token, now, or wait while somebody else does. Returns whether there is another one;
 * otherwise the reason is added to `why`. */
bool fresh_key_renew(const struct fresh_key *fresh, struct str *why);

/**
 * GET me/ to its end, with a login renewed before if that is due, or once if Close refuses it. Why
 * that failed is added to `why`. The caller frees the request; NULL if out of memory.
 */
struct request *fresh_key_ask_me(const struct fresh_key *fresh, struct str *why);

#endif
