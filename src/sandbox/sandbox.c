#include "sandbox.h"

#include "api.h"
#include "bucket.h"
#include "fault.h"
#include "ledger.h"
#include "options.h"
#include "ready.h"
#include "server.h"

#include "closedrop/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULTS_MOST (1 << 20)

static int say(const char *what, int error)
{
    fprintf(stderr, "closedrop-sandbox: %s: %s\n", what, strerror(-error));
    return error;
}

static int read_file(const char *path, struct str *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    char piece[4096];
    ssize_t got;
    while ((got = read(fd, piece, sizeof(piece))) > 0)
        str_add_bytes(out, piece, (size_t)got);
    int error = got < 0 ? -errno : str_error(out);
    close(fd);
    return error;
}

static int load_faults(struct faults *faults, const char *path)
{
    if (!path)
        return 0;
    struct str text = STR_INIT(FAULTS_MOST), why = STR_INIT(1024);
    int error = read_file(path, &text);
    if (error) {
        say(path, error);
    } else if ((error = faults_add(faults, str_text(&text), text.length, &why)) != 0) {
        fprintf(stderr, "closedrop-sandbox: %s: %s\n", path, str_text(&why));
    }
    str_release(&text);
    str_release(&why);
    return error;
}

static int prepare(struct sandbox *sandbox, const struct options *options)
{
    struct settings_values values = {
        .latency_ms = options->latency_ms,
        .form_ttl_ms = options->form_ttl_ms,
        .rate = (int)options->rate,
    };
    snprintf(values.api_key, sizeof(values.api_key), "%s", options->api_key);
    settings_init(&sandbox->settings, &values);
    pace_init(&sandbox->pace);
    sandbox->bucket = options->s3_bucket;
    sandbox->signer = (struct signer){options->s3_key, options->s3_secret, options->s3_region};
    sandbox->sigv4 = options->sigv4;
    sandbox->ledger = ledger_new();
    sandbox->faults = faults_new();
    if (!sandbox->ledger || !sandbox->faults)
        return say("starting", -ENOMEM);
    return load_faults(sandbox->faults, options->faults);
}

static void release(struct sandbox *sandbox)
{
    faults_free(sandbox->faults);
    ledger_free(sandbox->ledger);
}

static int take_port(struct sandbox *sandbox, int64_t port, const struct service *service,
    struct server **ret_server)
{
    struct server_options with = {(uint16_t)port, service, sandbox};
    int error = server_bind(&with, ret_server);
    char what[64];
    snprintf(what, sizeof(what), "cannot listen on 127.0.0.1:%d", (int)port);
    return error ? say(what, error) : 0;
}

static int start_port(const struct options *options, struct server *server)
{
    int error = server_start(server, options->tls_cert, options->tls_key);
    if (error == -EPROTO)
        fputs(options->tls_cert ? "closedrop-sandbox: the TLS certificate or key cannot be used\n"
                                : "closedrop-sandbox: cannot start the HTTP server\n",
            stderr);
    else if (error)
        say("reading the TLS certificate or key", error);
    return error;
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
    int error = ready_tell(&ready, options->ready_file);
    return error ? say(options->ready_file ? options->ready_file : "stdout", error) : 0;
}

static int serve(struct sandbox *sandbox, const struct options *options, const sigset_t *ending)
{
    struct server *s3 = NULL, *api = NULL;
    int error = take_port(sandbox, options->s3_port, &bucket_service, &s3);
    if (!error)
        error = take_port(sandbox, options->api_port, &api_service, &api);
    if (!error) {
        name_urls(sandbox, options, server_port(s3));
        error = start_port(options, s3);
    }
    if (!error)
        error = start_port(options, api);
    if (!error)
        error = tell(options, api, s3);
    if (!error)
        wait_for_signal(ending);
    server_stop(api);
    server_stop(s3);
    return error;
}

int sandbox_run(const struct options *options)
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    // before any thread exists, so that every one of them leaves these to wait_for_signal()
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct sandbox *sandbox = calloc(1, sizeof(*sandbox));
    if (!sandbox) {
        say("starting", -ENOMEM);
        return EXIT_FAILURE;
    }
    int error = prepare(sandbox, options);
    if (!error)
        error = serve(sandbox, options, &ending);
    release(sandbox);
    free(sandbox);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
