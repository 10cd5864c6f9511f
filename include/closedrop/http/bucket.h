/**
 * A bandwidth limit: a token bucket, one token per byte, that fills at a constant rate. Pure: the
 * caller passes the times, in ms on the steady clock.
 */
#ifndef CLOSEDROP_HTTP_BUCKET_H
#define CLOSEDROP_HTTP_BUCKET_H

#include <stdint.h>

/** Initialise to all zeros: no limit. */
struct bucket {
    int64_t rate;        /* bytes per second; 0: no limit */
    int64_t thousandths; /* of bytes in the bucket; below 0: owed */
    int64_t filled_ms;
};

/** Change the rate from `now` on; what is in the bucket, or owed, stays. */
void bucket_set_rate(struct bucket *bucket, int64_t rate, int64_t now);

/** How many bytes may be sent at once: small enough for about 50 turns per second. */
int64_t bucket_portion(const struct bucket *bucket);

/** In how many ms the bucket has a portion; 0: now. */
int64_t bucket_wait(struct bucket *bucket, int64_t now);

/** Take the bytes that are sent, or were sent; negative for bytes that were not sent after all. */
void bucket_take(struct bucket *bucket, int64_t bytes, int64_t now);

#endif
