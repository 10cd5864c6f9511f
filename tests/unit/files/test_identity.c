/* What a file is apart from its name: the same after a rename, another after a rewrite or a copy.
 */
#include "closedrop/base/array.h"
#include "closedrop/base/turn.h"
#include "closedrop/files/filesystem.h"
#include "closedrop/files/identity.h"

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
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>

/** What the file system says it is; 0: what it is. And why it does not say; 0: it does. */
static unsigned type;
static int silence;
static int asked; /* how often */

int __real_fstatfs(int fd, struct statfs *stat);
int __wrap_fstatfs(int fd, struct statfs *stat);
int __wrap_fstatfs(int fd, struct statfs *stat)
{
    int result = __real_fstatfs(fd, stat);
    asked++;
    if (type)
        stat->f_type = type;
    errno = silence ? silence : errno;
    return silence ? -1 : result;
}

static char top[SCRATCH_MAX];

static int make_place(void **state)
{
    (void)state;
    return scratch_make(top) == 0 && chdir(top) == 0 ? 0 : -1;
}

static int remove_place(void **state)
{
    (void)state;
    return chdir("/") | scratch_remove(top);
}

static void write_file(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static struct file_state look(const char *name)
{
    struct file_state seen;
    int fd = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(file_state_read(fd, &seen), 0);
    close(fd);
    return seen;
}

static void set_mtime(const char *name, time_t seconds, long ns)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {seconds, ns}};
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static void tells_what_stat_tells(void **state)
{
    (void)state;
    write_file("a", "hello");
    set_mtime("a", 1000000000, 123456789);
    assert_int_equal(link("a", "b"), 0);
    assert_int_equal(chmod("a", 0604), 0);
    struct file_state seen = look("a");
    struct stat plain;
    assert_int_equal(stat("a", &plain), 0);
    assert_int_equal(seen.identity.size, 5);
    assert_true(seen.identity.mtime_ns == 1000000000123456789);
    assert_true(seen.ctime_ns == plain.st_ctim.tv_sec * 1000000000LL + plain.st_ctim.tv_nsec);
    assert_int_equal(seen.links, 2);
    assert_int_equal(seen.mode, S_IFREG | 0604);
    assert_int_equal(seen.uid, plain.st_uid);
    assert_int_equal(seen.gid, plain.st_gid);
    assert_in_range(seen.identity.handle_length, 1, IDENTITY_HANDLE_MAX);
    assert_int_equal(S_ISDIR(look(".").mode), true);
}

static void is_the_same_by_whatever_name(void **state)
{
    (void)state;
    write_file("a", "hello");
    struct file_state before = look("a");
    struct file_state again = look("a");
    assert_true(file_state_equal(&before, &again));
    assert_int_equal(rename("a", "b"), 0);
    struct file_state after = look("b");
    assert_true(identity_equal(&before.identity, &after.identity));
    assert_true(identity_same_file(&before.identity, &after.identity));
}

static void is_another_when_it_grows(void **state)
{
    (void)state;
    write_file("a", "hello");
    struct file_state before = look("a");
    write_file("a", " again");
    struct file_state after = look("a");
    assert_false(identity_equal(&before.identity, &after.identity));
    assert_true(identity_same_file(&before.identity, &after.identity));
    assert_false(file_state_equal(&before, &after));
}

static void is_another_when_it_is_touched(void **state)
{
    (void)state;
    write_file("a", "hello");
    set_mtime("a", 1000, 1);
    struct file_state before = look("a");
    set_mtime("a", 1000, 2);
    struct file_state after = look("a");
    assert_false(identity_equal(&before.identity, &after.identity));
}

static void is_another_when_it_is_replaced(void **state)
{
    (void)state;
    write_file("a", "hello");
    set_mtime("a", 1000, 1);
    struct file_state before = look("a");
    write_file("b", "hello");
    set_mtime("b", 1000, 1);
    assert_int_equal(rename("b", "a"), 0);
    struct file_state after = look("a");
    assert_false(identity_same_file(&before.identity, &after.identity));
    assert_false(identity_equal(&before.identity, &after.identity));
}

/* ext4 gives the inode number away again at once; the handle's generation tells them apart */
static void is_another_when_it_is_deleted_and_made_anew(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        write_file("a", "hello");
        set_mtime("a", 1000, 1);
        struct file_state before = look("a");
        assert_int_equal(unlink("a"), 0);
        write_file("a", "hello");
        set_mtime("a", 1000, 1);
        struct file_state after = look("a");
        assert_false(identity_equal(&before.identity, &after.identity));
        assert_int_equal(unlink("a"), 0);
    }
}

static void has_one_where_there_are_no_handles(void **state)
{
    (void)state;
    struct file_state first = look("/proc/version"), second = look("/proc/cpuinfo");
    assert_true(first.identity.handle_length > 0);
    struct file_state again = look("/proc/version");
    assert_true(identity_same_file(&first.identity, &again.identity));
    assert_false(identity_same_file(&first.identity, &second.identity));
}

/* FUSE, FAT, SMB: numbers its files again after a mount, and may give two files the same number in
 * turn */
static void has_none_where_numbers_do_not_last(void **state)
{
    (void)state;
    static const unsigned types[] = {0x65735546, 0x4D44, 0x2011BAB0, 0xFF534D42, 0xFE534D42};
    write_file("a", "hello");
    write_file("b", "hello");
    set_mtime("a", 1000, 1);
    set_mtime("b", 1000, 1);
    for (size_t i = 0; i < COUNT(types); i++) {
        type = types[i];
        struct file_state a = look("a"), b = look("b");
        type = 0;
        assert_int_equal(a.identity.handle_length, 0);
        assert_true(identity_equal(&a.identity, &b.identity));
        assert_false(identity_same_file(&a.identity, &b.identity));
        b = look("b");
        assert_false(identity_equal(&a.identity, &b.identity));
    }
}

static void compares_values(void **state)
{
    (void)state;
    struct file_state a = {.identity = {.handle = {1, 2, 3}, .handle_length = 3, .size = 4}}, b = a;
    b.identity.handle[100] = 9; /* behind its end: nothing */
    assert_true(file_state_equal(&a, &b));
    b.identity.handle_length = 2;
    assert_false(identity_same_file(&a.identity, &b.identity));
    b = a;
    b.ctime_ns = 1;
    assert_true(identity_equal(&a.identity, &b.identity));
    assert_false(file_state_equal(&a, &b));
    b = a;
    b.identity.size = 5;
    assert_true(identity_same_file(&a.identity, &b.identity));
    assert_false(identity_equal(&a.identity, &b.identity));
}

static void says_what_went_wrong(void **state)
{
    (void)state;
    struct file_state seen = {.links = 4711};
    assert_int_equal(file_state_read(-1, &seen), -EBADF);
    assert_int_equal(seen.links, 4711);
    int fd = open("/", O_PATH | O_CLOEXEC);
    silence = EIO; /* for now: without a handle it would be taken for another file */
    int result = file_state_read(fd, &seen);
    silence = 0;
    close(fd);
    assert_int_equal(result, -EIO);
    assert_int_equal(seen.links, 4711);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

static void tells_the_second_of_any_mtime(void **state)
{
    (void)state;
    static const int64_t seconds[] = {-2147483648, -1, 0, 9223372036, 9223372037, 10413792000,
        15032385535 /* the last of ext4 */, 16299260424 /* the last of XFS */};
    write_file("a", "a");
    for (size_t i = 0; i < COUNT(seconds); i++) {
        const struct timespec times[] = {{seconds[i], 5}, {seconds[i], 5}};
        struct stat stat_of;
        assert_int_equal(utimensat(AT_FDCWD, "a", times, 0), 0);
        assert_int_equal(stat("a", &stat_of), 0);
        if (stat_of.st_mtim.tv_sec != seconds[i])
            continue; /* this file system has fewer years */
        struct file_state state_of = look("a");
        assert_int_equal(identity_seconds(state_of.identity.mtime_ns), seconds[i]);
    }
    assert_int_equal(identity_seconds(0), 0);
    unlink("a");
}

static void asks_about_the_file_system_once_a_turn(void **state)
{
    (void)state;
    write_file("turn", "x");
    asked = 0;
    (void)look("turn");
    (void)look("turn");
    assert_int_equal(asked, 2); /* there are no turns yet */
    turn_begin();
    const struct file_state file = look("turn"), directory = look(".");
    assert_int_equal(asked, 3);
    assert_true(file.identity.handle_length && directory.identity.handle_length);
    type = 0x65735546; /* a FUSE file system was mounted there */
    (void)look("turn");
    assert_int_equal(asked, 3);
    turn_begin();
    assert_int_equal(look("turn").identity.handle_length, 0);
    assert_int_equal(asked, 4);
    type = 0;
    (void)look("/proc/self/status"); /* another device */
    assert_int_equal(asked, 5);
    assert_true(look("turn").identity.handle_length);
    assert_int_equal(asked, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(tells_what_stat_tells), IN_PLACE(is_the_same_by_whatever_name),
        IN_PLACE(is_another_when_it_grows), IN_PLACE(is_another_when_it_is_touched),
        IN_PLACE(is_another_when_it_is_replaced),
        IN_PLACE(is_another_when_it_is_deleted_and_made_anew),
        cmocka_unit_test(tells_the_second_of_any_mtime),
        cmocka_unit_test(has_one_where_there_are_no_handles),
        IN_PLACE(has_none_where_numbers_do_not_last), cmocka_unit_test(compares_values),
        cmocka_unit_test(says_what_went_wrong),
        cmocka_unit_test(asks_about_the_file_system_once_a_turn), /* from then on */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
