/* Moving and deleting in a hostile folder: never another file, never over a name, never lost; and
 * what is made there can be read by the people who drop files, whatever our umask. */
#include "closedrop/base/array.h"
#include "closedrop/files/copy.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/free_name.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ID 17
#define STAGED "17"

/* ---- file systems that can do less; 0: as they can ---- */

static int no_rename, no_link, no_unlink, no_range;

struct folder;
static void (*before_rename)(const struct folder *folder); /* once */
static const struct folder *renamed_in;

static void rename_begins(void)
{
    void (*call)(const struct folder *folder) = before_rename;
    before_rename = NULL;
    if (call)
        call(renamed_in);
}

int __real_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    rename_begins();
    errno = no_rename;
    return no_rename ? -1 : __real_renameat2(from, old, to, new, flags);
}

int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    rename_begins();
    return __real_renameat(from, old, to, new);
}

int __real_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
    errno = no_link;
    return no_link ? -1 : __real_linkat(from, old, to, new, flags);
}

/* fails once */
int __real_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags)
{
    int error = no_unlink;
    no_unlink = 0;
    errno = error;
    return error ? -1 : __real_unlinkat(directory, name, flags);
}

ssize_t __real_copy_file_range(
    int from, off_t *offset, int to, off_t *to_offset, size_t length, unsigned flags);
ssize_t __wrap_copy_file_range(
    int from, off_t *offset, int to, off_t *to_offset, size_t length, unsigned flags);
ssize_t __wrap_copy_file_range(
    int from, off_t *offset, int to, off_t *to_offset, size_t length, unsigned flags)
{
    errno = no_range;
    return no_range ? -1 : __real_copy_file_range(from, offset, to, to_offset, length, flags);
}

/* ---- a drop folder ---- */

struct folder {
    char top[SCRATCH_MAX];
    char elsewhere[40]; /* on another file system; "" where there is none */
    int root, staging;
};

static int make_elsewhere(struct folder *folder)
{
    struct stat here, there;
    folder->elsewhere[0] = '\0';
    if (stat("/dev/shm", &there) < 0 || fstat(folder->root, &here) < 0 ||
        here.st_dev == there.st_dev)
        return 0;
    snprintf(folder->elsewhere, sizeof(folder->elsewhere), "/dev/shm/closedrop-test-XXXXXX");
    return mkdtemp(folder->elsewhere) ? 0 : -1;
}

static int make_folder(void **state)
{
    static struct folder folder;
    umask(0077);
    no_rename = no_link = no_unlink = no_range = 0;
    if (scratch_make(folder.top) < 0)
        return -1;
    folder.root = safe_open_root(folder.top);
    folder.staging = staging_open(folder.root);
    *state = &folder;
    return folder.staging < 0 ? -1 : make_elsewhere(&folder);
}

static int remove_folder(void **state)
{
    const struct folder *folder = *state;
    close(folder->root);
    close(folder->staging);
    return scratch_remove(folder->top) | scratch_remove(folder->elsewhere);
}

static void make_file(int directory, const char *name, const char *text)
{
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        fail_msg("%s: %s", name, strerror(errno));
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void expect_file(int directory, const char *name, const char *text)
{
    char seen[100] = "";
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s: %s", name, strerror(errno));
    assert_true(read(fd, seen, sizeof(seen) - 1) >= 0);
    close(fd);
    assert_string_equal(seen, text);
}

static bool exists(int directory, const char *name)
{
    return faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static struct identity identity_of(const struct folder *folder, const char *name)
{
    struct file_state state;
    int fd = safe_open_path(folder->root, name);
    assert_int_equal(file_state_read(fd, &state), 0);
    close(fd);
    return state.identity;
}

static int take(const struct folder *folder, const char *path, const struct identity *identity)
{
    return put_away_take(folder->root, folder->staging, path, ID, identity, NULL);
}

/* the file, open under its lease as after it was sent; skips the test where there are no leases */
static struct leased_file hold(const struct folder *folder, const char *path)
{
    struct leased_file held = {.is_held = true, .fd = safe_open_file(folder->root, path)};
    assert_int_equal(file_state_read(held.fd, &held.state), 0);
    if (lease_take(held.fd) != LEASE_HELD)
        skip();
    return held;
}

static int take_held(const struct folder *folder, const char *path, struct leased_file *held)
{
    const struct identity identity = held->state.identity;
    int taken = put_away_take(folder->root, folder->staging, path, ID, &identity, held);
    assert_false(held->is_held);
    return taken;
}

/* make a file and take it; its identity */
static struct identity make_and_take(
    const struct folder *folder, const char *name, const char *text)
{
    make_file(folder->root, name, text);
    struct identity identity = identity_of(folder, name);
    assert_int_equal(take(folder, name, &identity), TAKEN);
    assert_false(exists(folder->root, name));
    return identity;
}

static struct destination open_destination(const struct folder *folder, const char *path)
{
    struct destination destination;
    assert_int_equal(destination_open(folder->root, path, &destination), 0);
    assert_string_equal(destination.path, path);
    return destination;
}

static struct stat stat_of(int directory, const char *name)
{
    struct stat seen;
    assert_int_equal(fstatat(directory, name, &seen, AT_SYMLINK_NOFOLLOW), 0);
    return seen;
}

/* ---- staging ---- */

static void has_a_staging_directory_of_its_own(void **state)
{
    const struct folder *folder = *state;
    assert_int_equal(stat_of(folder->root, STAGING_NAME).st_mode, S_IFDIR | 0700);
    assert_int_equal(fchmodat(folder->root, STAGING_NAME, 0777, 0), 0);
    int again = staging_open(folder->root);
    assert_true(again >= 0);
    close(again);
    assert_int_equal(stat_of(folder->root, STAGING_NAME).st_mode, S_IFDIR | 0700);
}

static void refuses_a_staging_directory_of_others(void **state)
{
    const struct folder *folder = *state;
    assert_int_equal(unlinkat(folder->root, STAGING_NAME, AT_REMOVEDIR), 0);
    assert_int_equal(symlinkat("/tmp", folder->root, STAGING_NAME), 0);
    assert_int_equal(staging_open(folder->root), -EPERM);
    assert_int_equal(unlinkat(folder->root, STAGING_NAME, 0), 0);
    make_file(folder->root, STAGING_NAME, "a file");
    assert_int_equal(staging_open(folder->root), -EPERM);
    assert_int_equal(unlinkat(folder->root, STAGING_NAME, 0), 0);
    if (geteuid() != 0) {
        print_message("skipped: giving a directory away takes root\n");
        return;
    }
    assert_int_equal(mkdirat(folder->root, STAGING_NAME, 0700), 0);
    assert_int_equal(fchownat(folder->root, STAGING_NAME, 12345, 12345, 0), 0);
    assert_int_equal(staging_open(folder->root), -EPERM);
}

/* ---- taking ---- */

static void takes_the_file_and_no_other(void **state)
{
    const struct folder *folder = *state;
    struct identity identity = make_and_take(folder, "a.pdf", "hello");
    expect_file(folder->staging, STAGED, "hello");
    assert_int_equal(take(folder, "a.pdf", &identity), TAKEN); /* it was already */
}

static void finds_that_the_file_is_gone(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a.pdf", "hello");
    struct identity identity = identity_of(folder, "a.pdf");
    assert_int_equal(take(folder, "b.pdf", &identity), TAKEN_GONE);
    assert_int_equal(take(folder, "none/a.pdf", &identity), TAKEN_GONE);
    assert_int_equal(take(folder, "a.pdf/a.pdf", &identity), TAKEN_GONE);
    assert_true(exists(folder->root, "a.pdf"));
}

static void swap_in_a_file(const struct folder *folder)
{
    make_file(folder->root, "new", "another");
    assert_int_equal(renameat(folder->root, "new", folder->root, "a.pdf"), 0);
}

/* truncate(2) waits for a lease to be given up, and so would this test */
static void swap_in_more_bytes(const struct folder *folder)
{
    int fd = openat(folder->root, "a.pdf", O_WRONLY | O_TRUNC | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        make_file(folder->root, "new", "rewritten");
        fd = openat(folder->root, "new", O_WRONLY | O_CLOEXEC);
        assert_int_equal(renameat(folder->root, "new", folder->root, "a.pdf"), 0);
    }
    assert_int_equal(write(fd, "rewritten", 9), 9);
    close(fd);
}

static void swap_in_a_directory(const struct folder *folder)
{
    assert_int_equal(unlinkat(folder->root, "a.pdf", 0), 0);
    assert_int_equal(mkdirat(folder->root, "a.pdf", 0755), 0);
}

static void swap_in_a_link(const struct folder *folder)
{
    assert_int_equal(renameat(folder->root, "a.pdf", folder->root, "b.pdf"), 0);
    assert_int_equal(symlinkat("b.pdf", folder->root, "a.pdf"), 0);
}

static void swap_in_a_fifo(const struct folder *folder)
{
    assert_int_equal(unlinkat(folder->root, "a.pdf", 0), 0);
    assert_int_equal(mkfifoat(folder->root, "a.pdf", 0600), 0);
}

static const struct swap {
    const char *name;
    void (*swap)(const struct folder *folder);
    mode_t type;
} swaps[] = {
    {"another file", swap_in_a_file, S_IFREG},
    {"other bytes", swap_in_more_bytes, S_IFREG},
    {"a directory", swap_in_a_directory, S_IFDIR},
    {"a link", swap_in_a_link, S_IFLNK},
    {"a FIFO", swap_in_a_fifo, S_IFIFO},
};

static void expect_put_back(const struct folder *folder, const struct swap *swap, int taken)
{
    if (taken != TAKEN_ANOTHER)
        fail_msg("%s was taken", swap->name);
    if (exists(folder->staging, STAGED))
        fail_msg("%s lies in staging", swap->name);
    assert_int_equal(stat_of(folder->root, "a.pdf").st_mode & S_IFMT, swap->type);
    assert_int_equal(unlinkat(folder->root, "a.pdf", swap->type == S_IFDIR ? AT_REMOVEDIR : 0), 0);
    unlinkat(folder->root, "b.pdf", 0);
}

static void puts_back_what_is_not_the_file(void **state)
{
    const struct folder *folder = *state;
    for (size_t i = 0; i < COUNT(swaps); i++) {
        make_file(folder->root, "a.pdf", "hello");
        struct identity identity = identity_of(folder, "a.pdf");
        swaps[i].swap(folder);
        expect_put_back(folder, &swaps[i], take(folder, "a.pdf", &identity));
    }
}

/* after it was found to be the file, and before it is moved */
static void puts_back_what_was_swapped_in_at_the_last_moment(void **state)
{
    const struct folder *folder = *state;
    for (size_t i = 0; i < COUNT(swaps); i++) {
        make_file(folder->root, "a.pdf", "hello");
        struct identity identity = identity_of(folder, "a.pdf");
        before_rename = swaps[i].swap;
        renamed_in = folder;
        expect_put_back(folder, &swaps[i], take(folder, "a.pdf", &identity));
        assert_null(before_rename);
    }
}

static void takes_what_is_still_held(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a.pdf", "hello");
    struct leased_file held = hold(folder, "a.pdf");
    struct identity identity = held.state.identity;
    assert_int_equal(take_held(folder, "a.pdf", &held), TAKEN);
    expect_file(folder->staging, STAGED, "hello");
    assert_int_equal(take(folder, "a.pdf", &identity), TAKEN); /* it was already */
    assert_int_equal(mkdirat(folder->root, "in", 0755), 0);
    assert_int_equal(renameat(folder->staging, STAGED, folder->root, "in/a.pdf"), 0);
    held = hold(folder, "in/a.pdf");
    no_rename = EINVAL; /* the file system renames only over what is there */
    assert_int_equal(take_held(folder, "in/a.pdf", &held), TAKEN);
    no_rename = 0;
}

static void puts_back_what_took_the_name_of_what_is_held(void **state)
{
    const struct folder *folder = *state;
    for (size_t i = 0; i < 2 * COUNT(swaps); i++) {
        const struct swap *swap = &swaps[i / 2];
        make_file(folder->root, "a.pdf", "hello");
        struct leased_file held = hold(folder, "a.pdf");
        renamed_in = folder;
        if (i % 2)
            before_rename = swap->swap;
        else
            swap->swap(folder);
        expect_put_back(folder, swap, take_held(folder, "a.pdf", &held));
        assert_null(before_rename);
    }
}

/* whatever it is: it may be the only copy of another file */
static void takes_no_name_in_staging_from_another(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->staging, STAGED, "another");
    make_file(folder->root, "a.pdf", "hello");
    struct leased_file held = hold(folder, "a.pdf");
    assert_int_equal(take_held(folder, "a.pdf", &held), TAKEN_ANOTHER);
    expect_file(folder->root, "a.pdf", "hello");
    expect_file(folder->root, "a (2).pdf", "another");
}

static void wait_for_the_lease(const struct folder *folder)
{
    assert_true(openat(folder->root, "a.pdf", O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0);
    assert_int_equal(errno, EWOULDBLOCK);
}

/* what it writes is not in what was sent: the file is judged as one that is not held */
static void judges_what_a_writer_waits_for(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a.pdf", "hello");
    struct leased_file held = hold(folder, "a.pdf");
    before_rename = wait_for_the_lease;
    renamed_in = folder;
    assert_int_equal(take_held(folder, "a.pdf", &held), TAKEN); /* it has given up */
    expect_file(folder->staging, STAGED, "hello");
}

static void change_the_mtime(const struct folder *folder)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {1, 0}};
    assert_int_equal(utimensat(folder->root, "a.pdf", times, 0), 0);
}

static void puts_back_what_got_another_time_at_the_last_moment(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a.pdf", "hello");
    struct identity identity = identity_of(folder, "a.pdf");
    before_rename = change_the_mtime;
    renamed_in = folder;
    assert_int_equal(take(folder, "a.pdf", &identity), TAKEN_ANOTHER);
    expect_file(folder->root, "a.pdf", "hello");
}

/* what a writer adds after that would be in the archive, and never sent */
static void leaves_a_file_that_somebody_writes(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a.pdf", "hello");
    struct identity identity = identity_of(folder, "a.pdf");
    int writer = openat(folder->root, "a.pdf", O_WRONLY | O_APPEND | O_CLOEXEC);
    int taken = take(folder, "a.pdf", &identity);
    if (taken == TAKEN)
        skip(); /* no leases here */
    assert_int_equal(taken, -EBUSY);
    expect_file(folder->root, "a.pdf", "hello");
    assert_false(exists(folder->staging, STAGED));
    assert_int_equal(renameat(folder->root, "a.pdf", folder->staging, STAGED), 0);
    assert_int_equal(take(folder, "a.pdf", &identity), -EBUSY); /* as after a crash */
    expect_file(folder->root, "a.pdf", "hello");
    close(writer);
    assert_int_equal(take(folder, "a.pdf", &identity), TAKEN);
}

static void does_not_follow_a_directory_that_became_a_link(void **state)
{
    const struct folder *folder = *state;
    assert_int_equal(mkdirat(folder->root, "in", 0755), 0);
    make_file(folder->root, "in/a.pdf", "hello");
    struct identity identity = identity_of(folder, "in/a.pdf");
    assert_int_equal(renameat(folder->root, "in", folder->root, "out"), 0);
    assert_int_equal(symlinkat("out", folder->root, "in"), 0);
    int taken = take(folder, "in/a.pdf", &identity);
    assert_true(taken == TAKEN_GONE || taken == TAKEN_ANOTHER);
    expect_file(folder->root, "out/a.pdf", "hello");
}

static void names_staged_files_by_their_job(void **state)
{
    (void)state;
    char name[STAGED_NAME_MAX];
    assert_string_equal(staged_name(ID, name), STAGED);
    assert_string_equal(staged_name(INT64_MAX, name), "9223372036854775807");
}

static void restores_to_a_free_name(void **state)
{
    const struct folder *folder = *state;
    char *back = NULL;
    make_and_take(folder, "a.pdf", "first");
    assert_int_equal(put_away_restore(folder->root, folder->staging, ID, "a.pdf", &back), 0);
    assert_string_equal(back, "a.pdf");
    free(back);
    struct identity identity = identity_of(folder, "a.pdf");
    assert_int_equal(take(folder, "a.pdf", &identity), TAKEN);
    make_file(folder->root, "a.pdf", "second");
    assert_int_equal(put_away_restore(folder->root, folder->staging, ID, "a.pdf", &back), 0);
    assert_string_equal(back, "a (2).pdf");
    free(back);
    expect_file(folder->root, "a.pdf", "second");
    expect_file(folder->root, "a (2).pdf", "first");
}

static void restores_to_the_top_where_its_directory_is_gone(void **state)
{
    const struct folder *folder = *state;
    char *back = NULL;
    assert_int_equal(mkdirat(folder->root, "in", 0755), 0);
    make_and_take(folder, "in/a.pdf", "hello");
    assert_int_equal(unlinkat(folder->root, "in", AT_REMOVEDIR), 0);
    assert_int_equal(put_away_restore(folder->root, folder->staging, ID, "in/a.pdf", &back), 0);
    assert_string_equal(back, "a.pdf");
    free(back);
    expect_file(folder->root, "a.pdf", "hello");
}

/* ---- moving and deleting ---- */

static void moves_and_never_over_a_name(void **state)
{
    const struct folder *folder = *state;
    static const char *const given[] = {"a.pdf", "a (2).pdf", "a (3).pdf"};
    struct destination destination = open_destination(folder, "Uploaded/2026-11");
    for (size_t i = 0; i < COUNT(given); i++) {
        char text[] = {(char)('A' + i), '\0'}, *name = NULL;
        make_and_take(folder, "a.pdf", text);
        assert_int_equal(put_away_move(folder->staging, STAGED, &destination, "a.pdf", &name), 0);
        assert_string_equal(name, given[i]);
        free(name);
        assert_false(exists(folder->staging, STAGED));
    }
    for (size_t i = 0; i < COUNT(given); i++) {
        char text[] = {(char)('A' + i), '\0'};
        expect_file(destination.directory, given[i], text);
    }
    destination_close(&destination);
}

/** A small text of ours, next to what anybody has put there. */
static void adds_a_text_and_never_over_a_name(void **state)
{
    const struct folder *folder = *state;
    struct destination destination = open_destination(folder, "Uploaded");
    make_file(destination.directory, "a.url", "somebody's");
    make_file(destination.directory, ".draft", "of an attempt that crashed");
    assert_int_equal(symlinkat("a.url", destination.directory, "a (2).url"), 0);
    for (int times = 0; times < 2; times++) { /* the second finds what the first has written */
        assert_int_equal(destination_add(&destination, ".draft", "a.url", "ours", 0640, 0), 0);
        expect_file(destination.directory, "a.url", "somebody's");
        expect_file(destination.directory, "a (3).url", "ours");
        assert_false(exists(destination.directory, ".draft"));
        assert_false(exists(destination.directory, "a (4).url"));
    }
    destination_close(&destination);
}

/** Without renameat2() and link() a name is reserved first. */
static void adds_a_text_where_little_is_possible(void **state)
{
    const struct folder *folder = *state;
    struct destination destination = open_destination(folder, "Uploaded");
    make_file(destination.directory, "a.url", "somebody's");
    no_rename = EINVAL;
    no_link = EPERM;
    assert_int_equal(destination_add(&destination, ".draft", "a.url", "ours", 0640, 0), 0);
    no_rename = no_link = 0;
    expect_file(destination.directory, "a.url", "somebody's");
    expect_file(destination.directory, "a (2).url", "ours");
    assert_false(exists(destination.directory, ".draft"));
    destination_close(&destination);
}

static void moves_only_what_was_taken(void **state)
{
    const struct folder *folder = *state;
    char *name = NULL;
    struct destination destination = open_destination(folder, "Uploaded");
    assert_int_equal(put_away_move(folder->staging, STAGED, &destination, "a.pdf", &name), -ENOENT);
    assert_null(name);
    destination_close(&destination);
    destination_close(&destination); /* harmless */
}

static void deletes_only_what_was_taken(void **state)
{
    const struct folder *folder = *state;
    make_and_take(folder, "a.pdf", "hello");
    make_file(folder->root, "a.pdf", "new");
    assert_int_equal(put_away_delete(folder->staging, ID), 0);
    assert_false(exists(folder->staging, STAGED));
    assert_int_equal(put_away_delete(folder->staging, ID), 0); /* it was already */
    expect_file(folder->root, "a.pdf", "new");
}

static void renames_to_free_names_only(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a", "A");
    make_file(folder->root, "b", "B");
    assert_int_equal(rename_to_free_name(folder->root, "a", folder->root, "b"), -EEXIST);
    expect_file(folder->root, "b", "B");
    assert_int_equal(rename_to_free_name(folder->root, "a", folder->root, "c"), 0);
    expect_file(folder->root, "c", "A");
    assert_int_equal(rename_to_free_name(folder->root, "none", folder->root, "d"), -ENOENT);
}

static const int link_errors[] = {0, EPERM, EOPNOTSUPP, ENOSYS, EMLINK};

static void renames_where_the_file_system_can_do_little(void **state)
{
    const struct folder *folder = *state;
    for (size_t i = 0; i < COUNT(link_errors); i++) {
        no_rename = i % 2 ? EINVAL : ENOSYS;
        no_link = link_errors[i];
        make_file(folder->root, "a", "A");
        make_file(folder->root, "b", "B");
        assert_int_equal(rename_to_free_name(folder->root, "a", folder->root, "b"), -EEXIST);
        expect_file(folder->root, "b", "B");
        assert_int_equal(rename_to_free_name(folder->root, "a", folder->root, "c"), 0);
        expect_file(folder->root, "c", "A");
        assert_false(exists(folder->root, "a"));
        assert_int_equal(rename_to_free_name(folder->root, "none", folder->root, "d"), -ENOENT);
        assert_false(exists(folder->root, "d"));
        assert_int_equal(unlinkat(folder->root, "b", 0), 0);
        assert_int_equal(unlinkat(folder->root, "c", 0), 0);
    }
}

static void puts_away_where_the_file_system_can_do_little(void **state)
{
    const struct folder *folder = *state;
    char *name = NULL;
    no_rename = EINVAL;
    no_link = EPERM;
    struct destination destination = open_destination(folder, "Uploaded");
    make_file(destination.directory, "a.pdf", "earlier");
    make_and_take(folder, "a.pdf", "hello");
    assert_int_equal(put_away_move(folder->staging, STAGED, &destination, "a.pdf", &name), 0);
    assert_string_equal(name, "a (2).pdf");
    free(name);
    expect_file(destination.directory, "a.pdf", "earlier");
    expect_file(destination.directory, "a (2).pdf", "hello");
    assert_false(exists(folder->staging, STAGED));
    destination_close(&destination);
}

static void leaves_one_name_where_the_old_one_stays(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a", "A");
    no_rename = EINVAL;
    no_unlink = EACCES;
    assert_int_equal(rename_to_free_name(folder->root, "a", folder->root, "b"), -EACCES);
    expect_file(folder->root, "a", "A");
    assert_false(exists(folder->root, "b"));
}

/* ---- markers ---- */

static void moves_a_marker_along(void **state)
{
    const struct folder *folder = *state;
    struct destination destination = open_destination(folder, "Uploaded");
    assert_int_equal(mkdirat(folder->root, "in", 0755), 0);
    make_file(destination.directory, "a.done", "earlier");
    make_file(folder->root, "in/a.done", "marker");
    int in = openat(folder->root, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    put_away_companion(in, "a.done", &destination, "a.done");
    assert_false(exists(in, "a.done"));
    expect_file(destination.directory, "a.done", "earlier");
    expect_file(destination.directory, "a (2).done", "marker");
    put_away_companion(in, "a.done", &destination, "a.done"); /* none there: nothing happens */
    assert_false(exists(destination.directory, "a (3).done"));
    make_file(in, "b.done", "marker of a file that got a number");
    put_away_companion(in, "b.done", &destination, "b (2).done");
    expect_file(destination.directory, "b (2).done", "marker of a file that got a number");
    close(in);
    destination_close(&destination);
}

static void deletes_a_marker_along(void **state)
{
    const struct folder *folder = *state;
    make_file(folder->root, "a.done", "marker");
    put_away_companion(folder->root, "a.done", NULL, "");
    assert_false(exists(folder->root, "a.done"));
    put_away_companion(folder->root, "a.done", NULL, "");
}

/* ---- places ---- */

static const mode_t modes[] = {0700, 0755, 0770, 0777, 02770, 02775, 03777};

static void makes_directories_like_the_folder(void **state)
{
    const struct folder *folder = *state;
    gid_t group = geteuid() == 0 ? 12345 : getegid();
    for (size_t i = 0; i < COUNT(modes); i++) {
        char path[40], upper[40];
        snprintf(upper, sizeof(upper), "Uploaded%zu", i);
        snprintf(path, sizeof(path), "Uploaded%zu/in/deep", i);
        assert_int_equal(chown(folder->top, (uid_t)-1, group), 0);
        assert_int_equal(chmod(folder->top, modes[i]), 0);
        struct destination destination = open_destination(folder, path);
        destination_close(&destination);
        const char *const both[] = {upper, path};
        for (size_t d = 0; d < COUNT(both); d++) {
            struct stat made = stat_of(folder->root, both[d]);
            if ((made.st_mode & 07777) != modes[i] || made.st_gid != group)
                fail_msg(
                    "%s: %o, group %d for %o", both[d], made.st_mode, (int)made.st_gid, modes[i]);
        }
    }
}

static void makes_directories_that_an_unclean_end_left_unmade(void **state)
{
    const struct folder *folder = *state;
    assert_int_equal(mkdirat(folder->root, ".closedrop-new", 0700), 0);
    struct destination destination = open_destination(folder, "Uploaded/2026");
    destination_close(&destination);
    mode_t wanted = stat_of(folder->root, ".").st_mode;
    assert_int_equal(stat_of(folder->root, "Uploaded").st_mode, wanted);
    assert_int_equal(stat_of(folder->root, "Uploaded/2026").st_mode, wanted);
    assert_false(exists(folder->root, ".closedrop-new"));
}

static void leaves_directories_that_are_there_as_they_are(void **state)
{
    const struct folder *folder = *state;
    assert_int_equal(mkdirat(folder->root, "Uploaded", 0711), 0);
    assert_int_equal(fchmodat(folder->root, "Uploaded", 0711, 0), 0);
    struct destination destination = open_destination(folder, "Uploaded");
    destination_close(&destination);
    assert_int_equal(stat_of(folder->root, "Uploaded").st_mode & 07777, 0711);
}

static void follows_no_link_below_the_folder(void **state)
{
    const struct folder *folder = *state;
    struct destination destination = {.directory = -1};
    assert_int_equal(symlinkat("/tmp", folder->root, "Uploaded"), 0);
    assert_true(destination_open(folder->root, "Uploaded", &destination) < 0);
    assert_true(destination_open(folder->root, "Uploaded/in", &destination) < 0);
    make_file(folder->root, "file", "a file");
    assert_int_equal(destination_open(folder->root, "file/in", &destination), -ENOTDIR);
}

static void opens_absolute_places(void **state)
{
    const struct folder *folder = *state;
    char path[80];
    snprintf(path, sizeof(path), "%s/archive/2026", folder->top);
    struct destination destination = open_destination(folder, path);
    make_file(destination.directory, "a", "A");
    expect_file(folder->root, "archive/2026/a", "A");
    destination_close(&destination);
}

static void finds_what_was_moved_before_an_unclean_end(void **state)
{
    const struct folder *folder = *state;
    char *name = NULL;
    struct destination destination = open_destination(folder, "Uploaded");
    make_file(destination.directory, "a.pdf", "of another day");
    make_file(destination.directory, "a (2).pdf", "hello");
    struct identity identity = identity_of(folder, "Uploaded/a (2).pdf");
    assert_int_equal(destination_find(&destination, "a.pdf", &identity, &name), 0);
    assert_string_equal(name, "a (2).pdf");
    free(name);
    assert_int_equal(destination_find(&destination, "b.pdf", &identity, &name), -ENOENT);
    identity.mtime_ns++;
    assert_int_equal(destination_find(&destination, "a.pdf", &identity, &name), -ENOENT);
    destination_close(&destination);
}

static void writes_texts_for_the_people_who_drop_files(void **state)
{
    const struct folder *folder = *state;
    gid_t group = geteuid() == 0 ? 12345 : getegid();
    struct destination destination = open_destination(folder, "Failed");
    assert_int_equal(destination_write(&destination, "a.error.txt", "why", 0100664, group), 0);
    expect_file(destination.directory, "a.error.txt", "why");
    struct stat made = stat_of(destination.directory, "a.error.txt");
    assert_int_equal(made.st_mode, S_IFREG | 0664);
    assert_int_equal(made.st_gid, group);
    assert_int_equal(destination_write(&destination, "a.error.txt", "y", 0100777, group), 0);
    expect_file(destination.directory, "a.error.txt", "y"); /* replaced */
    assert_int_equal(stat_of(destination.directory, "a.error.txt").st_mode, S_IFREG | 0666);
    destination_close(&destination);
}

static void writes_through_no_link(void **state)
{
    const struct folder *folder = *state;
    struct destination destination = open_destination(folder, "Failed");
    make_file(folder->root, "victim", "precious");
    assert_int_equal(symlinkat("../victim", destination.directory, "a.error.txt"), 0);
    assert_int_equal(destination_write(&destination, "a.error.txt", "why", 0644, getegid()), 0);
    expect_file(folder->root, "victim", "precious");
    expect_file(destination.directory, "a.error.txt", "why");
    assert_int_equal(mkdirat(destination.directory, "directory", 0755), 0);
    assert_true(destination_write(&destination, "directory", "why", 0644, getegid()) < 0);
    destination_close(&destination);
}

/* ---- across file systems ---- */

static void need_elsewhere(const struct folder *folder)
{
    if (*folder->elsewhere)
        return;
    print_message("skipped: /dev/shm is not there, or is the file system of /tmp\n");
    skip();
}

static int copy_whole(struct copy *copy)
{
    int result;
    while ((result = copy_step(copy)) > 0)
        ;
    return result;
}

static void copies_where_it_cannot_move(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000, .tv_nsec = 3}};
    gid_t group = geteuid() == 0 ? 12345 : getegid();
    char *name = NULL;
    struct copy *copy = NULL;
    make_and_take(folder, "a.pdf", "hello");
    assert_int_equal(fchownat(folder->staging, STAGED, (uid_t)-1, group, 0), 0);
    assert_int_equal(fchmodat(folder->staging, STAGED, 0664, 0), 0);
    assert_int_equal(utimensat(folder->staging, STAGED, times, 0), 0);
    struct destination destination = open_destination(folder, folder->elsewhere);
    make_file(destination.directory, "a.pdf", "first");
    assert_int_equal(put_away_move(folder->staging, STAGED, &destination, "b.pdf", &name), -EXDEV);
    expect_file(folder->staging, STAGED, "hello");

    assert_int_equal(copy_begin(folder->staging, STAGED, &destination, &copy), 0);
    assert_int_equal(copy_whole(copy), 0);
    assert_int_equal(copy_finish(copy, "a.pdf", &name), 0);
    copy_free(copy);
    assert_string_equal(name, "a (2).pdf");
    free(name);
    expect_file(destination.directory, "a.pdf", "first");
    expect_file(destination.directory, "a (2).pdf", "hello");
    struct stat made = stat_of(destination.directory, "a (2).pdf");
    assert_int_equal(made.st_mode, S_IFREG | 0664);
    assert_int_equal(made.st_gid, group);
    assert_true(made.st_mtim.tv_sec == 2000 && made.st_mtim.tv_nsec == 3);
    assert_false(exists(folder->staging, STAGED));
    destination_close(&destination);
}

static void copies_in_slices(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    enum { SIZE = 6 * 1024 * 1024 + 1 };
    char *name = NULL;
    struct copy *copy = NULL;
    make_and_take(folder, "a.pdf", "hello");
    int fd = openat(folder->staging, STAGED, O_WRONLY | O_CLOEXEC);
    assert_int_equal(ftruncate(fd, SIZE - 3), 0);
    assert_int_equal(pwrite(fd, "end", 3, SIZE - 3), 3);
    close(fd);
    struct destination destination = open_destination(folder, folder->elsewhere);
    assert_int_equal(copy_begin(folder->staging, STAGED, &destination, &copy), 0);
    assert_int_equal(copy_step(copy), 1); /* more is left */
    assert_int_equal(copy_whole(copy), 0);
    assert_int_equal(copy_finish(copy, "a.pdf", &name), 0);
    copy_free(copy);
    free(name);
    char end[4] = "";
    fd = openat(destination.directory, "a.pdf", O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(fd, end, 4, SIZE - 3), 3);
    assert_string_equal(end, "end");
    close(fd);
    destination_close(&destination);
}

static const int range_errors[] = {EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EPERM};

static void copies_where_ranges_cannot_be(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    struct destination destination = open_destination(folder, folder->elsewhere);
    for (size_t i = 0; i < COUNT(range_errors); i++) {
        struct copy *copy = NULL;
        char *name = NULL;
        no_range = range_errors[i];
        make_and_take(folder, "a.pdf", "hello");
        assert_int_equal(copy_begin(folder->staging, STAGED, &destination, &copy), 0);
        assert_int_equal(copy_whole(copy), 0);
        assert_int_equal(copy_finish(copy, "a.pdf", &name), 0);
        copy_free(copy);
        expect_file(destination.directory, name, "hello");
        free(name);
    }
    destination_close(&destination);
}

static void copies_no_file_that_changes(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    struct copy *copy = NULL;
    make_and_take(folder, "a.pdf", "hello");
    struct destination destination = open_destination(folder, folder->elsewhere);
    assert_int_equal(copy_begin(folder->staging, STAGED, &destination, &copy), 0);
    int fd = openat(folder->staging, STAGED, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(fd, " again", 6), 6); /* somebody had it open all the time */
    close(fd);
    assert_int_equal(copy_whole(copy), -ESTALE);
    copy_free(copy);
    expect_file(folder->staging, STAGED, "hello again");
    assert_int_equal(rmdir(folder->elsewhere), 0); /* nothing is left there */
    assert_int_equal(mkdir(folder->elsewhere, 0700), 0);
    destination_close(&destination);
}

/* a person saves a corrected version over the failed file while that is copied back */
static void leaves_a_file_that_took_the_name_of_the_copied_one(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    char *name = NULL;
    struct copy *copy = NULL;
    int in = openat(folder->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    make_file(in, "a.pdf", "hello");
    struct destination destination = open_destination(folder, folder->elsewhere);
    assert_int_equal(copy_begin(in, "a.pdf", &destination, &copy), 0);
    assert_int_equal(copy_whole(copy), 0);
    swap_in_a_file(folder);
    assert_int_equal(copy_finish(copy, "a.pdf", &name), 0);
    copy_free(copy);
    free(name);
    expect_file(folder->root, "a.pdf", "another");
    expect_file(destination.directory, "a.pdf", "hello");
    close(in);
    destination_close(&destination);
}

static void leaves_nothing_of_a_copy_given_up(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    struct copy *copy = NULL;
    struct destination destination = open_destination(folder, folder->elsewhere);
    assert_int_equal(copy_begin(folder->staging, STAGED, &destination, &copy), -ENOENT);
    make_and_take(folder, "a.pdf", "hello");
    assert_int_equal(copy_begin(folder->staging, STAGED, &destination, &copy), 0);
    assert_int_equal(copy_whole(copy), 0);
    copy_free(copy); /* before it got its name */
    copy_free(NULL);
    expect_file(folder->staging, STAGED, "hello");
    assert_int_equal(rmdir(folder->elsewhere), 0);
    assert_int_equal(mkdir(folder->elsewhere, 0700), 0);
    destination_close(&destination);
}

static void copies_a_marker_along(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    struct destination destination = open_destination(folder, folder->elsewhere);
    int directory = fcntl(destination.directory, F_DUPFD_CLOEXEC, 0);
    make_file(directory, "a.done", "earlier");
    make_file(folder->root, "a.done", "marker");
    put_away_companion(folder->root, "a.done", &destination, "a.done");
    destination_close(&destination);
    expect_file(directory, "a.done", "earlier"); /* never over a name */
    expect_file(directory, "a (2).done", "marker");
    assert_false(exists(folder->root, "a.done"));
    close(directory);
}

static void loses_no_byte_of_a_marker(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    char seen[10] = "";
    struct destination destination = open_destination(folder, folder->elsewhere);
    int fd = openat(folder->root, "b.done", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "a\0b", 3), 3);
    close(fd);
    put_away_companion(folder->root, "b.done", &destination, "b.done");
    bool moved = !exists(folder->root, "b.done"); /* it may also stay */
    fd = openat(moved ? destination.directory : folder->root, "b.done", O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, seen, sizeof(seen));
    close(fd);
    destination_close(&destination);
    assert_int_equal(length, 3);
    assert_memory_equal(seen, "a\0b", 3);
}

static int truncate_file(int directory, const char *name, off_t size)
{
    int fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
    int result = ftruncate(fd, size);
    close(fd);
    return result;
}

static void leaves_a_marker_that_is_long_to_copy(void **state)
{
    const struct folder *folder = *state;
    need_elsewhere(folder);
    struct destination destination = open_destination(folder, folder->elsewhere);
    make_file(folder->root, "a.done", "marker");
    make_file(folder->root, "b.done", "marker");
    int in = openat(folder->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(truncate_file(in, "a.done", 1024 * 1024), 0);
    assert_int_equal(truncate_file(in, "b.done", 1024 * 1024 + 1), 0);
    put_away_companion(in, "a.done", &destination, "a.done");
    put_away_companion(in, "b.done", &destination, "b.done");
    assert_false(exists(in, "a.done"));
    assert_true(exists(destination.directory, "a.done"));
    assert_true(exists(in, "b.done"));
    assert_false(exists(destination.directory, "b.done"));
    close(in);
    destination_close(&destination);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    signal(SIGIO, SIG_IGN); /* of leases that are broken */
    const struct CMUnitTest tests[] = {
        IN_FOLDER(has_a_staging_directory_of_its_own),
        IN_FOLDER(refuses_a_staging_directory_of_others),
        IN_FOLDER(takes_the_file_and_no_other),
        IN_FOLDER(finds_that_the_file_is_gone),
        IN_FOLDER(puts_back_what_is_not_the_file),
        IN_FOLDER(puts_back_what_was_swapped_in_at_the_last_moment),
        IN_FOLDER(puts_back_what_got_another_time_at_the_last_moment),
        IN_FOLDER(takes_what_is_still_held),
        IN_FOLDER(puts_back_what_took_the_name_of_what_is_held),
        IN_FOLDER(takes_no_name_in_staging_from_another),
        IN_FOLDER(judges_what_a_writer_waits_for),
        IN_FOLDER(leaves_a_file_that_somebody_writes),
        IN_FOLDER(does_not_follow_a_directory_that_became_a_link),
        IN_FOLDER(names_staged_files_by_their_job),
        IN_FOLDER(restores_to_a_free_name),
        IN_FOLDER(restores_to_the_top_where_its_directory_is_gone),
        IN_FOLDER(moves_and_never_over_a_name),
        IN_FOLDER(adds_a_text_and_never_over_a_name),
        IN_FOLDER(adds_a_text_where_little_is_possible),
        IN_FOLDER(moves_only_what_was_taken),
        IN_FOLDER(deletes_only_what_was_taken),
        IN_FOLDER(renames_to_free_names_only),
        IN_FOLDER(renames_where_the_file_system_can_do_little),
        IN_FOLDER(puts_away_where_the_file_system_can_do_little),
        IN_FOLDER(leaves_one_name_where_the_old_one_stays),
        IN_FOLDER(moves_a_marker_along),
        IN_FOLDER(deletes_a_marker_along),
        IN_FOLDER(makes_directories_like_the_folder),
        IN_FOLDER(leaves_directories_that_are_there_as_they_are),
        IN_FOLDER(follows_no_link_below_the_folder),
        IN_FOLDER(opens_absolute_places),
        IN_FOLDER(makes_directories_that_an_unclean_end_left_unmade),
        IN_FOLDER(finds_what_was_moved_before_an_unclean_end),
        IN_FOLDER(writes_texts_for_the_people_who_drop_files),
        IN_FOLDER(writes_through_no_link),
        IN_FOLDER(copies_where_it_cannot_move),
        IN_FOLDER(copies_in_slices),
        IN_FOLDER(copies_where_ranges_cannot_be),
        IN_FOLDER(copies_no_file_that_changes),
        IN_FOLDER(leaves_a_file_that_took_the_name_of_the_copied_one),
        IN_FOLDER(leaves_nothing_of_a_copy_given_up),
        IN_FOLDER(copies_a_marker_along),
        IN_FOLDER(loses_no_byte_of_a_marker),
        IN_FOLDER(leaves_a_marker_that_is_long_to_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
