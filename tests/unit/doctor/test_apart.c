/* A check in a process of its own: what it finds arrives, however it ends. */
#include "closedrop/base/clock.h"
#include "doctor/apart.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/** Any process has ended by the time somebody asks: one that hangs can be killed here. */
pid_t __real_waitpid(pid_t pid, int *how, int options);
pid_t __wrap_waitpid(pid_t pid, int *how, int options);
pid_t __wrap_waitpid(pid_t pid, int *how, int options)
{
    return __real_waitpid(pid, how, options & ~WNOHANG);
}

/** A clock on which much time passes between any two looks at it. */
static int64_t fast_clock(void)
{
    static int64_t now_ms;
    return now_ms += 2 * APART_MAX_MS;
}

static char arrived[4096];

static void take(void *context, const struct finding *finding)
{
    size_t length = strlen(arrived);
    (void)context;
    snprintf(arrived + length, sizeof(arrived) - length, "%s of %s: %.99s\n", finding->check,
        finding->folder, finding->message);
}

static const struct diagnosis diagnosis = {.report = take};

static void find_two(const struct diagnosis *own, const void *subject)
{
    diagnosis_add(own, "first", subject, finding_ok("good"));
    diagnosis_add(own, "second", subject, finding_wrong("bad"));
}

static void find_one_and_crash(const struct diagnosis *own, const void *subject)
{
    diagnosis_add(own, "first", subject, finding_ok("good"));
    (void)raise(SIGKILL);
}

static void passes_findings_on(void **state)
{
    (void)state;
    arrived[0] = '\0';
    assert_int_equal(apart_run(&diagnosis, find_two, "scans"), 2);
    assert_string_equal(arrived, "first of scans: good\nsecond of scans: bad\n");
}

static void survives_a_crash(void **state)
{
    (void)state;
    arrived[0] = '\0';
    assert_int_equal(apart_run(&diagnosis, find_one_and_crash, "scans"), -ECHILD);
    assert_string_equal(arrived, "first of scans: good\n");
}

static void hang(const struct diagnosis *own, const void *subject)
{
    (void)own;
    (void)subject;
    for (;;)
        (void)pause();
}

static void gives_up_a_check_that_hangs(void **state)
{
    static const struct clock_source fast = {fast_clock, fast_clock};
    const struct clock_source *machine = clock_source;
    (void)state;
    clock_source = &fast;
    assert_int_equal(apart_run(&diagnosis, hang, NULL), -ETIMEDOUT);
    clock_source = machine;
}

static void says_why_a_check_did_not_end(void **state)
{
    (void)state;
    assert_string_equal(
        apart_judge_failure("/srv", -ETIMEDOUT).message, "/srv does not respond within 15 s");
    assert_string_equal(apart_judge_failure("/srv", -ECHILD).message, "the check of /srv crashed");
    assert_string_equal(apart_judge_failure("/srv", -EAGAIN).message,
        "/srv cannot be checked: Resource temporarily unavailable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_findings_on),
        cmocka_unit_test(survives_a_crash),
        cmocka_unit_test(gives_up_a_check_that_hangs),
        cmocka_unit_test(says_why_a_check_did_not_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
