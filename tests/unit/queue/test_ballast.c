/** The space that is reserved for a full disk; the test decides what the disk reports.
 */
#include "closedrop/base/array.h"
#include "closedrop/queue/ballast.h"

#include "closedrop/base/str.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#define MEBIBYTE (1024 * 1024)

static int64_t room; /* MiB, -1: it cannot be asked */
static int64_t disk_size = 1000;

int __wrap_statvfs(const char *path, struct statvfs *disk);
int __wrap_statvfs(const char *path, struct statvfs *disk)
{
    (void)path;
    if (room < 0)
        return -1;
    *disk = (struct statvfs){.f_frsize = MEBIBYTE,
        .f_blocks = (fsblkcnt_t)disk_size,
        .f_bfree = (fsblkcnt_t)room,
        .f_bavail = (fsblkcnt_t)room};
    return 0;
}

static char directory[SCRATCH_MAX];
static char path[sizeof(directory) + 10];

static int make_directory(void **state)
{
    (void)state;
    if (scratch_make(directory) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/ballast", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    return scratch_remove(directory);
}

static bool is_held(void)
{
    struct stat file;
    return stat(path, &file) == 0 && file.st_size >= MEBIBYTE && file.st_blocks > 0;
}

/** What each look at a disk finds, in order. The ballast's room, once it is given up, is free. */
struct looking {
    int64_t room;
    bool is_short;
    bool is_held;
};

static void look(int64_t size, const struct looking *looks, size_t count)
{
    struct ballast *ballast = ballast_new(directory);
    assert_non_null(ballast);
    disk_size = size;
    for (size_t i = 0; i < count; i++) {
        struct room found;
        room = looks[i].room;
        assert_int_equal(ballast_is_needed(ballast, &found), looks[i].is_short);
        assert_int_equal(is_held(), looks[i].is_held);
    }
    ballast_give_up(ballast);
    assert_false(is_held());
    ballast_free(ballast);
}

static void comes_and_goes_with_the_room(void **state)
{
    (void)state;
    static const struct looking looks[] = {
        {1000, false, true}, /* made at the first look */
        {20, false, true},
        {7, true, false}, /* given up */
        {0, true, false},
        {11, true, false}, /* what was given up shows as room: not yet enough */
        {12, false, true}, /* made again */
        {8, false, true},
        {-1, false, true},
    };
    look(1000, looks, COUNT(looks));
}

static void a_small_disk_needs_half_of_itself(void **state)
{
    (void)state;
    static const struct looking looks[] = {
        {13, false, true},
        {5, false, true},
        {4, true, false},
        {6, true, false},
        {7, false, true},
    };
    look(14, looks, COUNT(looks));
}

static void a_disk_that_does_not_tell_its_size_is_not_short(void **state)
{
    (void)state;
    static const struct looking looks[] = {{0, false, false}};
    look(0, looks, 1);
}

static void says_what_is_missing(void **state)
{
    (void)state;
    struct str out = STR_INIT(1000);
    struct room found;
    struct ballast *ballast = ballast_new(directory);
    disk_size = 1000;
    room = 2;
    assert_true(ballast_is_needed(ballast, &found));
    room_print(&found, "/var/q", &out);
    assert_string_equal(str_text(&out),
        "the disk that holds /var/q is nearly full: 2 MB are free, and closedrop needs 12 MB; "
        "free at least 10 MB");
    str_release(&out);
    ballast_free(ballast);
}

static void stays_for_the_next_start(void **state)
{
    (void)state;
    struct room found;
    disk_size = room = 1000;
    for (int start = 0; start < 2; start++) {
        struct ballast *ballast = ballast_new(directory);
        assert_false(ballast_is_needed(ballast, &found));
        ballast_free(ballast);
        assert_true(is_held());
    }
    ballast_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_and_goes_with_the_room),
        cmocka_unit_test(a_small_disk_needs_half_of_itself),
        cmocka_unit_test(a_disk_that_does_not_tell_its_size_is_not_short),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(stays_for_the_next_start),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
