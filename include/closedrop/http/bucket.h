/**
 * A bandwidth limit: a bucket that tokens, a byte each, flow into at an even rate. Pure: the time,
 * on the steady clock in ms, is the caller's.
 */
#ifndef CLOSEDROP_HTTP_BUCKET_H
#define CLOSEDROP_HTTP_BUCKET_H

#include <stdint.h>

/** Begin with all zero: no limit. */
struct bucket {
    int64_t rate;        /* bytes a second, 0: no limit */
    int64_t thousandths; /* of bytes that are there; below 0: owed */
    int64_t filled_ms;
};

/** Another rate, from `now` on; what is there or owed stays. */
void bucket_set_rate(struct bucket *bucket, int64_t rate, int64_t now);

/** How many bytes may go at once: some 50 times a second somebody has his turn. */
int64_t bucket_portion(const struct bucket *bucket);

/** In how many ms a portion is there; 0: now. */
int64_t bucket_wait(struct bucket *bucket, int64_t now);

/** Bytes that go, or have gone; those that did not go after all are negative. */
void bucket_take(struct bucket *bucket, int64_t bytes, int64_t now);

#endif
