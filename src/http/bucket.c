/** The arithmetic of a bucket of tokens. */
#include "closedrop/http/bucket.h"

/* more than any line has, and longer than any debt: together they keep the sums from overflowing */
#define RATE_MAX 1000000000000
#define PASSED_MAX_MS 3600000
#define PORTIONS_A_SECOND 50
#define PORTION_MIN 1024
/** What is not used is kept for this part of a second, so that a late turn loses nothing. */
#define KEPT_PART 4

static int64_t at_least(int64_t value, int64_t least)
{
    return value > least ? value : least;
}

static int64_t at_most(int64_t value, int64_t most)
{
    return value < most ? value : most;
}

int64_t bucket_portion(const struct bucket *bucket)
{
    return at_least(bucket->rate / PORTIONS_A_SECOND, PORTION_MIN);
}

static void fill(struct bucket *bucket, int64_t now)
{
    int64_t most = 1000 * at_least(bucket->rate / KEPT_PART, 2 * bucket_portion(bucket));
    int64_t passed_ms = at_most(at_least(now - bucket->filled_ms, 0), PASSED_MAX_MS);
    bucket->thousandths = at_most(bucket->thousandths + bucket->rate * passed_ms, most);
    bucket->filled_ms = now;
}

void bucket_set_rate(struct bucket *bucket, int64_t rate, int64_t now)
{
    fill(bucket, now);
    bucket->rate = at_most(rate, RATE_MAX);
    if (!bucket->rate)
        bucket->thousandths = 0;
}

int64_t bucket_wait(struct bucket *bucket, int64_t now)
{
    if (!bucket->rate)
        return 0;
    fill(bucket, now);
    int64_t missing = 1000 * bucket_portion(bucket) - bucket->thousandths;
    return missing > 0 ? (missing + bucket->rate - 1) / bucket->rate : 0;
}

void bucket_take(struct bucket *bucket, int64_t bytes, int64_t now)
{
    if (!bucket->rate)
        return;
    fill(bucket, now);
    bucket->thousandths -= 1000 * bytes;
}
