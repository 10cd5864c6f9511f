/**
 * The control socket: HTTP on a Unix socket that only its owner and group may use, run from the
 * work thread's own loop. The only door to libmicrohttpd in the agent.
 */
#ifndef CLOSEDROP_CONTROL_SERVER_H
#define CLOSEDROP_CONTROL_SERVER_H

#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

#include <stdint.h>

struct server;
struct str;

/** Answers a question; called from server_run(). */
typedef struct answer server_answer(void *context, const struct question *question);

/**
 * Listen at `path`, replacing a socket nobody listens on. Returns 0, or a negative errno with the
 * reason added to `why`.
 */
int server_open(const char *path, server_answer *answer, void *context, struct server **ret_server,
    struct str *why);
void server_close(struct server *server);

/** Readable when there is something to do for server_run(). */
int server_descriptor(const struct server *server);
void server_run(struct server *server);

/** How long server_run() may wait, in ms; -1 for as long as the descriptor is silent. */
int64_t server_timeout(const struct server *server);

#endif
