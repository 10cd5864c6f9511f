/* A bandwidth limit holds over any stretch of time, whoever asks, and however late. */
#include "closedrop/base/array.h"
#include "closedrop/http/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START 123456

static struct bucket limited(int64_t rate)
{
    struct bucket bucket = {0};
    bucket_set_rate(&bucket, rate, START);
    return bucket;
}

/** Portions as soon as they are there, seen `late_ms` later, for `length_ms`; the bytes that went.
 */
static int64_t drain(struct bucket *bucket, int64_t late_ms, int64_t length_ms)
{
    int64_t bytes = 0;
    for (int64_t now = START; now < START + length_ms;) {
        int64_t wait = bucket_wait(bucket, now);
        if (wait) {
            now += wait + late_ms;
            continue;
        }
        bucket_take(bucket, bucket_portion(bucket), now);
        bytes += bucket_portion(bucket);
    }
    return bytes;
}

static const int64_t rates[] = {8192, 10007, 100000, 1000000, 12500000, 125000000, 1000000000};

static void holds_within_one_percent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rates); i++)
        for (int64_t late_ms = 0; late_ms <= 100; late_ms += 20) {
            struct bucket bucket = limited(rates[i]);
            int64_t bytes = drain(&bucket, late_ms, 60000);
            assert_in_range(bytes, rates[i] * 60 / 100 * 99, rates[i] * 60 / 100 * 101);
        }
}

static void gives_no_more_than_a_moment_after_a_rest(void **state)
{
    (void)state;
    struct bucket bucket = limited(1000000);
    int64_t bytes = 0, now = START + 3600000;
    while (bucket_wait(&bucket, now) == 0) {
        bucket_take(&bucket, bucket_portion(&bucket), now);
        bytes += bucket_portion(&bucket);
    }
    assert_in_range(bytes, 200000, 270000);
}

static void waits_for_what_is_owed(void **state)
{
    (void)state;
    struct bucket bucket = limited(100000);
    bucket_take(&bucket, 500000, START); /* headers, say, that nobody could hold back */
    assert_int_equal(bucket_wait(&bucket, START), 5020);
    assert_int_equal(bucket_wait(&bucket, START + 5000), 20);
    assert_int_equal(bucket_wait(&bucket, START + 5020), 0);
}

static void takes_back_what_did_not_go(void **state)
{
    (void)state;
    struct bucket bucket = limited(100000);
    bucket_take(&bucket, 10000, START);
    bucket_take(&bucket, -10000, START);
    assert_int_equal(bucket_wait(&bucket, START), 20);
}

static void another_rate_counts_from_now_on(void **state)
{
    (void)state;
    struct bucket bucket = limited(100000);
    bucket_take(&bucket, 100000, START);
    bucket_set_rate(&bucket, 1000000, START + 500);
    assert_int_equal(bucket_wait(&bucket, START + 500), 70); /* 50000 owed, 20000 to go */
}

static void without_a_limit_nothing_waits(void **state)
{
    (void)state;
    struct bucket bucket = limited(100000);
    bucket_take(&bucket, 1LL << 40, START);
    bucket_set_rate(&bucket, 0, START);
    assert_int_equal(bucket_wait(&bucket, START), 0);
    bucket_take(&bucket, 1LL << 40, START);
    bucket_set_rate(&bucket, 100000, START);
    assert_int_equal(bucket_wait(&bucket, START), 20);
}

static void odd_times_and_rates_do_no_harm(void **state)
{
    (void)state;
    struct bucket bucket = limited(INT64_MAX);
    bucket_take(&bucket, 1LL << 50, START);
    assert_true(bucket_wait(&bucket, START) > 0);
    assert_int_equal(bucket_wait(&bucket, START + 365LL * 86400000), 0);
    bucket = limited(1000000);
    int64_t wait = bucket_wait(&bucket, START);
    assert_int_equal(bucket_wait(&bucket, START - 5000), wait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_within_one_percent),
        cmocka_unit_test(gives_no_more_than_a_moment_after_a_rest),
        cmocka_unit_test(waits_for_what_is_owed),
        cmocka_unit_test(takes_back_what_did_not_go),
        cmocka_unit_test(another_rate_counts_from_now_on),
        cmocka_unit_test(without_a_limit_nothing_waits),
        cmocka_unit_test(odd_times_and_rates_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
