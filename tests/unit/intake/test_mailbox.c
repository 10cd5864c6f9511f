/* The mailboxes between the two threads: order, bound, the bell, and who waits for room is woken.
 */
#include "closedrop/intake/mailbox.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <cmocka.h>

static int bell_calls;

int __real_eventfd_write(int, eventfd_t);
int __wrap_eventfd_write(int fd, eventfd_t value);
int __wrap_eventfd_write(int fd, eventfd_t value)
{
    bell_calls++;
    return __real_eventfd_write(fd, value);
}

int __real_eventfd_read(int, eventfd_t *);
int __wrap_eventfd_read(int fd, eventfd_t *value);
int __wrap_eventfd_read(int fd, eventfd_t *value)
{
    bell_calls++;
    return __real_eventfd_read(fd, value);
}

static struct config config = {.references = 1}; /* held by messages, never freed */

static struct message *message(size_t number)
{
    struct message *new = message_new(MESSAGE_RESETTLE, &config, number, 0);
    assert_non_null(new);
    return new;
}

static void expect_next(struct mailbox *box, size_t number)
{
    struct message *next = mailbox_take(box);
    assert_non_null(next);
    assert_int_equal(next->folder, number);
    message_free(next);
}

static bool rings(const struct mailbox *box)
{
    struct pollfd bell = {.fd = mailbox_descriptor(box), .events = POLLIN};
    return poll(&bell, 1, 0) == 1;
}

static void gives_letters_in_order(void **state)
{
    (void)state;
    struct mailbox *box = mailbox_new(100);
    assert_null(mailbox_take(box));
    for (size_t i = 0; i < 50; i++)
        assert_true(mailbox_post(box, message(i), false));
    for (size_t i = 0; i < 25; i++)
        expect_next(box, i);
    assert_true(mailbox_post(box, message(50), false));
    for (size_t i = 25; i <= 50; i++)
        expect_next(box, i);
    assert_null(mailbox_take(box));
    mailbox_free(box);
}

static void refuses_what_finds_no_room(void **state)
{
    (void)state;
    struct mailbox *box = mailbox_new(2);
    assert_true(mailbox_post(box, message(0), false));
    assert_true(mailbox_post(box, message(1), false));
    assert_false(mailbox_post(box, message(2), false)); /* and frees it */
    expect_next(box, 0);
    assert_true(mailbox_post(box, message(3), false));
    expect_next(box, 1);
    expect_next(box, 3);
    mailbox_free(box);
}

static void rings_while_there_are_messages(void **state)
{
    (void)state;
    struct mailbox *box = mailbox_new(10);
    assert_false(rings(box));
    assert_true(mailbox_post(box, message(0), false));
    assert_true(mailbox_post(box, message(1), false));
    assert_true(rings(box));
    expect_next(box, 0);
    assert_true(rings(box));
    expect_next(box, 1);
    assert_false(rings(box));
    assert_true(mailbox_post(box, message(2), false));
    assert_true(rings(box));
    mailbox_free(box); /* with a message in it */
}

static void rings_once_for_many_messages(void **state)
{
    (void)state;
    struct mailbox *box = mailbox_new(10);
    bell_calls = 0;
    assert_null(mailbox_take(box));
    assert_int_equal(bell_calls, 0);
    for (size_t i = 0; i < 5; i++)
        assert_true(mailbox_post(box, message(i), false));
    mailbox_wake(box);
    for (size_t i = 0; i < 5; i++)
        expect_next(box, i);
    assert_null(mailbox_take(box));
    assert_int_equal(bell_calls, 2);
    mailbox_wake(box);
    assert_true(rings(box));
    assert_null(mailbox_take(box));
    assert_false(rings(box));
    mailbox_free(box);
}

static void is_read_to_its_end_once_closed(void **state)
{
    (void)state;
    struct mailbox *box = mailbox_new(10);
    assert_true(mailbox_post(box, message(0), false));
    assert_false(mailbox_is_closed(box));
    mailbox_close(box);
    assert_true(mailbox_is_closed(box));
    assert_false(mailbox_post(box, message(1), false));
    assert_false(mailbox_post(box, message(1), true));
    expect_next(box, 0);
    assert_null(mailbox_take(box));
    assert_true(rings(box)); /* so that its reader sees that it is closed */
    mailbox_free(box);
}

static void holds_the_configuration(void **state)
{
    (void)state;
    int before = atomic_load(&config.references);
    struct message *one = message(0);
    assert_int_equal(atomic_load(&config.references), before + 1);
    message_free(one);
    assert_int_equal(atomic_load(&config.references), before);
    message_free(NULL);
}

static void owns_its_sightings(void **state)
{
    (void)state;
    struct message *seen = message_new(MESSAGE_SEEN, &config, 1, 3);
    assert_int_equal(seen->count, 0);
    for (; seen->count < 3; seen->count++) {
        assert_null(seen->sightings[seen->count].path);
        seen->sightings[seen->count].path = strdup("a.pdf");
        seen->sightings[seen->count].error_message = strdup("why");
    }
    message_free(seen);
}

/* ---- with a second thread ---- */

#define MESSAGES 2000

struct sender {
    struct mailbox *box;
    size_t sent;
};

static void *send_all(void *context)
{
    struct sender *sender = context;
    while (sender->sent < MESSAGES) {
        struct message *new = message_new(MESSAGE_RESETTLE, &config, sender->sent, 0);
        if (!mailbox_post(sender->box, new, true))
            break;
        sender->sent++;
    }
    return NULL;
}

static void makes_the_sender_wait_for_room(void **state)
{
    (void)state;
    struct sender sender = {mailbox_new(3), 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_all, &sender), 0);
    for (size_t i = 0; i < MESSAGES; i++) {
        struct pollfd bell = {.fd = mailbox_descriptor(sender.box), .events = POLLIN};
        assert_int_equal(poll(&bell, 1, 30000), 1);
        expect_next(sender.box, i);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(sender.sent, MESSAGES);
    assert_null(mailbox_take(sender.box));
    mailbox_free(sender.box);
}

static void wakes_who_waits_when_it_is_closed(void **state)
{
    (void)state;
    struct sender sender = {mailbox_new(1), 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_all, &sender), 0);
    struct pollfd bell = {.fd = mailbox_descriptor(sender.box), .events = POLLIN};
    assert_int_equal(poll(&bell, 1, 30000), 1); /* one is in, the sender waits */
    mailbox_close(sender.box);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(sender.sent, 1);
    mailbox_free(sender.box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_letters_in_order),
        cmocka_unit_test(refuses_what_finds_no_room),
        cmocka_unit_test(rings_while_there_are_messages),
        cmocka_unit_test(rings_once_for_many_messages),
        cmocka_unit_test(is_read_to_its_end_once_closed),
        cmocka_unit_test(holds_the_configuration),
        cmocka_unit_test(owns_its_sightings),
        cmocka_unit_test(makes_the_sender_wait_for_room),
        cmocka_unit_test(wakes_who_waits_when_it_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
