/**
 * Connects a service to libmicrohttpd: turns its callbacks into a request's begin, body and
 * finish, and a reply, whole or spoiled, into a response.
 */
#include "http/server.h"

#include "http/reply.h"
#include "util/file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

#include <microhttpd.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/** Room for the header and for a piece of the body; large uploads come in pieces of this size. */
#define CONNECTION_MEMORY ((size_t)256 << 10)
#define CONNECTIONS_MAX 4096U
#define THREAD_STACK ((size_t)512 << 10)
#define BACKLOG 1024
#define PEM_MAX 65536
#define STREAM_BLOCK ((size_t)64 << 10)

struct server {
    struct MHD_Daemon *daemon;
    const struct service *service;
    void *context;
    uint16_t port;
    int listener; /* until the daemon owns it, then -1 */
    int stopping; /* an eventfd: readable from server_stop() on */
    char *cert, *key;
};

struct request {
    struct server *server;
    struct MHD_Connection *connection;
    const char *method;
    char *path;
    struct reply reply;
    bool left;
    _Alignas(max_align_t) char state[];
};

/* ---- what a service may ask ---- */

const char *request_method(const struct request *request)
{
    return request->method;
}

const char *request_path(const struct request *request)
{
    return request->path;
}

const char *request_header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *request_query(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct visitor {
    void (*each)(void *context, const char *name, const char *value);
    void *context;
};

static enum MHD_Result visit_query(
    void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    const struct visitor *visitor = context;
    visitor->each(visitor->context, name, value ? value : "");
    return MHD_YES;
}

void request_each_query(const struct request *request,
    void (*each)(void *context, const char *name, const char *value), void *context)
{
    struct visitor visitor = {each, context};
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, visit_query, &visitor);
}

void *request_state(struct request *request)
{
    return request->state;
}

void *request_context(const struct request *request)
{
    return request->server->context;
}

int request_wait(const struct request *request, int64_t ms)
{
    struct pollfd stop = {.fd = request->server->stopping, .events = POLLIN};
    int ready = poll(&stop, 1, ms < INT_MAX ? (int)ms : INT_MAX);
    return ready > 0 ? -ECANCELED : 0;
}

static int socket_of(const struct request *request)
{
    return MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
        ->connect_fd;
}

void request_wait_gone(const struct request *request)
{
    struct pollfd either[] = {
        {.fd = request->server->stopping, .events = POLLIN},
        {.fd = socket_of(request), .events = POLLRDHUP},
    };
    while (poll(either, 2, -1) < 0 && errno == EINTR)
        continue;
}

void request_reset(const struct request *request)
{
    /* dissolving the association sends the reset now; SO_LINGER would come too late, since a FIN
     * goes out before the socket is closed */
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    (void)connect(socket_of(request), &none, sizeof(none));
}

/* ---- answers ---- */

/** A body that is made, or cut off, while it is sent. */
struct outflow {
    struct reply_stream stream;
    struct str piece;
    size_t sent; /* of the piece */
    size_t stop; /* break off behind this many bytes */
};

static void free_outflow(void *context)
{
    struct outflow *outflow = context;
    if (outflow->stream.end)
        outflow->stream.end(outflow->stream.context);
    str_release(&outflow->piece);
    free(outflow);
}

static ssize_t next_piece(void *context, uint64_t position, char *room, size_t max)
{
    struct outflow *outflow = context;
    (void)position;
    if (outflow->sent == outflow->piece.length) {
        str_clear(&outflow->piece);
        outflow->sent = 0;
        if (!outflow->stream.more(outflow->stream.context, &outflow->piece))
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (str_error(&outflow->piece))
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t left = outflow->piece.length - outflow->sent;
    size_t length = left < max ? left : max;
    memcpy(room, outflow->piece.bytes + outflow->sent, length);
    outflow->sent += length;
    return (ssize_t)length;
}

static ssize_t first_half(void *context, uint64_t position, char *room, size_t max)
{
    struct outflow *outflow = context;
    if (position >= outflow->stop)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = outflow->stop - (size_t)position;
    size_t length = left < max ? left : max;
    memcpy(room, outflow->piece.bytes + position, length);
    return (ssize_t)length;
}

static struct MHD_Response *flowing_response(struct reply *reply)
{
    struct outflow *outflow = calloc(1, sizeof(*outflow));
    if (!outflow)
        return NULL;
    bool cut = reply->end == REPLY_HALF;
    uint64_t size = cut ? reply->body.length : MHD_SIZE_UNKNOWN;
    outflow->stop = reply->body.length / 2;
    outflow->stream = reply->stream;
    outflow->piece = cut ? reply->body : (struct str)STR_INIT(REPLY_BODY_MAX);
    reply->stream = (struct reply_stream){0}; /* both now belong to the outflow */
    if (cut)
        reply->body = (struct str)STR_INIT(REPLY_BODY_MAX);
    return MHD_create_response_from_callback(
        size, STREAM_BLOCK, cut ? first_half : next_piece, outflow, free_outflow);
}

static struct MHD_Response *plain_response(struct reply *reply)
{
    size_t length = reply->body.length;
    if (length == 0)
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    char *body = str_take(&reply->body);
    return body ? MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE) : NULL;
}

static struct MHD_Response *make_response(struct reply *reply)
{
    bool cut = reply->end == REPLY_HALF && reply->body.length;
    return reply->stream.more || cut ? flowing_response(reply) : plain_response(reply);
}

static void leave(struct request *request)
{
    if (!request->left && request->server->service->leave)
        request->server->service->leave(request);
    request->left = true;
}

static enum MHD_Result send_reply(struct request *request)
{
    struct reply *reply = &request->reply;
    if (reply->delay_ms && request_wait(request, reply->delay_ms) != 0)
        return MHD_NO;
    leave(request);
    struct MHD_Response *response = reply->end == REPLY_NOTHING ? NULL : make_response(reply);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < reply->header_count; i++)
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    enum MHD_Result queued =
        MHD_queue_response(request->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* ---- a request's way ---- */

static bool waits_for_continue(const struct request *request)
{
    const char *expect = request_header(request, "Expect");
    return expect && strcasecmp(expect, "100-continue") == 0;
}

static enum MHD_Result begin_request(struct server *server, struct MHD_Connection *connection,
    const char *path, const char *method, void **slot)
{
    struct request *request = calloc(1, sizeof(*request) + server->service->state_size);
    if (!request)
        return MHD_NO;
    *slot = request; /* from here on freed by end_request() */
    request->server = server;
    request->connection = connection;
    request->method = method;
    request->reply = (struct reply)REPLY_INIT;
    request->path = strdup(path);
    if (!request->path)
        return MHD_NO;
    if (server->service->begin)
        server->service->begin(request, &request->reply);
    bool refused = request->reply.status != 0;
    return refused && waits_for_continue(request) ? send_reply(request) : MHD_YES;
}

static enum MHD_Result take_body(struct request *request, const char *bytes, size_t length)
{
    const struct service *service = request->server->service;
    if (request->reply.status || !service->body)
        return MHD_YES;
    return service->body(request, bytes, length) == 0 ? MHD_YES : MHD_NO;
}

static enum MHD_Result finish_request(struct request *request)
{
    if (!request->reply.status && request->server->service->finish(request, &request->reply) != 0)
        return MHD_NO;
    return send_reply(request);
}

static enum MHD_Result on_access(void *server, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *bytes, size_t *length, void **slot)
{
    (void)version;
    if (!*slot)
        return begin_request(server, connection, path, method, slot);
    if (!*length)
        return finish_request(*slot);
    size_t given = *length;
    *length = 0;
    return take_body(*slot, bytes, given);
}

static void end_request(void *server, struct MHD_Connection *connection, void **slot,
    enum MHD_RequestTerminationCode code)
{
    (void)server, (void)connection, (void)code;
    struct request *request = *slot;
    if (!request)
        return;
    leave(request);
    if (request->server->service->end)
        request->server->service->end(request);
    reply_release(&request->reply);
    free(request->path);
    free(request);
    *slot = NULL;
}

/* ---- the port ---- */

static int read_pem(const char *path, char **ret_text)
{
    if (!path)
        return 0;
    struct str text = STR_INIT(PEM_MAX);
    int result = file_read(path, &text);
    if (result == 0)
        *ret_text = str_take(&text);
    str_release(&text);
    return result;
}

/** A listening socket on the loopback interface; the port it got goes to `port`. */
static int listen_on(uint16_t *port, int *ret_fd)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(*port),
        .sin_addr = {htonl(INADDR_LOOPBACK)},
    };
    socklen_t length = sizeof(address);
    int yes = 1;
    CLEANUP(close_fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return -errno;
    *port = ntohs(address.sin_port);
    *ret_fd = TAKE_FD(fd);
    return 0;
}

int server_bind(const struct server_options *options, struct server **ret_server)
{
    struct server *server = calloc(1, sizeof(*server));
    if (!server)
        return -ENOMEM;
    server->service = options->service;
    server->context = options->context;
    server->port = options->port;
    server->listener = -1;
    server->stopping = eventfd(0, EFD_CLOEXEC);
    int result = server->stopping < 0 ? -errno : 0;
    if (result == 0)
        result = listen_on(&server->port, &server->listener);
    if (result < 0) {
        server_stop(server);
        return result;
    }
    *ret_server = server;
    return 0;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

int server_start(struct server *server, const char *cert_file, const char *key_file)
{
    int result = read_pem(cert_file, &server->cert);
    if (result == 0)
        result = read_pem(key_file, &server->key);
    if (result < 0)
        return result;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_END, 0, NULL},
    };
    if (!server->cert)
        tls[0].option = MHD_OPTION_END;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
    server->daemon = MHD_start_daemon(flags | (server->cert ? MHD_USE_TLS : 0U), 0, NULL, NULL,
        on_access, server, MHD_OPTION_LISTEN_SOCKET, server->listener, MHD_OPTION_NOTIFY_COMPLETED,
        end_request, server, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_THREAD_STACK_SIZE,
        THREAD_STACK, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    server->listener = -1; /* it belongs to the library from here on, whatever the result */
    return server->daemon ? 0 : -EPROTO;
}

void server_stop(struct server *server)
{
    if (!server)
        return;
    if (server->stopping >= 0)
        eventfd_write(server->stopping, 1);
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    close_fd(&server->listener);
    close_fd(&server->stopping);
    free(server->cert);
    free(server->key);
    free(server);
}
