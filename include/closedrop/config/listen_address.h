/** Where the HTTP server listens, as `http.listen` says it. Pure. */
#ifndef CLOSEDROP_CONFIG_LISTEN_ADDRESS_H
#define CLOSEDROP_CONFIG_LISTEN_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct str;

#define LISTEN_UNIX "unix:"

struct listen_address {
    union {
        struct sockaddr generic;
        struct sockaddr_un local;
        struct sockaddr_storage any;
    };
    socklen_t length;
    int port; /* 0: a Unix socket */
};

/**
 * Read "127.0.0.1:8674", "[::1]:8674", "localhost:8674" or "unix:/run/http.sock". Returns 0, or
 * -EINVAL with what is wrong, and what would be right, added to `why`: any address but those of
 * this machine's loopback interface is refused, because the server does not encrypt.
 */
int listen_address_parse(const char *text, struct listen_address *ret_address, struct str *why);

#endif
