/* A file process whose socket is full: what found no room is sent as soon as there is some. */
#include "intake/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH (1024 * 1024)

static void what_found_no_room_is_sent_when_there_is_some(void **state)
{
    (void)state;
    static char bytes[LENGTH];
    int ends[2], epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event), 0);
    struct process process = {.fd = ends[0], .epoll = epoll, .outgoing = STR_INIT(2 * LENGTH)};
    str_add_bytes(&process.outgoing, bytes, sizeof(bytes));
    assert_int_equal(process_send(&process), 0);
    assert_true(process.outgoing.length > 0);
    assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
    while (process.outgoing.length) {
        while (read(ends[1], bytes, sizeof(bytes)) > 0)
            ;
        assert_int_equal(epoll_wait(epoll, &event, 1, 1000), 1);
        assert_int_equal(event.events, EPOLLOUT);
        assert_int_equal(process_send(&process), 0);
    }
    assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
    str_release(&process.outgoing);
    close(ends[0]);
    close(ends[1]);
    close(epoll);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_found_no_room_is_sent_when_there_is_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
