/** The server and its requests, for the two files that use libmicrohttpd: the door to it. */
#ifndef CLOSEDROP_CONTROL_SERVER_STATE_H
#define CLOSEDROP_CONTROL_SERVER_STATE_H

#include "closedrop/base/str.h"
#include "closedrop/control/server.h"

#include <microhttpd.h>

struct server {
    struct MHD_Daemon *daemon;
    char *path; /* of its socket; NULL: it has none */
    const struct service *service;
    void *context;
    struct exchange *suspended; /* those that wait, for a time or for something to send */
    struct peer *peers;         /* everybody who is connected */
};

/** A connection, and how long it may still take. */
struct peer {
    int fd;
    int64_t due_ms; /* when it is closed, on the steady clock; INT64_MAX: not by the clock */
    struct peer *next;
};

struct exchange {
    struct server *server;
    struct MHD_Connection *connection;
    struct peer *peer;
    const char *method;
    const char *path;
    struct str body;
    struct reply reply;
    struct str piece; /* of its stream, ... */
    size_t sent;      /* ... and how much of it has been sent */
    bool is_answered;
    bool is_suspended;
    int64_t due_ms; /* when it continues, on the steady clock; INT64_MAX: when it is woken */
    struct exchange *next;
};

/** How long a request may take to arrive, from the connection or the previous answer on; ... */
#define REQUEST_MAX_MS 5000
/** ... and how long an answer may take to be read, unless it is a stream. */
#define ANSWER_MAX_MS 30000

/** The callbacks of libmicrohttpd; `context` is the server. */
enum MHD_Result exchange_handle(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **request);
void exchange_end(void *context, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code);

/** Continue with a suspended one. */
void exchange_resume(struct exchange *exchange);

#endif
