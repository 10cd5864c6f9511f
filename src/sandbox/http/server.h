/**
 * One port and its connections: a service's functions are called as a request comes in, and what
 * they answer is sent. The only door to libmicrohttpd.
 *
 * Every connection has a thread of its own, so a service may block in its functions (a latency, a
 * fault) without holding up anybody else; it waits by request_wait(), which ends at once when the
 * server stops. Listens on 127.0.0.1 only.
 */
#ifndef CLOSEDROP_SANDBOX_HTTP_SERVER_H
#define CLOSEDROP_SANDBOX_HTTP_SERVER_H

#include <stddef.h>
#include <stdint.h>

struct reply;
struct request;
struct server;

/** What a port does with requests. Any function but finish may be NULL. */
struct service {
    size_t state_size; /* bytes of its own that each request gets, zeroed */

    /**
     * The header is in. An answer put into `reply` at once is a refusal: a client that waits for
     * "100 Continue" gets it without sending its body, of any other the body is thrown away first.
     */
    void (*begin)(struct request *request, struct reply *reply);

    /** Some of the body. Other than 0: close the connection. */
    int (*body)(struct request *request, const char *bytes, size_t length);

    /** All is in (not called after a refusal). Other than 0: close the connection. */
    int (*finish)(struct request *request, struct reply *reply);

    /** Called once for each request: before its answer goes out, or when it was lost. */
    void (*leave)(struct request *request);

    /** Release what is in the state. */
    void (*end)(struct request *request);
};

struct server_options {
    uint16_t port; /* 0: a free one */
    const struct service *service;
    void *context; /* handed to the service with each request */
};

/** Take the port; who connects waits until server_start(). Returns 0 or negative errno. */
int server_bind(const struct server_options *options, struct server **ret_server);

/** The port it really has. */
uint16_t server_port(const struct server *server);

/**
 * Begin to answer; with TLS where the two files (PEM, both or neither) are given. Returns 0, the
 * errno of reading them, or -EPROTO where they cannot be used. Not to be tried twice.
 */
int server_start(struct server *server, const char *cert_file, const char *key_file);

/** End all connections and stop. NULL is nothing to stop. */
void server_stop(struct server *server);

/** "GET", and the path as it came. */
const char *request_method(const struct request *request);
const char *request_path(const struct request *request); /* without its query */

/** The value of a header, NULL where there is none. */
const char *request_header(const struct request *request, const char *name);

/** The value of a parameter of the query, decoded; NULL where there is none. */
const char *request_query(const struct request *request, const char *name);

/** Call `each` for every parameter of the query. */
void request_each_query(const struct request *request,
    void (*each)(void *context, const char *name, const char *value), void *context);

/** The `state_size` bytes of this request; the context of its server. */
void *request_state(struct request *request);
void *request_context(const struct request *request);

/** Wait. Returns 0, or -ECANCELED when the server is stopping. */
int request_wait(const struct request *request, int64_t ms);

/** Wait until the client has gone or the server is stopping. */
void request_wait_gone(const struct request *request);

/** Reset the connection under it; what the service then returns must close it. */
void request_reset(const struct request *request);

#endif
