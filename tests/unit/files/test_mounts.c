/* Which paths can hang, by mounts as the kernel lists them. */
#include "closedrop/files/mounts.h"

#include "scratch.h"

#include "closedrop/base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[SCRATCH_MAX];
static char mountinfo[16384];

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
    return strcmp(path, "/proc/self/mountinfo") == 0 ? fmemopen(mountinfo, strlen(mountinfo), "r")
                                                     : __real_fopen(path, mode);
}

static int make_directory(void **state)
{
    (void)state;
    return scratch_make(directory) < 0 ? -1 : chdir(directory);
}

static int remove_directory(void **state)
{
    (void)state;
    return scratch_remove(directory);
}

static void is_as_its_file_system(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool may_hang;
        unsigned minor_number;
    } paths[] = {
        {"/", false, 0},
        {"/srv/scans", false, 0},
        {"/mnt/nas", true, 40},
        {"/mnt/nas/a/b", true, 40},
        {"/mnt//./nas/", true, 40},
        {"/mnt/x/../nas", true, 40},
        {"/mnt/nas2", false, 0},
        {"/mnt", false, 0},
        {"/mnt/two words", true, 41},
        {"/mnt/ssh", true, 42},
        {"/mnt/covered", false, 0},   /* a local one is mounted over it */
        {"/mnt/nas/local", true, 40}, /* the way leads through the share */
        {"/mnt/auto/any", true, 45},
    };
    snprintf(mountinfo, sizeof(mountinfo),
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "30 22 0:40 / /mnt/nas rw,relatime shared:2 - nfs4 nas:/export rw\n"
        "31 22 0:41 / /mnt/two\\040words rw - cifs //nas/x rw\n"
        "32 22 0:42 / /mnt/ssh rw - fuse.sshfs a:/ rw\n"
        "33 22 0:43 / /mnt/covered rw - nfs a:/ rw\n"
        "34 33 8:2 / /mnt/covered rw - xfs /dev/sdb rw\n"
        "35 30 8:3 / /mnt/nas/local rw - ext4 /dev/sdc rw\n"
        "36 22 0:45 / /mnt/auto rw - autofs systemd-1 rw\n"
        "no line of it\n");
    struct mounts *mounts = mounts_new();
    for (size_t i = 0; i < COUNT(paths); i++) {
        dev_t device = 0;
        assert_int_equal(mounts_may_hang(mounts, paths[i].path, &device), paths[i].may_hang);
        assert_int_equal(device, makedev(0, paths[i].minor_number));
    }
    mounts_free(mounts);
}

static void links_are_followed_up_to_it(void **state)
{
    (void)state;
    dev_t device;
    char path[2 * SCRATCH_MAX];
    snprintf(
        mountinfo, sizeof(mountinfo), "30 22 0:40 / %s/nas rw - nfs4 nas:/export rw\n", directory);
    assert_int_equal(mkdir("nas", 0700), 0);
    assert_int_equal(symlink("nas/scans", "relative"), 0);
    snprintf(path, sizeof(path), "%s/nas", directory);
    assert_int_equal(symlink(path, "absolute"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    struct mounts *mounts = mounts_new();
    snprintf(path, sizeof(path), "%s/relative", directory);
    assert_true(mounts_may_hang(mounts, path, &device));
    snprintf(path, sizeof(path), "%s/absolute/below", directory);
    assert_true(mounts_may_hang(mounts, path, &device));
    snprintf(path, sizeof(path), "%s/loop/below", directory);
    assert_false(mounts_may_hang(mounts, path, &device));
    mounts_free(mounts);
    assert_false(mounts_may_hang(NULL, path, &device));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_as_its_file_system),
        cmocka_unit_test_setup_teardown(
            links_are_followed_up_to_it, make_directory, remove_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
