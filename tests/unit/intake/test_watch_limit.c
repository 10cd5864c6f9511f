/* The kernel's limits on file events, and how far to raise them. */
#include "closedrop/base/array.h"
#include "closedrop/intake/watch_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

static void only_two_failures_come_from_a_limit(void **state)
{
    struct watch_limit limit;
    (void)state;
    assert_true(watch_limit_of(-ENOSPC, &limit));
    assert_string_equal(limit.what, "watches");
    assert_true(limit.value > 0);
    assert_string_equal(limit.sysctl,
        limit.is_of_namespace ? "user.max_inotify_watches" : "fs.inotify.max_user_watches");
    assert_true(watch_limit_of(-EMFILE, &limit));
    assert_true(limit.value > 0);
    assert_false(watch_limit_of(-ENOENT, &limit));
    assert_false(watch_limit_of(0, &limit));
}

static void raises_it_to_a_power_of_two(void **state)
{
    static const struct {
        int64_t value, missing, raised;
    } cases[] = {{128, 1, 256}, {8192, 1, 16384}, {8192, 4096, 16384}, {8192, 4097, 32768},
        {0, 1, 2}, {-1, 3, 8}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct watch_limit limit = {.value = cases[i].value};
        assert_int_equal(watch_limit_raised(&limit, cases[i].missing), cases[i].raised);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_two_failures_come_from_a_limit),
        cmocka_unit_test(raises_it_to_a_power_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
