/* A check in a process of its own: what it finds arrives, however it ends. */
#include "doctor/apart_check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

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
    assert_int_equal(apart_check_run(&diagnosis, NULL, find_two, "scans"), 2);
    assert_string_equal(arrived, "first of scans: good\nsecond of scans: bad\n");
}

static void survives_a_crash(void **state)
{
    (void)state;
    arrived[0] = '\0';
    assert_int_equal(apart_check_run(&diagnosis, NULL, find_one_and_crash, "scans"), -ECHILD);
    assert_string_equal(arrived, "first of scans: good\n");
}

static void says_why_a_check_did_not_end(void **state)
{
    (void)state;
    assert_string_equal(apart_check_judge_failure("/srv", -ETIMEDOUT).message,
        "/srv does not answer (its file server or disk hangs)");
    assert_string_equal(
        apart_check_judge_failure("/srv", -ECHILD).message, "the examination of /srv crashed");
    assert_string_equal(apart_check_judge_failure("/srv", -EAGAIN).message,
        "/srv cannot be examined: Resource temporarily unavailable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_findings_on),
        cmocka_unit_test(survives_a_crash),
        cmocka_unit_test(says_why_a_check_did_not_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
