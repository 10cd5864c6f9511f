/**
 * The HTTP engine: many simultaneous transfers in one thread (libcurl's multi interface). It speaks
 * HTTP/1.1, keeps connections alive and shares TLS sessions. It follows no redirects and takes
 * nothing from the environment.
 *
 * http.c, request.c, fields_request.c, mail_request.c, shaper.c and sockets.c are the only doors to
 * libcurl.
 */
#ifndef CLOSEDROP_HTTP_HTTP_H
#define CLOSEDROP_HTTP_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct http;
struct request;

/** Create an engine; NULL on failure. Free all its requests before you free it. */
struct http *http_new(void);
void http_free(struct http *http);

/**
 * Limit what all requests together send to `bytes_a_second`; 0: no limit. Applies at once, also to
 * requests in progress. Files wait for the limit, in turn; everything else (headers, fields, JSON)
 * is counted but does not wait.
 */
void http_set_bandwidth(struct http *http, int64_t bytes_a_second);

/** Start a request. Returns 0 or a negative errno. The caller still owns the request. */
int http_start(struct http *http, struct request *request);

/** Start a request, with no other in progress, and wait until it has ended or cannot be started. */
void http_run(struct http *http, struct request *request);

/** Remove a request, finished or not. Harmless if it was never started. */
void http_stop(struct http *http, struct request *request);

/**
 * Advance the transfers, then wait until one of them can continue, one of `fds` is readable, or
 * `timeout_ms` has passed. INT64_MAX waits indefinitely: an idle engine does not wake up by itself.
 */
void http_wait(struct http *http, const int *fds, size_t count, int64_t timeout_ms);

/** The next request that has ended (see request_end()); NULL if there is none. */
struct request *http_next_ended(struct http *http);

#endif
