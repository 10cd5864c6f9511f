/** Serves the page and its data: which request needs what, and who answers it. */
#include "closedrop/control/web.h"

#include "admission.h"
#include "api.h"
#include "feed.h"
#include "listening.h"
#include "resources.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/listen_address.h"
#include "closedrop/control/healthz.h"
#include "closedrop/control/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define BODY_MAX 4096
#define WRONG_TOKEN_DELAY_MS 1000
#define API "/api"
#define METRICS_MAX (4 * 1024 * 1024)
#define SCRAPE_PERIOD_MS 1000

/** The metrics in one format, as they were asked for last. */
struct scrape {
    char *text;    /* NULL: never */
    int64_t at_ms; /* steady clock */
};

struct web {
    struct server *server;
    struct scrape scrapes[2]; /* in Prometheus' own format, and in OpenMetrics */
    struct tokens tokens;
    struct feed feed;
    char *listen;
    int port; /* 0: a Unix socket */
    struct web_source source;
};

#define STRICT                                                                                     \
    {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"},                          \
        {"Referrer-Policy", "no-referrer"}, {"X-Frame-Options", "DENY"},                           \
        {"Cross-Origin-Resource-Policy", "same-origin"},                                           \
        {"Cross-Origin-Opener-Policy", "same-origin"},                                             \
    {                                                                                              \
        "Content-Security-Policy",                                                                 \
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "            \
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"      \
    }

static const struct reply_header strict_headers[] = {STRICT, {NULL, NULL}};
static const struct reply_header challenge_headers[] = {
    STRICT, {"WWW-Authenticate", "Bearer"}, {NULL, NULL}};

static enum access access_of(const struct web *web, const struct exchange *exchange)
{
    return web->port ? tokens_judge(&web->tokens, exchange_header(exchange, "Authorization"))
                     : ACCESS_WRITE;
}

/* ---- what is served ---- */

static void serve_who(struct web *web, struct exchange *exchange, struct reply *reply)
{
    struct json *body = json_object();
    int result = json_add_bool(body, "may_write", access_of(web, exchange) == ACCESS_WRITE);
    reply_set_answer(reply, answer_body(body, result));
}

static void serve_events(struct web *web, struct exchange *exchange, struct reply *reply)
{
    (void)exchange;
    feed_listen(&web->feed, reply);
}

static void serve_question(struct web *web, struct exchange *exchange, struct reply *reply)
{
    struct question question;
    const char *path = exchange_path(exchange);
    if (!str_starts_with(path, API "/") ||
        api_question(exchange, path + strlen(API), &question) < 0 || !question_is_public(&question))
        reply_set_answer(reply, answer_error(404, "unknown request"));
    else
        api_answer(exchange, &question, web->source.answer, web->source.context, reply);
}

static void serve_resource(struct web *web, struct exchange *exchange, struct reply *reply)
{
    (void)web;
    for (const struct resource *resource = resources; resource->path; resource++)
        if (strcmp(resource->path, exchange_path(exchange)) == 0)
            reply_set_bytes(reply, resource->type, resource->bytes, resource->length);
}

static void serve_health(struct web *web, struct exchange *exchange, struct reply *reply)
{
    char line[HEALTHZ_LINE];
    (void)exchange;
    int status = web->source.judge_health(web->source.context, line);
    reply_set_text(reply, status, "text/plain; charset=utf-8", str_format("%s\n", line));
}

/**
 * Everybody on this machine may ask for them, and with a long queue they take a while: who asks
 * again soon gets the same. NULL if memory is short.
 */
static const char *scrape(struct web *web, bool open_metrics)
{
    struct scrape *last = &web->scrapes[open_metrics];
    int64_t now = clock_steady_ms();
    if (last->text && now < last->at_ms + SCRAPE_PERIOD_MS)
        return last->text;
    struct str text = STR_INIT(METRICS_MAX);
    web->source.print_metrics(web->source.context, open_metrics, &text);
    free(last->text);
    *last = (struct scrape){str_take(&text), now};
    str_release(&text);
    return last->text;
}

static void serve_metrics(struct web *web, struct exchange *exchange, struct reply *reply)
{
    const char *accept = exchange_header(exchange, "Accept");
    bool open_metrics = accept && strstr(accept, "application/openmetrics-text");
    const char *text = scrape(web, open_metrics);
    reply_set_text(reply, 200,
        open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                     : "text/plain; version=0.0.4; charset=utf-8",
        text ? strdup(text) : NULL);
}

/** What is not a question. */
static const struct route {
    const char *path;
    enum need need;
    void (*serve)(struct web *web, struct exchange *exchange, struct reply *reply);
} routes[] = {
    {"/healthz", NEED_NOTHING, serve_health},
    {"/metrics", NEED_NOTHING, serve_metrics},
    {"/", NEED_PAGE, serve_resource},
    {"/page.css", NEED_PAGE, serve_resource},
    {"/page.js", NEED_PAGE, serve_resource},
    {"/page.svg", NEED_PAGE, serve_resource},
    {API "/who", NEED_READ, serve_who},
    {API "/events", NEED_READ, serve_events},
};

static bool is_reading(const struct exchange *exchange)
{
    const char *method = exchange_method(exchange);
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static const struct route *find_route(const struct exchange *exchange)
{
    if (is_reading(exchange))
        for (size_t i = 0; i < COUNT(routes); i++)
            if (strcmp(routes[i].path, exchange_path(exchange)) == 0)
                return &routes[i];
    return NULL;
}

/* ---- who may have it ---- */

static void refuse(const struct refusal *refusal, enum need need, struct reply *reply)
{
    if (need == NEED_PAGE)
        reply_set_text(
            reply, refusal->status, "text/plain; charset=utf-8", str_format("%s\n", refusal->why));
    else
        reply_set_answer(reply, answer_error(refusal->status, refusal->why));
    reply->headers = refusal->status == 401 ? challenge_headers : strict_headers;
    reply->delay_ms = refusal->is_slowed ? WRONG_TOKEN_DELAY_MS : 0;
}

static bool admit(void *context, const struct exchange *exchange, struct reply *refusal)
{
    const struct web *web = context;
    const struct route *route = find_route(exchange);
    enum need need = route ? route->need : is_reading(exchange) ? NEED_READ : NEED_WRITE;
    const struct visitor visitor = {.port = web->port,
        .listen = web->listen,
        .has_tokens = tokens_exist(&web->tokens),
        .access = access_of(web, exchange),
        .shown = exchange_header(exchange, "Authorization"),
        .host = exchange_header(exchange, "Host"),
        .origin = exchange_header(exchange, "Origin"),
        .forwarded_host = exchange_header(exchange, "X-Forwarded-Host")};
    const struct refusal *why = admission_refuse(&visitor, need);
    if (why)
        refuse(why, need, refusal);
    return !why;
}

static void answer(void *context, struct exchange *exchange, struct reply *reply)
{
    struct web *web = context;
    const struct route *route = find_route(exchange);
    if (route)
        route->serve(web, exchange, reply);
    else
        serve_question(web, exchange, reply);
    reply->headers = strict_headers;
}

static const struct service service = {
    .connections_max = CONNECTIONS_MAX, .body_max = BODY_MAX, .admit = admit, .answer = answer};

/* ---- its life ---- */

static int serve_at(const struct listen_address *address, struct web *web)
{
    CLEANUP(close_fd) int fd = listening_open(address);
    if (fd < 0)
        return fd;
    int result = server_open(
        fd, address->port ? NULL : address->local.sun_path, &service, web, &web->server);
    if (result == 0)
        (void)TAKE_FD(fd); /* now the server's */
    return result;
}

int web_open(const char *listen, const struct tokens *tokens, const struct web_source *source,
    struct web **ret_web, struct str *why)
{
    struct listen_address address;
    int result = listen_address_parse(listen, &address, why);
    if (result < 0)
        return result;
    struct web *web = calloc(1, sizeof(*web));
    if (!web)
        return -ENOMEM;
    *web = (struct web){
        .listen = strdup(listen), .port = address.port, .tokens = *tokens, .source = *source};
    result = web->listen ? serve_at(&address, web) : -ENOMEM;
    if (result == 0) {
        *ret_web = web;
        return 0;
    }
    str_printf(why, "http.listen %s cannot be used: %s", listen,
        result == -EADDRINUSE ? "another program listens there; stop that one, or choose another"
                              : strerror(-result));
    web_close(web);
    return result;
}

void web_close(struct web *web)
{
    if (!web)
        return;
    server_close(web->server);
    feed_release(&web->feed);
    free(web->scrapes[false].text);
    free(web->scrapes[true].text);
    tokens_erase(&web->tokens);
    free(web->listen);
    free(web);
}

void web_set_tokens(struct web *web, const struct tokens *tokens)
{
    if (web)
        web->tokens = *tokens;
}

int web_descriptor(const struct web *web)
{
    return web ? server_descriptor(web->server) : -1;
}

void web_run(struct web *web)
{
    if (web)
        server_run(web->server);
}

void web_publish(struct web *web)
{
    const struct question status = {.kind = ASK_STATUS, .state = -1};
    int64_t now = clock_steady_ms();
    if (web && web->feed.ended)
        server_wake_streams(web->server);
    if (!web || !feed_is_due(&web->feed, now))
        return;
    struct answer answered = web->source.answer(web->source.context, &status);
    char *text = answered.status == 200 ? json_print(answered.body) : NULL;
    json_free(answered.body);
    if (feed_tell(&web->feed, text, now))
        server_wake_streams(web->server);
}

int64_t web_timeout(const struct web *web)
{
    if (!web)
        return INT64_MAX;
    int64_t due = feed_due_ms(&web->feed);
    int64_t wait = due == INT64_MAX ? due : later(due - clock_steady_ms(), 0);
    return earlier(wait, server_timeout(web->server));
}
