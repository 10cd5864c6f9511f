/* A program that the agent runs, whatever it does. */
#include "alerts/child.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ENDLESS 100000 /* in turns of a millisecond */

static char path[] = "PATH=/usr/bin:/bin";
static char *const environment[] = {path, NULL};

static void start(struct child *child, const char *script)
{
    char shell[] = "/bin/sh", option[] = "-c", text[200];
    snprintf(text, sizeof(text), "%s", script);
    char *const argv[] = {shell, option, text, NULL};
    assert_int_equal(child_start(child, argv, environment, "an event\n", 9), 0);
}

static void wait_for(struct child *child, int64_t now, const char *wanted)
{
    char why[CHILD_WHY] = "?";
    int turns = 0;
    while (!child_has_ended(child, now, why) && turns++ < ENDLESS)
        usleep(1000);
    assert_string_equal(why, wanted);
}

static void ends_are_told_apart(void **state)
{
    static const struct {
        const char *script, *why, *output;
    } rows[] = {
        {"cat", "", "an event\n"},
        {"cat >&2", "", "an event\n"},
        {"true", "", ""},
        {"echo no; exit 3", "ended with exit status 3", "no\n"},
        {"kill -TERM $$", "was killed by signal 15 (Terminated)", ""},
        {"ls /proc/self/fd | wc -l", "", "4\n"},
        {"pwd; env | grep -c =", "", "/\n2\n"}, /* PWD is the shell's */
        {"head -c 3000 /dev/zero | tr '\\0' x; echo end", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct child child;
        start(&child, rows[i].script);
        wait_for(&child, 0, rows[i].why);
        if (rows[i].output)
            assert_string_equal(child.output, rows[i].output);
        else
            assert_true(child.kept == CHILD_OUTPUT_KEPT &&
                        strcmp(child.output + child.kept - 4, "end\n") == 0);
    }
}

static void what_cannot_be_started_is_said(void **state)
{
    struct child child;
    char nothing[] = "/nonexistent", etc[] = "/etc";
    char *const missing[] = {nothing, NULL}, *const directory[] = {etc, NULL};
    (void)state;
    assert_int_equal(child_start(&child, missing, environment, "", 0), -ENOENT);
    assert_int_equal(child_start(&child, directory, environment, "", 0), -EACCES);
}

/* also where it ignores all signals, and where others of its session hold its output open */
static void it_is_killed_with_all_that_it_started(void **state)
{
    struct child child;
    (void)state;
    start(&child, "trap '' TERM INT HUP; sleep 1000 & echo $!; while :; do sleep 1; done");
    char why[CHILD_WHY];
    while (!child.kept)
        assert_false(child_has_ended(&child, 0, why));
    pid_t other = (pid_t)strtol(child.output, NULL, 10);
    wait_for(&child, child.end_ms, "did not end in time and was killed");
    for (int turns = 0; kill(other, 0) == 0 && turns < ENDLESS; turns++)
        usleep(1000); /* whoever inherits it reaps it */
    assert_int_equal(kill(other, 0), -1);
}

static void one_that_ends_takes_its_own_with_it(void **state)
{
    struct child child;
    (void)state;
    start(&child, "sleep 1000 & echo $!");
    wait_for(&child, 0, "");
    pid_t other = (pid_t)strtol(child.output, NULL, 10);
    for (int turns = 0; kill(other, 0) == 0 && turns < ENDLESS; turns++)
        usleep(1000);
    assert_int_equal(kill(other, 0), -1);
}

static void a_flood_is_ended(void **state)
{
    struct child child;
    (void)state;
    start(&child, "exec yes");
    wait_for(&child, 0, "wrote more than 1024 KB and was killed");
}

static void it_can_be_stopped(void **state)
{
    struct child child;
    (void)state;
    start(&child, "exec sleep 1000");
    pid_t pid = child.pid;
    child_stop(&child);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_told_apart),
        cmocka_unit_test(what_cannot_be_started_is_said),
        cmocka_unit_test(it_is_killed_with_all_that_it_started),
        cmocka_unit_test(one_that_ends_takes_its_own_with_it),
        cmocka_unit_test(a_flood_is_ended),
        cmocka_unit_test(it_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
