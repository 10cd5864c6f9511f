/* The door to libinotifytools: what is watched twice costs nothing. */
#include "closedrop/files/destination.h"
#include "closedrop/intake/events.h"

#include "scratch.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
size_t __sanitizer_get_current_allocated_bytes(void);
#define bytes_in_use() __sanitizer_get_current_allocated_bytes()
#else
#define bytes_in_use() mallinfo2().uordblks
#endif

#define RENAMES 2000
#define GROWTH_MAX 16384 /* eight bytes a rename: room for what is allocated once */

static char top[SCRATCH_MAX];

static void name_of(char path[SCRATCH_MAX + 16], int number)
{
    snprintf(path, SCRATCH_MAX + 16, "%s/%d", top, number);
}

static int make_top(void **state)
{
    (void)state;
    return scratch_make(top) == 0 && events_open() >= 0 ? 0 : -1;
}

static int remove_top(void **state)
{
    (void)state;
    events_close();
    return scratch_remove(top);
}

/** The directory `from` is called `to`: take what events report about it, and watch it by that
 * name. */
static void rename_and_watch(int from, int to, bool *ret_lost)
{
    char old[SCRATCH_MAX + 16], new[SCRATCH_MAX + 16];
    struct event event;
    name_of(old, from);
    name_of(new, to);
    assert_int_equal(rename(old, new), 0);
    *ret_lost = false;
    while (events_next(&event))
        *ret_lost |= event.kind == EVENT_LOST;
    assert_int_equal(events_watch(new), 0);
}

static void a_directory_that_is_renamed_and_watched_again_costs_no_memory(void **state)
{
    char path[SCRATCH_MAX + 16];
    bool lost;
    (void)state;
    name_of(path, 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(events_watch(top), 0);
    assert_int_equal(events_watch(path), 0);
    size_t before = bytes_in_use();
    for (int i = 0; i < RENAMES; i++) {
        rename_and_watch(i, i + 1, &lost);
        assert_true(lost); /* everything is restarted soon: only then it has its new name */
        if (i % 100 == 99) {
            assert_true(events_restart() >= 0);
            name_of(path, i + 1);
            assert_int_equal(events_watch(top), 0);
            assert_int_equal(events_watch(path), 0);
        }
    }
    size_t after = bytes_in_use();
    print_message("%d renames: %zd bytes more in use, %.1f each\n", RENAMES,
        (ssize_t)(after - before), ((double)after - (double)before) / RENAMES);
    assert_true(after < before + GROWTH_MAX);
}

/* or else the archive of one folder, when it is made, would have all folders watched again */
static void a_directory_that_we_make_loses_nothing(void **state)
{
    char path[SCRATCH_MAX + 16], archive[SCRATCH_MAX + 16];
    struct event event;
    bool is_seen = false;
    (void)state;
    snprintf(path, sizeof(path), "%s/%s", top, DESTINATION_NEW);
    snprintf(archive, sizeof(archive), "%s/Uploaded", top);
    assert_int_equal(events_watch(top), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(rename(path, archive), 0);
    while (events_next(&event)) {
        assert_int_not_equal(event.kind, EVENT_LOST);
        is_seen |= event.kind == EVENT_DIRECTORY && strcmp(event.name, "Uploaded") == 0;
    }
    assert_true(is_seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_directory_that_is_renamed_and_watched_again_costs_no_memory, make_top, remove_top),
        cmocka_unit_test_setup_teardown(
            a_directory_that_we_make_loses_nothing, make_top, remove_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
