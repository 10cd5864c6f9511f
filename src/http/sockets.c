/** A list for poll(2) that libcurl keeps, with no allocation where libcurl could not hear of its
 * failure. */
#include "sockets.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/** libcurl's MAX_SOCKSPEREASYHANDLE: a connection, or several that race to become it. */
#define SOCKETS_A_TRANSFER 5

int sockets_reserve(struct sockets *sockets, size_t transfers)
{
    size_t room = transfers * SOCKETS_A_TRANSFER;
    if (sockets->polled && room <= sockets->room)
        return 0;
    struct pollfd *wanted = reallocarray(sockets->wanted, room + 1, sizeof(*wanted));
    sockets->wanted = wanted ? wanted : sockets->wanted;
    struct pollfd *polled = reallocarray(sockets->polled, FDS_MAX + room, sizeof(*polled));
    sockets->polled = polled ? polled : sockets->polled;
    if (!wanted || !polled)
        return -ENOMEM;
    sockets->room = room;
    return 0;
}

void sockets_release(struct sockets *sockets)
{
    free(sockets->wanted);
    free(sockets->polled);
    *sockets = (struct sockets){.wanted = NULL};
}

static struct pollfd *find(const struct sockets *sockets, int fd)
{
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->wanted[i].fd == fd)
            return &sockets->wanted[i];
    return NULL;
}

int sockets_want(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
    (void)easy;
    (void)unused;
    struct sockets *sockets = context;
    struct pollfd *wanted = find(sockets, fd);
    if (what == CURL_POLL_REMOVE) {
        if (wanted)
            *wanted = sockets->wanted[--sockets->count];
        return 0;
    }
    if (!wanted && sockets->count < sockets->room)
        wanted = &sockets->wanted[sockets->count++];
    if (wanted)
        *wanted = (struct pollfd){.fd = fd,
            .events =
                (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0))};
    return 0;
}

/** As libcurl understands it: what has failed is found out by reading. */
static int readiness(short revents)
{
    return (revents & (POLLIN | POLLERR | POLLHUP) ? CURL_CSELECT_IN : 0) |
           (revents & POLLOUT ? CURL_CSELECT_OUT : 0);
}

void sockets_wait(
    struct sockets *sockets, CURLM *multi, const int *fds, size_t count, int64_t timeout_ms)
{
    int running;
    size_t others = count < FDS_MAX ? count : FDS_MAX, all = others + sockets->count;
    struct pollfd *polled = sockets->polled;
    for (size_t i = 0; i < others; i++)
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    memcpy(polled + others, sockets->wanted, sockets->count * sizeof(*polled));
    int timeout = timeout_ms == INT64_MAX ? -1 : timeout_ms < INT_MAX ? (int)timeout_ms : INT_MAX;
    if (poll(polled, all, timeout) <= 0)
        return;
    for (size_t i = others; i < all; i++)
        if (polled[i].revents) /* one that is closed by now is none of its own any more */
            curl_multi_socket_action(multi, polled[i].fd, readiness(polled[i].revents), &running);
}
