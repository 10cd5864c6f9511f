/**
 * The control socket: an HTTP server on a Unix socket for its owner and group only, run from the
 * loop of the work thread. The only door to libmicrohttpd in the agent.
 */
#ifndef CLOSEDROP_CONTROL_SERVER_H
#define CLOSEDROP_CONTROL_SERVER_H

#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

#include <stdint.h>

struct server;
struct str;

/** Answers a question; called by server_run(). */
typedef struct answer server_answer(void *context, const struct question *question);

/**
 * Listen on `path`, replacing a stale socket. Returns 0, or a negative errno with the reason added
 * to `why`.
 */
int server_open(const char *path, server_answer *answer, void *context, struct server **ret_server,
    struct str *why);
void server_close(struct server *server);

/** Readable when server_run() has something to do. */
int server_descriptor(const struct server *server);
void server_run(struct server *server);

/** The longest wait before the next server_run(), in ms; INT64_MAX: until the descriptor is
 * readable. */
int64_t server_timeout(const struct server *server);

#endif
