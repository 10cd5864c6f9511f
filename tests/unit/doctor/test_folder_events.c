/* What is said about the events and leases of a folder. */
#include "closedrop/base/array.h"
#include "doctor/folder_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

static const struct watch_limit limit = {
    .what = "watches", .sysctl = "fs.inotify.max_user_watches", .value = 8192};

static void says_how_files_are_noticed(void **state)
{
    const struct {
        struct event_facts facts;
        enum finding_result result;
        const char *message, *remedy;
    } cases[] = {
        {{.tells_all = true, .has_probe = true, .arrived_ms = 3}, FINDING_OK,
            "the event for a new file arrived after 3 ms", ""},
        {{.tells_all = true}, FINDING_OK, "it can be watched", ""},
        {{.tells_all = true, .has_probe = true, .arrived_ms = -1}, FINDING_WRONG,
            "no event arrived within 2 s of creating a file in it",
            "set watch = \"poll\" for this folder"},
        {{.mode = WATCH_POLL, .poll_ms = 10000, .tells_all = true}, FINDING_OK,
            "the folder is polled every 10 s, because watch = \"poll\" is set", ""},
        {{.poll_ms = 90000}, FINDING_OK,
            "the folder is polled every 1 min 30 s, because its file system does not report what "
            "other machines change",
            ""},
        {{.mode = WATCH_INOTIFY, .has_probe = true}, FINDING_WARNING,
            "watch = \"inotify\" is set, but this file system does not report what other machines "
            "change",
            "set watch = \"auto\" for this folder"},
        {{.tells_all = true, .error = -ENOSPC, .limit = limit, .arrived_ms = -1}, FINDING_WARNING,
            "the limit of 8192 watches is reached, and what is not watched by now is polled",
            "sysctl -w fs.inotify.max_user_watches=16384; to keep it: echo "
            "'fs.inotify.max_user_watches=16384' >/etc/sysctl.d/60-closedrop.conf"},
        {{.tells_all = true, .poll_ms = 2000, .error = -ENOSYS}, FINDING_WARNING,
            "the folder is polled every 2 s, because it cannot be watched: Function not "
            "implemented",
            "if that is intended, set watch = \"poll\" for this folder"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct finding finding = folder_events_judge(&cases[i].facts);
        assert_string_equal(finding.message, cases[i].message);
        assert_string_equal(finding.remedy, cases[i].remedy);
        assert_int_equal(finding.result, cases[i].result);
    }
}

static void says_how_writers_are_noticed(void **state)
{
    static const struct {
        enum lease lease;
        bool has_marker;
        enum finding_result result;
        const char *message, *remedy;
    } cases[] = {
        {LEASE_HELD, false, FINDING_OK,
            "closedrop can see whether a file is still open for writing", ""},
        {LEASE_REFUSED, false, FINDING_WARNING, "another program opens every new file for writing",
            "exclude the folder from virus scanners and indexers"},
        {LEASE_IMPOSSIBLE, false, FINDING_WARNING,
            "this file system has no leases, so closedrop cannot see whether a file is still open "
            "for writing",
            "if files arrive slowly or with pauses, raise settle above the longest pause, or set a "
            "marker for this folder"},
        {LEASE_IMPOSSIBLE, true, FINDING_OK,
            "this file system has no leases, so closedrop cannot see whether a file is still open "
            "for writing; the marker says when it is finished",
            ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct finding finding =
            folder_events_judge_lease(cases[i].lease, cases[i].has_marker);
        assert_string_equal(finding.message, cases[i].message);
        assert_string_equal(finding.remedy, cases[i].remedy);
        assert_int_equal(finding.result, cases[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_how_files_are_noticed),
        cmocka_unit_test(says_how_writers_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
