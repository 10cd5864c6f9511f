/* A file open to be sent: its bytes are one version of it or they are void. A writer who comes
 * while the lease is held is let through at once. */
#include "closedrop/files/lease.h"
#include "closedrop/files/source.h"

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

#define SHA256_HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define MD5_HELLO "5d41402abc4b2a76b9719d911017c592"

static char directory[SCRATCH_MAX], path[SCRATCH_MAX + 8];
static char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];

static int make_file(void **state)
{
    (void)state;
    sigset_t bell; /* a broken lease rings; the agent has this blocked in every thread */
    sigemptyset(&bell);
    sigaddset(&bell, SIGIO);
    sigprocmask(SIG_BLOCK, &bell, NULL);
    if (scratch_make(directory) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/file", directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, "hello", 5) == 5;
    close(fd);
    return written ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return scratch_remove(directory);
}

static int open_to_read(void)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static struct source *open_source(bool lease)
{
    struct source *source = NULL;
    struct file_state known;
    int fd = open_to_read();
    assert_int_equal(file_state_read(fd, &known), 0);
    assert_int_equal(source_open(fd, lease ? &known : NULL, &source), 0);
    return source;
}

/* skips the test where the file system of /tmp has no leases */
static struct source *open_leased(void)
{
    struct source *source = open_source(true);
    if (!source->leased) {
        print_message("skipped: no leases on /tmp\n");
        source_close(source);
        skip();
    }
    return source;
}

static void read_all(struct source *source, size_t room, const char *wanted)
{
    char text[100] = "", piece[100];
    size_t length = 0;
    while (source->offset < source->before.identity.size) {
        int64_t got = source_read(source, piece, room);
        assert_true(got > 0 && got <= (int64_t)room);
        memcpy(text + length, piece, (size_t)got);
        length += (size_t)got;
    }
    assert_string_equal(text, wanted);
}

static void append(const char *text)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

/* ---- quiet files ---- */

static void reads_and_hashes(void **state)
{
    (void)state;
    for (int lease = 0; lease < 2; lease++)
        for (size_t room = 1; room <= 6; room++) {
            struct source *source = open_source(lease);
            read_all(source, room, "hello");
            char byte;
            assert_int_equal(source_read(source, &byte, 1), -1); /* there is no more */
            assert_false(source->disturbed);
            assert_true(source_finish(source, sha256, md5));
            assert_string_equal(sha256, SHA256_HELLO);
            assert_string_equal(md5, MD5_HELLO);
            source_close(source);
        }
    source_close(NULL);
}

static void begins_again(void **state)
{
    (void)state;
    struct source *source = open_source(false);
    char piece[3];
    assert_int_equal(source_read(source, piece, 3), 3);
    source_rewind(source);
    read_all(source, 100, "hello");
    assert_true(source_finish(source, sha256, md5));
    assert_string_equal(sha256, SHA256_HELLO);
    source_close(source);
}

static void is_not_finished_half_way(void **state)
{
    (void)state;
    struct source *source = open_source(false);
    char piece[3];
    assert_int_equal(source_read(source, piece, 3), 3);
    assert_false(source_finish(source, sha256, md5));
    source_close(source);
}

static void takes_an_empty_file_for_whole(void **state)
{
    (void)state;
    assert_int_equal(truncate(path, 0), 0);
    struct source *source = open_source(false);
    assert_true(source_finish(source, sha256, md5));
    assert_string_equal(md5, "d41d8cd98f00b204e9800998ecf8427e");
    source_close(source);
}

/* ---- without a lease: the stat tells ---- */

static void sees_that_it_grew(void **state)
{
    (void)state;
    struct source *source = open_source(false);
    read_all(source, 3, "hello"); /* never more than there was */
    append(" again");
    assert_false(source_finish(source, sha256, md5));
    source_close(source);
}

static void sees_that_it_shrank(void **state)
{
    (void)state;
    struct source *source = open_source(false);
    char piece[100];
    assert_int_equal(source_read(source, piece, 3), 3);
    assert_int_equal(truncate(path, 3), 0);
    assert_int_equal(source_read(source, piece, 3), -1);
    assert_true(source->disturbed);
    assert_int_equal(source->read_error, 0);
    assert_false(source_finish(source, sha256, md5));
    source_close(source);
}

static void sees_that_it_was_touched(void **state)
{
    (void)state;
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000}};
    struct source *source = open_source(false);
    read_all(source, 3, "hello");
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_false(source_finish(source, sha256, md5));
    source_close(source);
}

/* who gets all but the last bytes cannot take them for a whole file */
static void keeps_the_last_bytes_back_when_it_changed(void **state)
{
    (void)state;
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000}};
    struct source *source = open_source(false);
    char piece[3];
    assert_int_equal(source_read(source, piece, 3), 3);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(source_read(source, piece, 3), -1);
    assert_true(source->disturbed);
    source_close(source);
}

static void stays_with_its_file_when_another_takes_its_name(void **state)
{
    (void)state;
    char other[sizeof(path) + 8];
    snprintf(other, sizeof(other), "%s.new", path);
    struct source *source = open_leased();
    int fd = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "other", 5), 5);
    close(fd);
    assert_int_equal(rename(other, path), 0);
    read_all(source, 3, "hello");
    assert_true(source_finish(source, sha256, md5));
    assert_string_equal(sha256, SHA256_HELLO);
    source_close(source);
}

static void tells_a_failed_read(void **state)
{
    (void)state;
    struct source *source = open_source(false);
    char piece[3];
    int writing = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(dup2(writing, source->fd), source->fd); /* cannot be read from */
    close(writing);
    assert_int_equal(source_read(source, piece, 3), -1);
    assert_int_equal(source->read_error, EBADF);
    assert_false(source->disturbed);
    source_close(source);
}

/* ---- with a lease ---- */

static void is_busy_while_somebody_writes(void **state)
{
    (void)state;
    source_close(open_leased());
    int writer = open(path, O_WRONLY | O_CLOEXEC);
    struct source *source = NULL;
    struct file_state known;
    int fd = open_to_read();
    assert_int_equal(file_state_read(fd, &known), 0);
    assert_int_equal(source_open(fd, &known, &source), -EBUSY);
    assert_null(source);
    close(writer);
    source_close(open_leased());
}

static void yields_to_a_writer(void **state)
{
    (void)state;
    struct source *source = open_leased();
    char piece[3];
    assert_int_equal(source_read(source, piece, 3), 3);
    assert_false(source_yield(source));
    assert_int_equal(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1); /* would have to wait */
    assert_int_equal(errno, EWOULDBLOCK);
    assert_true(source_yield(source));
    assert_true(source->disturbed);
    assert_false(source->leased);
    int writer = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(writer >= 0); /* the way is free */
    close(writer);
    assert_int_equal(source_read(source, piece, 3), -1);
    assert_true(source_yield(source)); /* and it stays disturbed */
    assert_false(source_finish(source, sha256, md5));
    source_close(source);
}

static void yields_while_it_reads_and_at_the_end(void **state)
{
    (void)state;
    struct source *source = open_leased();
    char piece[3];
    assert_int_equal(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
    assert_int_equal(source_read(source, piece, 3), -1);
    assert_true(source->disturbed);
    source_close(source);
    source = open_leased();
    read_all(source, 3, "hello");
    assert_int_equal(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
    assert_false(source_finish(source, sha256, md5));
    source_close(source);
}

static void does_not_mind_a_rename_or_other_readers(void **state)
{
    (void)state;
    char other[sizeof(path) + 8];
    snprintf(other, sizeof(other), "%s.moved", path);
    struct source *source = open_leased();
    read_all(source, 3, "hello");
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(rename(other, path), 0);
    close(open_to_read());
    assert_true(source_finish(source, sha256, md5));
    source_close(source);
}

static void gives_the_lease_back_when_closed(void **state)
{
    (void)state;
    source_close(open_leased());
    int writer = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(writer >= 0);
    close(writer);
}

static void takes_leases_where_there_are_any(void **state)
{
    (void)state;
    source_close(open_leased());
    int own = open_to_read();
    assert_int_equal(lease_take(own), LEASE_HELD);
    assert_false(lease_is_called_back(own));
    lease_give_up(own);
    lease_give_up(own); /* harmless */
    struct stat stat;
    assert_int_equal(fstat(own, &stat), 0);
    assert_int_equal(lease_take_on(own, stat.st_dev), LEASE_HELD);
    lease_give_up(own);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(lease_take(ends[0]), LEASE_IMPOSSIBLE);
    assert_int_equal(lease_take_on(ends[0], 0), LEASE_IMPOSSIBLE);
    close(ends[0]);
    close(ends[1]);
    close(own);
}

static void hands_over_what_it_holds(void **state)
{
    (void)state;
    struct leased_file file = {.is_held = false};
    struct source *source = open_leased();
    source_hand_over(source, &file);
    source_close(source);
    assert_true(file.is_held);
    assert_true(leased_file_is_at(&file, file.fd, ""));
    leased_file_yield(&file);
    assert_true(file.is_held);
    assert_true(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0); /* a writer waits */
    assert_false(leased_file_is_at(&file, file.fd, ""));
    leased_file_yield(&file);
    assert_false(file.is_held);
    leased_file_close(&file); /* harmless */
}

static void hands_over_nothing_it_does_not_hold(void **state)
{
    (void)state;
    struct leased_file file = {.is_held = false};
    struct source *source = open_source(false);
    source_hand_over(source, &file);
    source_close(source);
    assert_false(file.is_held);
    source = open_leased();
    assert_true(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0);
    assert_true(source_yield(source));
    source_hand_over(source, &file);
    source_close(source);
    assert_false(file.is_held);
}

#define ON_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FILE(reads_and_hashes),
        ON_FILE(begins_again),
        ON_FILE(is_not_finished_half_way),
        ON_FILE(takes_an_empty_file_for_whole),
        ON_FILE(sees_that_it_grew),
        ON_FILE(sees_that_it_shrank),
        ON_FILE(sees_that_it_was_touched),
        ON_FILE(keeps_the_last_bytes_back_when_it_changed),
        ON_FILE(stays_with_its_file_when_another_takes_its_name),
        ON_FILE(tells_a_failed_read),
        ON_FILE(is_busy_while_somebody_writes),
        ON_FILE(yields_to_a_writer),
        ON_FILE(yields_while_it_reads_and_at_the_end),
        ON_FILE(does_not_mind_a_rename_or_other_readers),
        ON_FILE(gives_the_lease_back_when_closed),
        ON_FILE(takes_leases_where_there_are_any),
        ON_FILE(hands_over_what_it_holds),
        ON_FILE(hands_over_nothing_it_does_not_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
