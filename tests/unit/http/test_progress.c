/* When a transfer is given up: it stalls, or it drips. */
#include "closedrop/base/array.h"
#include "closedrop/http/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *name;
    struct progress progress;
    int64_t timeout, deadline;
} deadlines[] = {
    {"nothing moved yet", {1000, 1000, 0}, 60000, 61000},
    {"moved just now", {1000, 31000, 1 << 20}, 60000, 91000},
    {"moves for hours", {0, 7200000, 1 << 30}, 60000, 7260000},
    {"100 bytes a second are enough", {0, 600000, 60000}, 60000, 660000},
    {"one byte a second is not", {0, 60000, 60}, 60000, 60600},
    {"all at once, then silence", {0, 1000, 1 << 20}, 60000, 61000},
    {"the largest file", {0, 1000, 5LL << 30}, 100, 1100},
};

static void gives_up_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(deadlines); i++) {
        int64_t deadline = progress_deadline(&deadlines[i].progress, deadlines[i].timeout);
        if (deadline != deadlines[i].deadline)
            fail_msg("%s: %lld, not %lld", deadlines[i].name, (long long)deadline,
                (long long)deadlines[i].deadline);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_up_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
