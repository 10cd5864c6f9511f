/** The control socket: the questions of the commands, on a Unix socket for its owner and group. */
#ifndef CLOSEDROP_CONTROL_CONTROL_SOCKET_H
#define CLOSEDROP_CONTROL_CONTROL_SOCKET_H

#include "closedrop/control/questions.h"
#include "closedrop/control/server.h"

struct str;

/** A control socket, and who answers on it. */
struct control_socket {
    answerer *answer; /* called by server_run() ... */
    void *context;    /* ... with this */
    struct server *server;
};

/**
 * Listen on `path`, replacing a stale socket; `control` has its first two fields set, and must
 * stay where it is until server_close(). Returns 0, or a negative errno with the reason added to
 * `why`.
 */
int control_socket_open(struct control_socket *control, const char *path, struct str *why);

#endif
