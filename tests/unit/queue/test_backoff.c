/* The wait before a retry: within its bounds for every attempt and every draw. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/queue/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

FAILING_CALL(
    ssize_t, getrandom, -1, (void *bytes, size_t length, unsigned flags), (bytes, length, flags))

static const struct {
    const char *name;
    int64_t first, most;
} settings[] = {
    {"defaults", 1000, 3600000},
    {"first is most", 5000, 5000},
    {"a week", 3600000, 604800000},
    {"quick, for a test", 20, 100},
    {"the shortest", 1, 1},
};

static const double chances[] = {0, 0.001, 0.25, 0.5, 0.75, 0.999999999};

static int64_t ceiling(int attempt, int64_t first, int64_t most)
{
    double wide = (double)first;
    for (int i = 1; i < attempt && wide < (double)most; i++)
        wide *= 2;
    return wide < (double)most ? (int64_t)wide : most;
}

static void stays_within_its_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(settings); i++)
        for (int attempt = 1; attempt <= 1000; attempt++)
            for (size_t c = 0; c < COUNT(chances); c++) {
                int64_t first = settings[i].first, most = settings[i].most;
                int64_t delay = backoff_delay(attempt, first, most, chances[c]);
                if (delay <= 0 || delay < first / 4 || delay > ceiling(attempt, first, most))
                    fail_msg("%s, attempt %d, chance %g: %lld ms", settings[i].name, attempt,
                        chances[c], (long long)delay);
            }
}

static void uses_the_whole_width(void **state)
{
    (void)state;
    assert_int_equal(backoff_delay(1, 1000, 3600000, 0), 250);
    assert_int_equal(backoff_delay(5, 1000, 3600000, 0), 250);
    assert_true(backoff_delay(5, 1000, 3600000, 0.999999) > 15990);
    assert_true(backoff_delay(50, 1000, 3600000, 0.999999) > 3599000);
    assert_in_range(backoff_delay(3, 1000, 3600000, 0.5), 2000, 2200);
}

static void grows_with_the_chance(void **state)
{
    (void)state;
    for (size_t c = 1; c < COUNT(chances); c++)
        assert_true(backoff_delay(8, 1000, 3600000, chances[c - 1]) <
                    backoff_delay(8, 1000, 3600000, chances[c]));
}

static void draws_between_nought_and_one(void **state)
{
    (void)state;
    double least = 1, most = 0;
    for (int i = 0; i < 1000; i++) {
        double chance = backoff_chance();
        assert_true(chance >= 0 && chance < 1);
        least = chance < least ? chance : least;
        most = chance > most ? chance : most;
    }
    assert_true(least < 0.1 && most > 0.9);
}

/* early after a boot there may be no chance to draw: a wait is a wait all the same */
static void waits_as_usual_where_nothing_can_be_drawn(void **state)
{
    (void)state;
    calls_left = 0;
    assert_in_range((int)(backoff_chance() * 1000), 499, 500);
    calls_left = NEVER;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_within_its_bounds),
        cmocka_unit_test(uses_the_whole_width),
        cmocka_unit_test(grows_with_the_chance),
        cmocka_unit_test(draws_between_nought_and_one),
        cmocka_unit_test(waits_as_usual_where_nothing_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
