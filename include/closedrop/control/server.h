/**
 * An HTTP server, run from the loop of the work thread. The only door to libmicrohttpd in the
 * agent; what is served is up to a `struct service`.
 */
#ifndef CLOSEDROP_CONTROL_SERVER_H
#define CLOSEDROP_CONTROL_SERVER_H

#include "closedrop/control/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;

/** A request that is being served. Its texts are valid until it has been answered. */
struct exchange;

/** "GET", "HEAD", "POST" or any other. */
const char *exchange_method(const struct exchange *exchange);

/** The path, decoded, without its query. */
const char *exchange_path(const struct exchange *exchange);

/** NULL if it is missing. */
const char *exchange_header(const struct exchange *exchange, const char *name);

/** A parameter of the query, for question_parse(); NULL if it is missing. */
const char *exchange_parameter(void *exchange, const char *name);

/** The whole body; "" if it has none. */
const char *exchange_body(const struct exchange *exchange, size_t *ret_length);

/** What a server serves, and to how many. All requests are answered by server_run(). */
struct service {
    unsigned connections_max;
    size_t body_max; /* bytes; a longer body is refused before it is read */

    /**
     * Whether a request is admitted; if not, `refusal` is set, and its body is not read. NULL:
     * all are.
     */
    bool (*admit)(void *context, const struct exchange *exchange, struct reply *refusal);

    /** Answer a whole request. */
    void (*answer)(void *context, struct exchange *exchange, struct reply *reply);
};

/**
 * Serve on the listening socket `fd`, which the server then owns; `path` (NULL for none) is removed
 * when it is closed. `service` must remain valid until then. Returns 0, or -ENOMEM (or out of
 * descriptors), which leaves both to the caller.
 */
int server_open(int fd, const char *path, const struct service *service, void *context,
    struct server **ret_server);

/** Also ends what is being served; NULL is ignored. */
void server_close(struct server *server);

/** Readable when server_run() has something to do. */
int server_descriptor(const struct server *server);
void server_run(struct server *server);

/** Let the streams (reply.h) send what they have. */
void server_wake_streams(struct server *server);

/** The longest wait before the next server_run(), in ms; INT64_MAX: until the descriptor is
 * readable. */
int64_t server_timeout(const struct server *server);

#endif
