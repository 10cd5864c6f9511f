/** The room that is held back for a full disk; what the disk says of itself is the test's to say.
 */
#include "closedrop/queue/ballast.h"

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

int __wrap_statvfs(const char *path, struct statvfs *disk);
int __wrap_statvfs(const char *path, struct statvfs *disk)
{
    (void)path;
    if (room < 0)
        return -1;
    *disk = (struct statvfs){.f_frsize = MEBIBYTE, .f_bfree = room, .f_bavail = room};
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

/* what each look at the disk finds, in order */
static const struct {
    int64_t room;
    bool is_short;
    bool is_held;
} looks[] = {
    {1000, false, true}, /* made at the first look */
    {20, false, true},
    {7, true, false}, /* given up */
    {0, true, false},
    {11, true, false}, /* what was given up shows as room: not yet enough */
    {15, true, false},
    {16, false, true}, /* made again */
    {9, false, true},
    {-1, false, true},
};

static void comes_and_goes_with_the_room(void **state)
{
    (void)state;
    struct ballast *ballast = ballast_new(directory);
    assert_non_null(ballast);
    for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
        room = looks[i].room;
        assert_int_equal(ballast_is_needed(ballast), looks[i].is_short);
        assert_int_equal(is_held(), looks[i].is_held);
    }
    ballast_give_up(ballast);
    assert_false(is_held());
    ballast_free(ballast);
}

static void stays_for_the_next_start(void **state)
{
    (void)state;
    room = 1000;
    for (int start = 0; start < 2; start++) {
        struct ballast *ballast = ballast_new(directory);
        assert_false(ballast_is_needed(ballast));
        ballast_free(ballast);
        assert_true(is_held());
    }
    ballast_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_and_goes_with_the_room),
        cmocka_unit_test(stays_for_the_next_start),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
