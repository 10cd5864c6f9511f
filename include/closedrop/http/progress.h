/**
 * How a transfer goes, and when it has to be given up. Pure: times are the caller's, on the steady
 * clock, in ms.
 */
#ifndef CLOSEDROP_HTTP_PROGRESS_H
#define CLOSEDROP_HTTP_PROGRESS_H

#include <stdint.h>

/** How a transfer goes; times on the steady clock. */
struct progress {
    int64_t started_ms;
    int64_t moved_ms; /* the last time any byte of a body went or came */
    int64_t bytes;    /* of bodies, both ways, so far */
};

/** Bytes a second: a transfer that is slower on the whole is one that somebody drips. */
#define PROGRESS_RATE_MIN 100

/**
 * When a transfer has to be given up: `timeout_ms` after its last progress, or when it has taken
 * more than `timeout_ms` and the time that its bytes need at PROGRESS_RATE_MIN.
 */
int64_t progress_deadline(const struct progress *progress, int64_t timeout_ms);

#endif
