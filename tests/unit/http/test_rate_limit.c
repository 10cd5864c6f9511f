/* How long a reply makes us wait, and what it leaves, header by header. */
#include "closedrop/base/array.h"
#include "closedrop/http/rate_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY (24LL * 3600 * 1000)

/* Sun, 22 Nov 2026 10:00:00 GMT */
#define NOW 1795341600000

static const struct {
    const char *name;
    int status;
    const char *rate_limit, *retry_after;
    int64_t wait;
} waits[] = {
    {"nothing told", 200, NULL, NULL, 0},
    {"plenty left", 200, "limit=100, remaining=50, reset=5", NULL, 0},
    {"none left", 200, "limit=100, remaining=0, reset=5", NULL, 5000},
    {"none left, decimal", 200, "limit=100, remaining=0, reset=5.2", NULL, 5200},
    {"none left, for less than a second", 200, "limit=100, remaining=0, reset=0.2", NULL, 200},
    {"none left, for a part of a ms", 200, "limit=100, remaining=0, reset=0.0001", NULL, 1},
    {"none left, parameters", 200, "limit=100;w=1, remaining=0;w=1, reset=0.25;w=1", NULL, 250},
    {"none left, but over", 200, "limit=100, remaining=0, reset=0", NULL, 0},
    {"none left, no reset", 200, "limit=100, remaining=0", NULL, 0},
    {"no spaces", 200, "limit=100,remaining=0,reset=7", NULL, 7000},
    {"semicolons", 200, "limit=100;remaining=0;reset=7", NULL, 7000},
    {"another order", 200, "reset=7, remaining=0, limit=9", NULL, 7000},
    {"Retry-After of a good answer", 200, NULL, "30", 0},
    {"none left on an error", 400, "limit=1, remaining=0, reset=3", NULL, 3000},
    {"429 bare", 429, NULL, NULL, 1000},
    {"429 by reset", 429, "limit=100, remaining=0, reset=12.5", NULL, 12500},
    {"429 by a reset below a second", 429, "limit=100, remaining=0, reset=0.2", "1", 200},
    {"429 by reset though some remain", 429, "limit=100, remaining=3, reset=4", NULL, 4000},
    {"429, reset before Retry-After", 429, "limit=1, remaining=0, reset=2.25", "3", 2250},
    {"429, reset zero", 429, "limit=1, remaining=0, reset=0", NULL, 1000},
    {"429 by Retry-After", 429, NULL, "17", 17000},
    {"429 by date", 429, NULL, "Sun, 22 Nov 2026 10:01:30 GMT", 90000},
    {"429 by a date that is past", 429, NULL, "Sun, 22 Nov 2026 09:00:00 GMT", 1000},
    {"429, junk in RateLimit", 429, "soon", "9", 9000},
    {"429, junk in reset", 429, "limit=1, remaining=0, reset=soon", "9", 9000},
    {"429, negative reset", 429, "limit=1, remaining=0, reset=-5", "9", 9000},
    {"429, another name's reset", 429, "xreset=50", "9", 9000},
    {"429, a longer name's reset", 429, "resets=50, reset=4", NULL, 4000},
    {"429, empty", 429, "", "", 1000},
    {"429, junk in both", 429, "x", "in a while", 1000},
    {"429, negative seconds", 429, NULL, "-5", 1000},
    {"429, nan", 429, "reset=nan, remaining=0", "nan", 1000},
    {"429, a year", 429, NULL, "31536000", DAY},
    {"429, reset of a year", 429, "remaining=0, reset=31536000", NULL, DAY},
    {"429, beyond numbers", 429, NULL, "1e999", DAY},
    {"429, a date in a year", 429, NULL, "Mon, 22 Nov 2027 10:00:00 GMT", DAY},
    {"429, ten years", 429, NULL, "315360000", DAY},
    {"429, a date in ten years", 429, NULL, "Wed, 22 Nov 2036 10:00:00 GMT", DAY},
    {"429, a date of 1970", 429, NULL, "Thu, 01 Jan 1970 00:00:00 GMT", 1000},
    {"429, half a date", 429, NULL, "Sun, 22 Nov", 1000},
    {"429, zero", 429, NULL, "0", 1000},
    {"429, minus ten years", 429, NULL, "-315360000", 1000},
    {"429, infinite", 429, NULL, "inf", DAY},
    {"429, seconds and more", 429, NULL, "7 or so", 7000},
    {"503, ten years", 503, NULL, "315360000", DAY},
    {"503, negative", 503, NULL, "-5", 1000},
    {"503, junk", 503, NULL, "soon", 0},
    {"503, a date", 503, NULL, "Sun, 22 Nov 2026 10:00:20 GMT", 20000},
    {"503 with Retry-After", 503, NULL, "5", 5000},
    {"503 bare", 503, NULL, NULL, 0},
};

static void waits_as_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        int64_t wait =
            rate_limit_wait(waits[i].status, waits[i].rate_limit, waits[i].retry_after, NOW);
        if (wait != waits[i].wait)
            fail_msg(
                "%s: %lld ms, not %lld", waits[i].name, (long long)wait, (long long)waits[i].wait);
    }
}

static const struct {
    const char *name;
    int status;
    const char *rate_limit, *retry_after;
    bool is_told;
    struct allowance told;
} allowances[] = {
    {"nothing told", 200, NULL, NULL, false, {0}},
    {"junk", 200, "soon", NULL, false, {0}},
    {"no remaining", 200, "limit=100, reset=5", NULL, false, {0}},
    {"no reset", 200, "limit=100, remaining=5", NULL, false, {0}},
    {"all of it", 200, "limit=100, remaining=50, reset=5.25", NULL, true, {100, 50, 5250, 0}},
    {"no limit", 200, "remaining=50, reset=5", NULL, true, {0, 50, 5000, 0}},
    {"parts", 200, "limit=2.5, remaining=1.5, reset=0.0001", NULL, true, {2, 1, 1, 0}},
    {"none left", 201, "limit=100, remaining=0, reset=0.2", NULL, true, {100, 0, 200, 0}},
    {"none left, but over", 200, "limit=100, remaining=0, reset=0", NULL, true, {100, 0, 0, 0}},
    {"more than can be", 200, "limit=1e300, remaining=inf, reset=1e300", NULL, true,
        {1000000000, 1000000000, DAY, 0}},
    {"Retry-After of a good answer", 200, NULL, "30", false, {0}},
    {"429", 429, "limit=20, remaining=0, reset=0.2", "1", true, {20, 0, 200, 200}},
    {"429, Retry-After", 429, NULL, "17", true, {0, 0, 0, 17000}},
    {"503", 503, "limit=20, remaining=9, reset=0.2", NULL, true, {20, 9, 200, 0}},
    {"503, Retry-After", 503, "limit=20, remaining=9, reset=0.2", "2", true, {20, 9, 200, 2000}},
    {"503 bare", 503, NULL, NULL, false, {0}},
};

static void reads_what_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(allowances); i++) {
        struct allowance told = {0};
        bool is_told = rate_limit_read(
            allowances[i].status, allowances[i].rate_limit, allowances[i].retry_after, NOW, &told);
        const struct allowance *expected = &allowances[i].told;
        if (is_told != allowances[i].is_told || told.limit != expected->limit ||
            told.remaining != expected->remaining || told.reset_ms != expected->reset_ms ||
            told.wait_ms != expected->wait_ms)
            fail_msg("%s: limit %lld, remaining %lld, reset %lld, wait %lld", allowances[i].name,
                (long long)told.limit, (long long)told.remaining, (long long)told.reset_ms,
                (long long)told.wait_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_as_told),
        cmocka_unit_test(reads_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
