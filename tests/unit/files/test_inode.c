/* A directory is known by device and inode, however the path to it is spelled. */
#include "closedrop/base/array.h"
#include "closedrop/files/inode.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char top[SCRATCH_MAX];

/** Under `top`: drop/sub/file, other/, alias -> drop, deep -> drop/sub, out.csv -> drop/sub/file.
 */
static int make_tree(void **state)
{
    (void)state;
    char command[512];
    if (scratch_make(top) < 0)
        return -1;
    snprintf(command, sizeof(command),
        "cd %s && mkdir -p drop/sub other drop2 && : >drop/sub/file && ln -s drop alias && "
        "ln -s drop/sub deep && ln -s drop/sub/file out.csv && ln -s ../other drop/away && "
        "ln -s nowhere broken",
        top);
    return system(command);
}

static int remove_tree(void **state)
{
    (void)state;
    return scratch_remove(top);
}

static const struct {
    const char *directory, *path;
    bool holds;
} rows[] = {
    {"drop", "drop", true},
    {"drop", "drop/", true},
    {"drop", "drop/sub", true},
    {"drop", "drop/sub/file", true},
    {"drop", "drop/not/there/yet", true},
    {"drop", "alias", true},
    {"drop", "alias/sub/%Y", true},
    {"alias", "drop/sub", true},
    {"drop", "deep/x", true},
    {"drop", "deep", true},
    {"drop", "out.csv", true},
    {"drop", "drop/sub/file/x", true},
    {"drop", "other/../drop/x", true},
    {"drop", "drop/../other", false},
    {"drop", "drop/../new", false},
    {"drop", "drop/away", false}, /* as it is spelled, but not where it leads */
    {"drop", "drop/away/x", false},
    {"drop", "drop2", false},
    {"drop", "other", false},
    {"drop", "", false},
    {"drop", "broken/x", false},
    {"drop/sub", "drop", false},
    {"deep", "drop/sub/x", true},
    {"", "drop", true},
    {"missing", "missing/x", false},
    {"missing", "drop", false},
};

static void knows_what_a_directory_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char directory[128], path[128];
        snprintf(directory, sizeof(directory), "%s/%s", top, rows[i].directory);
        snprintf(path, sizeof(path), "%s/%s", top, rows[i].path);
        if (inode_holds(directory, path) != rows[i].holds)
            fail_msg("%s in %s", rows[i].path, rows[i].directory);
    }
    assert_true(inode_holds("/", top));
    assert_true(inode_holds("/", "/closedrop-missing/x"));
    assert_false(inode_holds(top, "/closedrop-missing/x"));
    assert_false(inode_holds("/", "relative"));
    assert_false(inode_holds("/", ""));
}

static void is_one_by_any_name(void **state)
{
    (void)state;
    char path[128];
    struct inode by_name, by_link, by_descriptor, other;
    snprintf(path, sizeof(path), "%s/drop", top);
    assert_int_equal(inode_at(AT_FDCWD, path, &by_name), 0);
    int fd = open(path, O_PATH | O_CLOEXEC);
    assert_int_equal(inode_of(fd, &by_descriptor), 0);
    close(fd);
    snprintf(path, sizeof(path), "%s/alias", top);
    assert_int_equal(inode_at(AT_FDCWD, path, &by_link), 0);
    snprintf(path, sizeof(path), "%s/other", top);
    assert_int_equal(inode_at(AT_FDCWD, path, &other), 0);
    assert_true(inode_equal(&by_name, &by_link));
    assert_true(inode_equal(&by_name, &by_descriptor));
    assert_false(inode_equal(&by_name, &other));
    other.number = by_name.number;
    other.device = by_name.device + 1;
    assert_false(inode_equal(&by_name, &other));
    assert_int_equal(inode_at(AT_FDCWD, "/closedrop-missing", &other), -ENOENT);
    assert_int_equal(inode_of(-1, &other), -EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_a_directory_holds),
        cmocka_unit_test(is_one_by_any_name),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
