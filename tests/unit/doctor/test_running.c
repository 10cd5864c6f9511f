/* What is said about the agent that is running. */
#include "closedrop/base/array.h"
#include "doctor/running.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void finds_the_unit(void **state)
{
    static const struct {
        const char *cgroup, *unit;
    } cases[] = {
        {"0::/system.slice/closedrop.service\n", "closedrop.service"},
        {"0::/system.slice/system-closedrop.slice/closedrop@a.service\n", "closedrop@a.service"},
        {"12:pids:/x\n1:name=systemd:/system.slice/closedrop.service\n", "closedrop.service"},
        {"0::/system.slice/docker.service/closedrop.service/main\n", "closedrop.service"},
        {"0::/user.slice/user-0.slice/session-1.scope\n", ""},
        {"0::/user.slice/user-0.slice/user@0.service\n", ""},
        {"0::/a.services\n", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char unit[UNIT_MAX];
        running_unit(cases[i].cgroup, unit);
        assert_string_equal(unit, cases[i].unit);
    }
}

static struct running good(void)
{
    return (struct running){.pid = 17,
        .version = "1.2.3",
        .since = "2026-11-22 10:00:00",
        .unit = "closedrop.service",
        .file = "/etc/closedrop/closedrop.conf",
        .digest = "abc",
        .expected_file = "/etc/closedrop/closedrop.conf",
        .expected_digest = "abc"};
}

static void knows_an_older_program(void **state)
{
    struct running running = good();
    (void)state;
    struct finding finding = running_judge_version(&running, "1.2.3");
    assert_int_equal(finding.result, FINDING_OK);
    assert_string_equal(finding.message,
        "closedrop 1.2.3 is running since 2026-11-22 10:00:00, as process 17 of "
        "closedrop.service");
    assert_string_equal(finding.remedy, "");

    finding = running_judge_version(&running, "1.3.0");
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(
        finding.message, "closedrop 1.2.3 is running, but closedrop 1.3.0 is installed");
    assert_string_equal(finding.remedy, "systemctl restart closedrop.service");

    running.is_replaced = true;
    running.unit[0] = '\0';
    finding = running_judge_version(&running, "1.2.3");
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(finding.remedy, "kill 17, and start it again");
}

static void knows_an_older_configuration(void **state)
{
    struct running running = good();
    (void)state;
    assert_int_equal(running_judge_configuration(&running).result, FINDING_OK);

    running.expected_digest = "";
    assert_int_equal(running_judge_configuration(&running).result, FINDING_OK);

    running.expected_digest = "def";
    struct finding finding = running_judge_configuration(&running);
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(finding.message, "an older configuration is in use: "
                                         "/etc/closedrop/closedrop.conf was changed after "
                                         "closedrop read it");
    assert_string_equal(finding.remedy, "systemctl reload closedrop.service");

    running.not_reloaded = "closedrop.conf:3: settle: not a duration\nclosedrop.conf:4: ...";
    finding = running_judge_configuration(&running);
    assert_int_equal(finding.result, FINDING_WRONG);
    assert_non_null(strstr(finding.message, "closedrop.conf:3: settle: not a duration"));
    assert_null(strstr(finding.message, "closedrop.conf:4"));

    running.unit[0] = '\0';
    assert_string_equal(running_judge_configuration(&running).remedy,
        "correct it (closedrop check), then kill -HUP 17");

    running.file = "/home/anna/closedrop.conf";
    finding = running_judge_configuration(&running);
    assert_int_equal(finding.result, FINDING_WARNING);
    assert_string_equal(finding.remedy, "closedrop doctor -c /home/anna/closedrop.conf");
}

static void knows_whether_it_may_take_leases(void **state)
{
    (void)state;
    assert_true(running_has_leases("Name:\tclosedrop\nCapEff:\t0000000010000000\n"));
    assert_true(running_has_leases("Name:\tclosedrop\nCapEff:\t000001ffffffffff\n"));
    assert_false(running_has_leases("Name:\tclosedrop\nCapEff:\t0000000000000000\n"));
    assert_false(running_has_leases("Name:\tclosedrop\nCapEff:\t000001ffefffffff\n"));
    assert_true(running_has_leases("")); /* it may not be ours to look at */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_unit),
        cmocka_unit_test(knows_whether_it_may_take_leases),
        cmocka_unit_test(knows_an_older_program),
        cmocka_unit_test(knows_an_older_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
