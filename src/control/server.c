/** An HTTP server run from the loop by its descriptor, with the requests that wait in it. */
#include "server_state.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_MAX_S 10

static struct peer *peer_new(struct MHD_Connection *connection, struct server *server)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    if (!peer)
        return NULL;
    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer->due_ms = clock_steady_ms() + REQUEST_MAX_MS;
    peer->next = server->peers;
    server->peers = peer;
    return peer;
}

static void peer_end(struct server *server, struct peer *peer)
{
    struct peer **at = &server->peers;
    while (*at && *at != peer)
        at = &(*at)->next;
    if (*at)
        *at = peer->next;
    free(peer);
}

static void note_connection(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = peer_new(connection, context);
    else
        peer_end(context, *socket_context);
}

int server_open(int fd, const char *path, const struct service *service, void *context,
    struct server **ret_server)
{
    struct server *server = calloc(1, sizeof(*server));
    char *copy = path ? strdup(path) : NULL;
    if (server && (copy || !path))
        server->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
            exchange_handle, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
            service->connections_max, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_MAX_S,
            MHD_OPTION_NOTIFY_COMPLETED, exchange_end, NULL, MHD_OPTION_NOTIFY_CONNECTION,
            note_connection, server, MHD_OPTION_END);
    if (!server || !server->daemon) {
        free(copy);
        free(server);
        return -ENOMEM;
    }
    server->path = copy;
    server->service = service;
    server->context = context;
    *ret_server = server;
    return 0;
}

void server_close(struct server *server)
{
    if (!server)
        return;
    while (server->suspended) /* as MHD_stop_daemon() requires */
        exchange_resume(server->suspended);
    MHD_stop_daemon(server->daemon);
    if (server->path)
        unlink(server->path);
    free(server->path);
    free(server);
}

int server_descriptor(const struct server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

/** Resume those that are due. */
static void resume_until(struct server *server, int64_t due_ms)
{
    for (struct exchange *exchange = server->suspended, *next; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->due_ms <= due_ms)
            exchange_resume(exchange);
    }
}

void server_wake_streams(struct server *server)
{
    for (struct exchange *exchange = server->suspended, *next; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->due_ms == INT64_MAX)
            exchange_resume(exchange);
    }
    MHD_run(server->daemon); /* without it, the descriptor would not become readable */
}

/** Whoever takes too long is cut off, however much of it arrives now and then. */
static void end_slow_peers(struct server *server, int64_t now_ms)
{
    for (struct peer *peer = server->peers; peer; peer = peer->next)
        if (peer->due_ms <= now_ms) {
            shutdown(peer->fd, SHUT_RDWR); /* libmicrohttpd then closes it */
            peer->due_ms = INT64_MAX;
        }
}

static unsigned count_connections(const struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
        ->num_connections;
}

void server_run(struct server *server)
{
    end_slow_peers(server, clock_steady_ms());
    resume_until(server, clock_steady_ms());
    unsigned before;
    do { /* one that ended may make room: only the next run listens again for others */
        before = count_connections(server);
        MHD_run(server->daemon);
    } while (count_connections(server) < before);
}

int64_t server_timeout(const struct server *server)
{
    MHD_UNSIGNED_LONG_LONG ms;
    int64_t timeout = MHD_get_timeout(server->daemon, &ms) == MHD_YES ? (int64_t)ms : INT64_MAX;
    int64_t now = server->suspended || server->peers ? clock_steady_ms() : 0;
    for (const struct peer *peer = server->peers; peer; peer = peer->next)
        if (peer->due_ms != INT64_MAX)
            timeout = earlier(timeout, later(peer->due_ms - now, 0));
    for (const struct exchange *exchange = server->suspended; exchange; exchange = exchange->next)
        if (exchange->due_ms != INT64_MAX)
            timeout = earlier(timeout, later(exchange->due_ms - now, 0));
    return timeout;
}
