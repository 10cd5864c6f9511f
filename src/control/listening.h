/** Sockets that listen. */
#ifndef CLOSEDROP_CONTROL_LISTENING_H
#define CLOSEDROP_CONTROL_LISTENING_H

struct listen_address;

/**
 * Listen; a Unix socket is for its owner and group only, its directory is created, and a stale
 * socket is replaced. Returns the descriptor, or a negative errno: -EADDRINUSE if somebody listens
 * there already.
 */
int listening_open(const struct listen_address *address);

#endif
