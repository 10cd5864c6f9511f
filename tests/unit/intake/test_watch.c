/* The watch thread as the work thread sees it: whether it is stuck. */
#include "closedrop/intake/watch.h"

#include "closedrop/base/clock.h"
#include "closedrop/config/own_files.h"

#include "scratch.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR_MS 3600000

/** A file system that does not answer: fstatfs() blocks, and continues when it is released. */
static int came = -1, may_go = -1;

int __real_fstatfs(int fd, struct statfs *stat);
int __wrap_fstatfs(int fd, struct statfs *stat);
int __wrap_fstatfs(int fd, struct statfs *stat)
{
    eventfd_t value;
    eventfd_write(came, 1);
    eventfd_read(may_go, &value);
    eventfd_write(may_go, 1); /* from now on it answers */
    return __real_fstatfs(fd, stat);
}

static char *none[] = {NULL};
static char text_none[] = "", text_archive[] = "Uploaded", text_failed[] = "Failed";
static char text_name[] = "in", text_nowhere[] = "/nowhere";
static char directory[SCRATCH_MAX];

static struct folder plain_folder(char *path, enum watch_mode watch)
{
    return (struct folder){.name = text_name,
        .path = path,
        .include = none,
        .exclude = none,
        .marker = text_none,
        .archive = text_archive,
        .failed = text_failed,
        .watch = watch,
        .poll_ms = HOUR_MS,
        .rescan_ms = HOUR_MS};
}

static const struct watch_terms terms = {.queue = 1};

static void wait_for_message(const struct mailbox *box)
{
    struct pollfd bell = {.fd = mailbox_descriptor(box), .events = POLLIN};
    assert_int_equal(poll(&bell, 1, 30000), 1);
}

static void wait_until_idle(const struct watch *watch)
{
    while (watch_is_stuck(watch, clock_steady_ms() + HOUR_MS, HOUR_MS / 2))
        usleep(1000);
}

static void a_thread_is_stuck_in_a_call_that_does_not_return(void **state)
{
    (void)state;
    struct folder folder = plain_folder(directory, WATCH_AUTO);
    struct config config = {.references = 1, .folders = &folder, .folder_count = 1};
    struct mailbox *inbox = mailbox_new(16), *outbox = mailbox_new(16);
    struct watch *watch = NULL;
    assert_int_equal(own_files_make(&config), 0);
    eventfd_t value;
    assert_int_equal(scratch_make(directory), 0);
    came = eventfd(0, 0);
    may_go = eventfd(0, 0);
    assert_int_equal(watch_start(&config, &terms, inbox, outbox, &watch), 0);
    eventfd_read(came, &value);
    int64_t now = clock_steady_ms();
    assert_true(watch_is_stuck(watch, now + HOUR_MS, HOUR_MS / 2));
    assert_false(watch_is_stuck(watch, now, HOUR_MS));
    watch_ask(watch);
    assert_false(watch_is_stuck(watch, now, HOUR_MS));
    watch_ask(watch);
    assert_true(watch_is_stuck(watch, now, HOUR_MS));
    eventfd_write(may_go, 1);
    wait_for_message(outbox);
    wait_until_idle(watch);
    watch_ask(watch);
    watch_ask(watch); /* what it is asked while it waits, it answers */
    wait_until_idle(watch);
    watch_stop(watch);
    mailbox_free(inbox);
    mailbox_free(outbox);
    own_files_free(config.own_files);
    close(came);
    close(may_go);
    scratch_remove(directory);
}

static void a_thread_that_waits_for_room_in_its_outbox_is_not_stuck(void **state)
{
    (void)state;
    struct folder folders[] = {
        plain_folder(text_nowhere, WATCH_POLL), plain_folder(text_nowhere, WATCH_POLL)};
    struct config config = {.references = 1, .folders = folders, .folder_count = 2};
    struct mailbox *inbox = mailbox_new(16), *outbox = mailbox_new(1);
    struct watch *watch = NULL;
    assert_int_equal(own_files_make(&config), 0);
    assert_int_equal(watch_start(&config, &terms, inbox, outbox, &watch), 0);
    wait_for_message(outbox); /* about the first folder: no room for the second */
    wait_until_idle(watch);
    watch_stop(watch);
    mailbox_free(inbox);
    mailbox_free(outbox);
    own_files_free(config.own_files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_is_stuck_in_a_call_that_does_not_return),
        cmocka_unit_test(a_thread_that_waits_for_room_in_its_outbox_is_not_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
