/**
 * The HTTP engine: many transfers at once in one thread (libcurl's multi interface). HTTP/1.1,
 * connections kept alive, TLS sessions shared, no redirects, nothing taken from the environment.
 *
 * http.c, request.c and shaper.c are the only doors to libcurl.
 */
#ifndef CLOSEDROP_HTTP_HTTP_H
#define CLOSEDROP_HTTP_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct http;
struct request;

/** A new engine, NULL when it cannot be had. Its requests must be freed before it. */
struct http *http_new(void);
void http_free(struct http *http);

/**
 * How many bytes a second all requests together may send, 0: no limit; from now on, also for those
 * under way. Files wait for it, in turn; what else is sent (headers, fields, JSON) is counted.
 */
void http_set_bandwidth(struct http *http, int64_t bytes_a_second);

/** Put a request under way. Returns 0 or a negative errno. The request stays the caller's. */
int http_start(struct http *http, struct request *request);

/** Take a request out, finished or not. Harmless for one that was never started. */
void http_stop(struct http *http, struct request *request);

/**
 * Move the transfers on, then wait until one can go on, one of `fds` can be read, or `timeout_ms`
 * has passed (-1: without end). Without end means it: an idle engine never wakes by itself.
 */
void http_wait(struct http *http, const int *fds, size_t count, int64_t timeout_ms);

/** The next request that has ended (see request_end()), NULL when there is none. */
struct request *http_next_ended(struct http *http);

#endif
