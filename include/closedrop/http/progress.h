/**
 * The progress of a transfer, and when to give it up. Pure: the caller passes the times, in ms on
 * the steady clock.
 */
#ifndef CLOSEDROP_HTTP_PROGRESS_H
#define CLOSEDROP_HTTP_PROGRESS_H

#include <stdint.h>

/** The progress so far; times on the steady clock. */
struct progress {
    int64_t started_ms;
    int64_t moved_ms; /* the last time that any byte of a body was sent or received */
    int64_t bytes;    /* of bodies so far, in both directions */
};

/** Bytes per second. A transfer with a lower average is given up as deliberately slow. */
#define PROGRESS_RATE_MIN 100

/**
 * When to give up a transfer: `timeout_ms` after its last progress, or once it has taken longer
 * than `timeout_ms` plus the time that its bytes take at PROGRESS_RATE_MIN.
 */
int64_t progress_deadline(const struct progress *progress, int64_t timeout_ms);

#endif
