/** A file whose inspection crashes the program is known to the next process. A crash is an open
 * without an end. */
#include "closedrop/intake/crash_guard.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[SCRATCH_MAX];
static char path[sizeof(directory) + 10];

static int make_directory(void **state)
{
    (void)state;
    if (scratch_make(directory) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/looking", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    return scratch_remove(directory);
}

/** A life that looks at `file`; false: it would not. */
static bool live(const char *file, bool dies)
{
    struct crash_guard *guard = crash_guard_open(directory, NULL, true);
    assert_non_null(guard);
    bool looks = crash_guard_begin(guard, "scans", file);
    if (!looks || !dies)
        crash_guard_end(guard);
    crash_guard_close(guard);
    return looks;
}

static void is_not_looked_at_a_fourth_time(void **state)
{
    (void)state;
    for (int death = 0; death < 3; death++)
        assert_true(live("bad.pdf", true));
    assert_true(live("good.pdf", false));
    assert_false(live("bad.pdf", true));
    assert_true(live("bad.pdf", true)); /* a person has brought it back */
}

static void a_look_that_went_well_is_a_new_beginning(void **state)
{
    (void)state;
    for (int life = 0; life < 12; life++)
        assert_true(live("a.pdf", life % 3 != 2));
}

/** A life that reads a part of `file` first, and then looks at it; false: it would not look. */
static bool live_with_sample(const char *file, bool dies_of_sample, bool dies_of_look)
{
    struct crash_guard *guard = crash_guard_open(directory, NULL, true);
    assert_non_null(guard);
    bool is_read = crash_guard_begin_sample(guard, "scans", file);
    bool died = is_read && dies_of_sample;
    if (!died)
        crash_guard_end_sample(guard);
    bool looks = died || crash_guard_begin(guard, "scans", file);
    if (!died && !(looks && dies_of_look))
        crash_guard_end(guard);
    crash_guard_close(guard);
    return looks;
}

static void a_part_that_was_read_well_does_not_speak_for_the_whole(void **state)
{
    (void)state;
    for (int death = 0; death < 3; death++)
        assert_true(live_with_sample("bad.pdf", false, true));
    assert_false(live_with_sample("bad.pdf", false, true));
}

static void a_part_that_kills_counts_as_the_look_does(void **state)
{
    (void)state;
    for (int death = 0; death < 3; death++)
        assert_true(live_with_sample("bad.pdf", true, true));
    assert_false(live_with_sample("bad.pdf", true, true));
}

/** A life that looks at all of them, in that order, and dies of those called bad. */
static bool live_with(const char *const *files, size_t count)
{
    struct crash_guard *guard = crash_guard_open(directory, NULL, true);
    assert_non_null(guard);
    bool died = false;
    for (size_t i = 0; i < count && !died; i++) {
        died = crash_guard_begin(guard, "scans", files[i]) && strncmp(files[i], "bad", 3) == 0;
        if (!died)
            crash_guard_end(guard);
    }
    crash_guard_close(guard);
    return !died;
}

/* of the first one's refusal nobody hears, while the second one kills */
static void each_file_is_counted_by_itself(void **state)
{
    (void)state;
    static const char *const files[] = {"a.pdf", "bad-1.pdf", "b.pdf", "bad-2.pdf", "bad-3.pdf"};
    for (int death = 0; death < 9; death++)
        assert_false(live_with(files, 5));
    assert_true(live_with(files, 5));
    assert_true(live("bad-1.pdf", false)); /* brought back, and the program fixed */
    assert_true(live("a.pdf", true));
}

static void is_looked_at_when_brought_back_in_the_same_life(void **state)
{
    (void)state;
    for (int death = 0; death < 3; death++)
        assert_true(live("bad.pdf", true));
    struct crash_guard *guard = crash_guard_open(directory, NULL, true);
    assert_non_null(guard);
    assert_false(crash_guard_begin(guard, "scans", "bad.pdf"));
    crash_guard_end(guard);
    assert_true(crash_guard_begin(guard, "scans", "bad.pdf"));
    crash_guard_close(guard);
    assert_true(live("bad.pdf", true)); /* its second crash again */
}

/* more than can be told apart: the one with most crashes is not forgotten */
static void forgets_the_one_with_the_fewest_crashes(void **state)
{
    (void)state;
    char name[20];
    for (int death = 0; death < 3; death++)
        assert_true(live("bad.pdf", true));
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "%d.pdf", i);
        assert_true(live(name, true));
    }
    assert_false(live("bad.pdf", true));
}

static void believes_no_garbage(void **state)
{
    (void)state;
    assert_true(live("a.pdf", false));
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    char junk[4096];
    memset(junk, 'x', sizeof(junk));
    for (int i = 0; i < 3; i++)
        assert_int_equal(pwrite(fd, junk, sizeof(junk), i * (off_t)sizeof(junk)), sizeof(junk));
    close(fd);
    assert_true(live("a.pdf", true));
    assert_true(live("a.pdf", false));
}

static void does_nothing_where_nothing_can_be_kept(void **state)
{
    (void)state;
    struct crash_guard *guard = crash_guard_open("/nonexistent", NULL, true);
    assert_null(guard);
    assert_true(crash_guard_begin(guard, "scans", "a.pdf"));
    crash_guard_end(guard);
    crash_guard_close(guard);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(is_not_looked_at_a_fourth_time),
        IN_A_DIRECTORY(a_look_that_went_well_is_a_new_beginning),
        IN_A_DIRECTORY(a_part_that_was_read_well_does_not_speak_for_the_whole),
        IN_A_DIRECTORY(a_part_that_kills_counts_as_the_look_does),
        IN_A_DIRECTORY(each_file_is_counted_by_itself),
        IN_A_DIRECTORY(is_looked_at_when_brought_back_in_the_same_life),
        IN_A_DIRECTORY(forgets_the_one_with_the_fewest_crashes),
        IN_A_DIRECTORY(believes_no_garbage),
        IN_A_DIRECTORY(does_nothing_where_nothing_can_be_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
