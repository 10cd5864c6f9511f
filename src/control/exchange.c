/** One request of a server: read as a whole, answered, and the answer sent, at once or later. */
#include "server_state.h"

#include "closedrop/base/clock.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_BLOCK 4096
#define PIECE_MAX (1024 * 1024)

/* ---- what a service may ask ---- */

const char *exchange_method(const struct exchange *exchange)
{
    return exchange->method;
}

const char *exchange_path(const struct exchange *exchange)
{
    return exchange->path;
}

const char *exchange_header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *exchange_parameter(void *exchange, const char *name)
{
    const struct exchange *asked = exchange;
    return MHD_lookup_connection_value(asked->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *exchange_body(const struct exchange *exchange, size_t *ret_length)
{
    *ret_length = exchange->body.length;
    return str_text(&exchange->body);
}

/* ---- waiting ---- */

static void suspend(struct exchange *exchange, int64_t due_ms)
{
    exchange->due_ms = due_ms;
    exchange->is_suspended = true;
    exchange->next = exchange->server->suspended;
    exchange->server->suspended = exchange;
    MHD_suspend_connection(exchange->connection);
}

void exchange_resume(struct exchange *exchange)
{
    struct exchange **at = &exchange->server->suspended;
    while (*at != exchange)
        at = &(*at)->next;
    *at = exchange->next;
    exchange->is_suspended = false;
    MHD_resume_connection(exchange->connection);
}

/* ---- the answer ---- */

static ssize_t next_bytes(void *context, uint64_t position, char *room, size_t max)
{
    struct exchange *exchange = context;
    (void)position;
    if (exchange->sent == exchange->piece.length) {
        str_clear(&exchange->piece);
        exchange->sent = 0;
        const struct reply_stream *stream = &exchange->reply.stream;
        if (!stream->next(stream->stream, &exchange->piece))
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (str_error(&exchange->piece))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (!exchange->piece.length) {
            suspend(exchange, INT64_MAX);
            return 0;
        }
    }
    size_t left = exchange->piece.length - exchange->sent;
    size_t length = left < max ? left : max;
    memcpy(room, exchange->piece.bytes + exchange->sent, length);
    exchange->sent += length;
    return (ssize_t)length;
}

/** The response keeps pointing to the reply, which lives as long as the exchange. */
static struct MHD_Response *response_to(struct exchange *exchange)
{
    const struct reply *reply = &exchange->reply;
    if (reply->stream.next)
        return MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, STREAM_BLOCK, next_bytes, exchange, NULL);
    const void *bytes = reply->text ? reply->text : reply->bytes;
    return MHD_create_response_from_buffer(
        reply->length, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
    const struct reply *reply = &exchange->reply;
    exchange->peer->due_ms = reply->stream.next ? INT64_MAX : clock_steady_ms() + ANSWER_MAX_MS;
    struct MHD_Response *response = reply->status ? response_to(exchange) : NULL;
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", reply->type);
    if (reply->stream.next) /* one that has ended makes room for another */
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    for (const struct reply_header *header = reply->headers; header && header->name; header++)
        MHD_add_response_header(response, header->name, header->value);
    enum MHD_Result result =
        MHD_queue_response(exchange->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_when_due(struct exchange *exchange)
{
    int delay_ms = exchange->reply.delay_ms;
    exchange->reply.delay_ms = 0;
    exchange->is_answered = true;
    if (!delay_ms)
        return send_reply(exchange);
    exchange->peer->due_ms = INT64_MAX;
    suspend(exchange, clock_steady_ms() + delay_ms);
    return MHD_YES; /* it is called again after the delay */
}

/* ---- the request ---- */

/** Whether its body can be read: its length is known and not too much. */
static bool has_bounded_body(const struct exchange *exchange)
{
    const char *length = exchange_header(exchange, "Content-Length");
    return !exchange_header(exchange, "Transfer-Encoding") &&
           (!length || strtoull(length, NULL, 10) <= exchange->server->service->body_max);
}

/** Its head has arrived. A refusal is sent without reading the body. */
static enum MHD_Result begin(struct exchange *exchange)
{
    const struct server *server = exchange->server;
    const struct service *service = server->service;
    if (!has_bounded_body(exchange))
        reply_set_answer(&exchange->reply, answer_error(413, "the request is too long"));
    else if (!service->admit || service->admit(server->context, exchange, &exchange->reply))
        return MHD_YES;
    return send_when_due(exchange);
}

static struct exchange *exchange_new(
    struct server *server, struct MHD_Connection *connection, const char *method, const char *path)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct exchange *exchange = info->socket_context ? calloc(1, sizeof(*exchange)) : NULL;
    if (!exchange)
        return NULL;
    *exchange = (struct exchange){.server = server,
        .connection = connection,
        .peer = info->socket_context,
        .method = method,
        .path = path,
        .body = STR_INIT(server->service->body_max),
        .piece = STR_INIT(PIECE_MAX)};
    return exchange;
}

enum MHD_Result exchange_handle(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **request)
{
    struct exchange *exchange = *request;
    struct server *server = context;
    (void)version;
    if (!exchange) {
        *request = exchange = exchange_new(server, connection, method, url);
        return exchange ? begin(exchange) : MHD_NO;
    }
    if (*upload_size) {
        str_add_bytes(&exchange->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (exchange->is_answered)
        return send_reply(exchange);
    if (str_error(&exchange->body))
        reply_set_answer(&exchange->reply, answer_error(413, "the request is too long"));
    else
        server->service->answer(server->context, exchange, &exchange->reply);
    return send_when_due(exchange);
}

void exchange_end(void *context, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *request;
    (void)context, (void)connection, (void)code;
    if (!exchange)
        return;
    exchange->peer->due_ms = clock_steady_ms() + REQUEST_MAX_MS;
    reply_release(&exchange->reply);
    str_release(&exchange->body);
    str_release(&exchange->piece);
    free(exchange);
    *request = NULL;
}
