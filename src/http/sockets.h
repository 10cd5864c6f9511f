/**
 * The sockets of the transfers in progress, polled by ourselves: libcurl tells by a callback what
 * it waits for, and continues with those that are ready (curl_multi_socket_action(3)). Left to
 * curl_multi_perform(3) it would ask the kernel about each transfer each time.
 */
#ifndef CLOSEDROP_HTTP_SOCKETS_H
#define CLOSEDROP_HTTP_SOCKETS_H

#include <curl/curl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/** How many descriptors of others are polled, too. */
#define FDS_MAX 8

/** All zero, and one sockets_reserve(), before anything else. */
struct sockets {
    struct pollfd *wanted; /* what libcurl waits for */
    size_t count, room;
    struct pollfd *polled; /* with those of others before them */
};

/** Make room for the sockets of so many transfers. 0 or -ENOMEM. */
int sockets_reserve(struct sockets *sockets, size_t transfers);
void sockets_release(struct sockets *sockets);

/** What libcurl waits for from now on: its CURLMOPT_SOCKETFUNCTION, with `context` the sockets. */
int sockets_want(CURL *easy, curl_socket_t fd, int what, void *context, void *unused);

/** Wait until one of them is ready, one of `fds` is readable, or `timeout_ms` has passed
 * (INT64_MAX: never does), and have libcurl continue with those that are. */
void sockets_wait(
    struct sockets *sockets, CURLM *multi, const int *fds, size_t count, int64_t timeout_ms);

#endif
