/* What is in a directory is known, without listing it each time. */
#include "closedrop/files/entries.h"

#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char top[SCRATCH_MAX];
static struct entries entries;
static unsigned listed; /* how often a directory was read */

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
DIR *__wrap_opendir(const char *path)
{
    listed++;
    return __real_opendir(path);
}

/** A directory that has not changed for an hour, with two files. */
static int make_tree(void **state)
{
    (void)state;
    listed = 0;
    if (scratch_make(top) < 0 || chdir(top) < 0)
        return -1;
    return system("mkdir in && touch in/a in/b out && touch -d '1 hour ago' in");
}

static int remove_tree(void **state)
{
    (void)state;
    entries_release(&entries);
    return chdir("/") < 0 ? -1 : scratch_remove(top);
}

static int hold(const char *path)
{
    struct inode inode;
    assert_int_equal(inode_at(AT_FDCWD, path, &inode), 0);
    int result = entries_follow(&entries, "in");
    return result < 0 ? result : entries_hold(&entries, &inode);
}

static void lists_a_directory_once(void **state)
{
    (void)state;
    assert_int_equal(hold("in/a"), 1);
    assert_int_equal(hold("in/b"), 1);
    assert_int_equal(hold("out"), 0);
    assert_int_equal(listed, 1);
}

static void follows_what_changes(void **state)
{
    (void)state;
    assert_int_equal(hold("out"), 0);
    assert_int_equal(link("out", "in/linked"), 0);
    assert_int_equal(hold("out"), 1);
    assert_int_equal(unlink("in/linked"), 0);
    assert_int_equal(hold("out"), 0);
    assert_int_equal(system("mv in was && mkdir in && touch -d '1 hour ago' in"), 0);
    assert_int_equal(hold("was/a"), 0);
    assert_int_equal(system("rmdir in"), 0);
    assert_int_equal(hold("was/a"), 0);
    assert_int_equal(system("mv was in"), 0);
    assert_int_equal(hold("in/a"), 1);
}

/* A second change within the tick of the file system's clock leaves no trace. */
static void believes_nothing_young(void **state)
{
    (void)state;
    assert_int_equal(system("touch in"), 0);
    assert_int_equal(hold("out"), 0);
    assert_int_equal(hold("out"), 0);
    assert_int_equal(listed, 2);
}

static void follows_links(void **state)
{
    (void)state;
    assert_int_equal(system("ln -s ../out in/link && touch -d '1 hour ago' in"), 0);
    assert_int_equal(hold("out"), 1);
    assert_int_equal(system("cp in/a new && mv new out"), 0);
    assert_int_equal(hold("out"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_a_directory_once, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(follows_what_changes, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(believes_nothing_young, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(follows_links, make_tree, remove_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
