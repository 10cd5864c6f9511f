/**
 * Starts the sandbox, serves until a signal ends it, and stops it: the only file that knows all
 * the parts. Requests below /admin/ arrive at the port of the API and are recognised here.
 */
#include "run.h"

#include "admin/admin.h"
#include "admin/seed.h"
#include "api/api.h"
#include "context.h"
#include "crm/account.h"
#include "crm/ledger.h"
#include "faults/deferred.h"
#include "faults/fault.h"
#include "http/reply.h"
#include "http/server.h"
#include "options.h"
#include "ready.h"
#include "s3/bucket.h"
#include "util/file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULTS_MAX (1 << 20)
#define SEED_MAX (64 << 20)
/** Two bodies of a mail may have 1,048,576 characters each. */
#define BODY_MAX (16 << 20)

/* ---- what the ports share ---- */

static int say(const char *what, int result)
{
    fprintf(stderr, "closedrop-sandbox: %s: %s\n", what, strerror(-result));
    return result;
}

/** What is to be done with the text of a file; -EINVAL goes with a reason in `why`. */
typedef int take_text(struct sandbox *sandbox, const struct str *text, struct str *why);

static int take_faults(struct sandbox *sandbox, const struct str *text, struct str *why)
{
    return faults_add(sandbox->faults, str_text(text), text->length, why);
}

static int take_seed(struct sandbox *sandbox, const struct str *text, struct str *why)
{
    CLEANUP(json_freep) struct json *seed = json_parse(str_text(text), text->length);
    struct json *ids = NULL;
    /* at the start the index has seen everything */
    int result = seed_add(&sandbox->crm, seed, 0, &ids, why);
    json_free(ids);
    return result;
}

static int load(struct sandbox *sandbox, const char *path, size_t max, take_text *take)
{
    if (!path)
        return 0;
    struct str text = STR_INIT(max), why = STR_INIT(1024);
    int result = file_read(path, &text);
    if (result == 0)
        result = take(sandbox, &text, &why);
    if (result < 0)
        fprintf(stderr, "closedrop-sandbox: %s: %s\n", path,
            why.length ? str_text(&why) : strerror(-result));
    str_release(&text);
    str_release(&why);
    return result;
}

static int prepare(struct sandbox *sandbox, const struct options *options)
{
    struct settings_values values = {
        .latency_ms = options->latency_ms,
        .form_ttl_ms = options->form_ttl_ms,
        .file_ttl_ms = options->file_ttl_ms,
        .search_lag_ms = options->search_lag_ms,
        .cursor_ttl_ms = CURSOR_LIFE_MS,
        .token_ttl_ms = options->token_ttl_ms,
        .rate = {(int)options->rate, options->window_ms},
        .folds_lead_files = options->folds_lead_files,
        .etag = options->etag,
    };
    snprintf(values.api_key, sizeof(values.api_key), "%s", options->api_key);
    snprintf(values.client_id, sizeof(values.client_id), "%s", options->client_id);
    snprintf(values.client_secret, sizeof(values.client_secret), "%s", options->client_secret);
    snprintf(values.user_id, sizeof(values.user_id), "%s", ACCOUNT_USER);
    settings_init(&sandbox->settings, &values);
    pace_init(&sandbox->pace);
    sandbox->bucket = options->s3_bucket;
    sandbox->signer = (struct signer){options->s3_key, options->s3_secret, options->s3_region};
    sandbox->sigv4 = options->sigv4;
    sandbox->ledger = ledger_new();
    sandbox->faults = faults_new();
    if (!sandbox->ledger || !sandbox->faults)
        return say("starting", -ENOMEM);
    int result = crm_init(&sandbox->crm, !options->s3_endpoint);
    if (result == 0)
        result = deferred_start(&sandbox->deferred);
    if (result < 0)
        return say("starting", result);
    result = load(sandbox, options->faults, FAULTS_MAX, take_faults);
    return result < 0 ? result : load(sandbox, options->seed, SEED_MAX, take_seed);
}

static void release(struct sandbox *sandbox)
{
    deferred_stop(sandbox->deferred);
    crm_release(&sandbox->crm);
    faults_free(sandbox->faults);
    ledger_free(sandbox->ledger);
}

/* ---- the port of the API, which also has what is below /admin/ ---- */

/** What the port keeps with a request. */
struct incoming {
    bool is_admin;
    struct str body;
};

static void begin(struct request *request, struct reply *reply)
{
    (void)reply;
    struct sandbox *sandbox = request_context(request);
    struct incoming *incoming = request_state(request);
    incoming->body = (struct str)STR_INIT(BODY_MAX);
    incoming->is_admin = str_starts_with(request_path(request), "/admin/");
    if (!incoming->is_admin)
        ledger_enter(sandbox->ledger);
}

static int take_body(struct request *request, const char *bytes, size_t length)
{
    struct incoming *incoming = request_state(request);
    str_add_bytes(
        &incoming->body, bytes, length); /* too much is reported when all of it has arrived */
    return 0;
}

static int finish(struct request *request, struct reply *reply)
{
    struct incoming *incoming = request_state(request);
    if (str_error(&incoming->body)) {
        reply_error(reply, 413, "The request body is too large.");
        return 0;
    }
    if (!incoming->is_admin)
        return api_answer(request, &incoming->body, reply);
    admin_answer(request_context(request), request, &incoming->body, reply);
    return 0;
}

static void leave(struct request *request)
{
    struct sandbox *sandbox = request_context(request);
    struct incoming *incoming = request_state(request);
    if (!incoming->is_admin)
        ledger_leave(sandbox->ledger);
}

static void end(struct request *request)
{
    struct incoming *incoming = request_state(request);
    str_release(&incoming->body);
}

static const struct service api_port = {
    .state_size = sizeof(struct incoming),
    .begin = begin,
    .body = take_body,
    .finish = finish,
    .leave = leave,
    .end = end,
};

/* ---- the ports ---- */

static int take_port(struct sandbox *sandbox, int64_t port, const struct service *service,
    struct server **ret_server)
{
    struct server_options with = {(uint16_t)port, service, sandbox};
    int result = server_bind(&with, ret_server);
    char what[64];
    snprintf(what, sizeof(what), "cannot listen on 127.0.0.1:%d", (int)port);
    return result < 0 ? say(what, result) : 0;
}

static int start_port(const struct options *options, struct server *server)
{
    int result = server_start(server, options->tls_cert, options->tls_key);
    if (result == -EPROTO)
        fputs(options->tls_cert ? "closedrop-sandbox: the TLS certificate or key cannot be used\n"
                                : "closedrop-sandbox: cannot start the HTTP server\n",
            stderr);
    else if (result < 0)
        say("reading the TLS certificate or key", result);
    return result;
}

/** Where forms point: the gateway's bucket, or our own port. */
static void name_urls(struct sandbox *sandbox, const struct options *options, int port)
{
    const char *scheme = options->tls_cert ? "https" : "http";
    snprintf(
        sandbox->own_url, sizeof(sandbox->own_url), "%s://%s:%d/", scheme, options->host, port);
    const char *endpoint = options->s3_endpoint;
    if (!endpoint) {
        snprintf(sandbox->form_url, sizeof(sandbox->form_url), "%s", sandbox->own_url);
        return;
    }
    size_t length = strlen(endpoint);
    while (length && endpoint[length - 1] == '/')
        length--;
    snprintf(sandbox->form_url, sizeof(sandbox->form_url), "%.*s/%s", (int)length, endpoint,
        options->s3_bucket);
}

static void wait_for_signal(const sigset_t *ending)
{
    int number;
    while (sigwait(ending, &number) != 0)
        continue;
}

static int tell(const struct options *options, const struct server *api, const struct server *s3)
{
    struct ready ready = {server_port(api), server_port(s3), options->tls_cert != NULL};
    int result = ready_tell(&ready, options->ready_file);
    return result < 0 ? say(options->ready_file ? options->ready_file : "stdout", result) : 0;
}

static int serve(struct sandbox *sandbox, const struct options *options, const sigset_t *ending)
{
    struct server *s3 = NULL, *api = NULL;
    int result = take_port(sandbox, options->s3_port, &bucket_service, &s3);
    if (result == 0)
        result = take_port(sandbox, options->api_port, &api_port, &api);
    if (result == 0) {
        name_urls(sandbox, options, server_port(s3));
        result = start_port(options, s3);
    }
    if (result == 0)
        result = start_port(options, api);
    if (result == 0)
        result = tell(options, api, s3);
    if (result == 0)
        wait_for_signal(ending);
    server_stop(api);
    server_stop(s3);
    return result;
}

/* ---- the life ---- */

int sandbox_run(const struct options *options)
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    /* before any thread exists, so that every one of them leaves these to wait_for_signal() */
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct sandbox *sandbox = calloc(1, sizeof(*sandbox));
    if (!sandbox) {
        say("starting", -ENOMEM);
        return EXIT_FAILURE;
    }
    int result = prepare(sandbox, options);
    if (result == 0)
        result = serve(sandbox, options, &ending);
    release(sandbox);
    free(sandbox);
    return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
