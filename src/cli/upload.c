/** upload: send files now, in this process, without queue or folder. */
#include "closedrop/work/upload.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"
#include "closedrop/files/path.h"
#include "closedrop/http/http.h"
#include "closedrop/queue/backoff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Somebody waits at the terminal: give up sooner than the agent does. */
#define ATTEMPTS_MOST 4
#define BAR_WIDTH 30
#define BAR_EVERY_MS 100

struct session {
    const struct options *options;
    struct config *config;
    struct key key;
    struct http *http;
    struct api api;
};

/* ---- the bar ---- */

static void draw_bar(const struct upload *upload, const struct request *request)
{
    int64_t size = upload->source->before.identity.size;
    int64_t sent = request_sent(request);
    sent = sent < size ? sent : size;
    int full = size ? (int)(sent * BAR_WIDTH / size) : BAR_WIDTH;
    struct str sizes = STR_INIT(128);
    units_print_size(&sizes, sent);
    str_add(&sizes, " of ");
    units_print_size(&sizes, size);
    fprintf(stderr, "\r[%.*s%*s] %3d %%  %s  \033[K", full, "##############################",
        BAR_WIDTH - full, "", size ? (int)(sent * 100 / size) : 100, str_text(&sizes));
    str_release(&sizes);
}

static void clear_bar(void)
{
    fprintf(stderr, "\r\033[K");
}

/** Run one request to its end, with a bar where it sends a file and somebody looks on. */
static void run_request(struct session *session, struct request *request, const struct upload *bar)
{
    bool draws = bar && isatty(STDERR_FILENO);
    if (http_start(session->http, request) < 0)
        return;
    while (!http_next_ended(session->http)) {
        http_wait(session->http, NULL, 0, draws ? BAR_EVERY_MS : -1);
        if (draws)
            draw_bar(bar, request);
    }
    if (draws)
        clear_bar();
}

/* ---- one file ---- */

static struct verdict no_memory(void)
{
    return verdict_make(VERDICT_FAIL, "no_memory", "no memory left");
}

static struct verdict send_once(struct session *session, struct upload *upload)
{
    struct verdict verdict;
    upload->tickets = 0;
    do {
        struct request *request = upload_ask_ticket(upload, &session->api);
        if (!request)
            return no_memory();
        run_request(session, request, NULL);
        verdict = upload_read_ticket(upload, request, session->config->close.upload_hosts);
        request_free(request);
        if (verdict.kind != VERDICT_NEXT)
            return verdict;
        request = upload_send_form(upload, &session->api);
        if (!request)
            return no_memory();
        run_request(session, request, upload);
        verdict = upload_read_form(upload, request);
        request_free(request);
    } while (verdict.kind == VERDICT_AGAIN);
    return verdict;
}

static bool is_worth_another_try(const struct verdict *verdict)
{
    if (verdict->code && strcmp(verdict->code, "key_refused") == 0)
        return false;
    return verdict->kind == VERDICT_RETRY || verdict->kind == VERDICT_WAIT ||
           verdict->kind == VERDICT_DOUBT || verdict->kind == VERDICT_TROUBLE;
}

static struct verdict send_with_patience(struct session *session, struct upload *upload)
{
    const struct limits *limits = &session->config->limits;
    struct verdict verdict = send_once(session, upload);
    for (int attempt = 1; attempt < ATTEMPTS_MOST && is_worth_another_try(&verdict); attempt++) {
        int64_t wait = verdict.kind == VERDICT_WAIT ? verdict.wait_ms
                                                    : backoff_delay(attempt, limits->retry_first_ms,
                                                          limits->retry_max_ms, backoff_chance());
        fprintf(
            stderr, "closedrop: %s; trying again in %lld ms\n", verdict.message, (long long)wait);
        usleep((useconds_t)(wait < 3600000 ? wait : 3600000) * 1000);
        verdict = send_once(session, upload);
    }
    return verdict;
}

static struct verdict open_file(const char *path, struct upload *upload)
{
    struct source *source = NULL;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int result = fd < 0 ? -errno : source_open(fd, false, &source);
    if (result < 0 || !source)
        return verdict_make(
            VERDICT_FAIL, "unreadable", "the file cannot be opened: %s", strerror(-result));
    if (!S_ISREG(source->before.mode)) {
        source_close(source);
        return verdict_make(VERDICT_FAIL, "unreadable", "this is no regular file");
    }
    const int64_t size = source->before.identity.size;
    if (size == 0 || size > FILE_SIZE_MOST) {
        source_close(source);
        return verdict_make(VERDICT_FAIL, size ? "too_large" : "empty", "%s",
            size ? "the file is larger than the 5 GiB that can be uploaded" : "the file is empty");
    }
    upload_init(upload, source, path_name(path));
    return verdict_make(VERDICT_NEXT, NULL, "open");
}

static int print_result(const struct session *session, const char *path,
    const struct upload *upload, const struct verdict *verdict)
{
    bool done = verdict->kind == VERDICT_NEXT;
    if (!session->options->json) {
        if (done)
            puts(upload->ticket.download_url);
        else
            fprintf(stderr, "closedrop: %s: %s\n", path, verdict->message);
        return done ? EXIT_DONE : EXIT_NOT_DONE;
    }
    CLEANUP(json_freep) struct json *object = json_object();
    struct json *error = done ? NULL : json_object();
    int result = json_add_text(object, "path", path);
    result |= json_add_text(object, "state", done ? "done" : "failed");
    result |=
        json_add_int(object, "size", upload->source ? upload->source->before.identity.size : 0);
    result |= json_add_text(object, "sha256", done ? upload->sha256 : NULL);
    result |= json_add_text(object, "content_type", done ? upload->content_type : NULL);
    result |= json_add_text(object, "download_url", done ? upload->ticket.download_url : NULL);
    if (error) {
        result |= json_add_text(error, "code", verdict->code);
        result |= json_add_text(error, "message", verdict->message);
        result |= json_add(object, "error", error);
    } else {
        result |= json_add_null(object, "error");
    }
    cli_print_json(result ? NULL : object);
    return done ? EXIT_DONE : EXIT_NOT_DONE;
}

static int upload_one(struct session *session, const char *path)
{
    struct upload upload = {.name = path_name(path)};
    struct verdict verdict = open_file(path, &upload);
    if (verdict.kind == VERDICT_NEXT)
        verdict = send_with_patience(session, &upload);
    int code = print_result(session, path, &upload, &verdict);
    if (verdict.code && strcmp(verdict.code, "key_refused") == 0)
        code = EXIT_KEY_REFUSED;
    upload_release(&upload);
    return code;
}

/* ---- the command ---- */

static int open_session(struct session *session)
{
    struct str why = STR_INIT(4096);
    session->config = cli_config(session->options);
    if (!session->config)
        return EXIT_CONFIG;
    int result = key_load(session->config->close.api_key_file, &session->key, &why);
    if (result < 0)
        fprintf(stderr, "closedrop: %s\n", str_text(&why));
    str_release(&why);
    session->http = result < 0 ? NULL : http_new();
    if (!session->http)
        return result < 0 ? EXIT_CONFIG : EXIT_NOT_DONE;
    session->api = (struct api){.url = session->config->close.api_url,
        .key = session->key.text,
        .options = {.ca_file = session->config->close.ca_file,
            .proxy = session->config->close.proxy,
            .timeout_ms = session->config->limits.timeout_ms}};
    return EXIT_DONE;
}

static int upload(const struct options *options)
{
    struct session session = {.options = options};
    int code = open_session(&session);
    bool usable = code == EXIT_DONE;
    for (int i = 0; usable && i < options->count && code != EXIT_KEY_REFUSED; i++) {
        int one = upload_one(&session, options->arguments[i]);
        code = one ? one : code;
    }
    http_free(session.http);
    key_release(&session.key);
    config_release(session.config);
    return code;
}

const struct command command_upload = {
    .name = "upload",
    .allowed = "cj",
    .least = 1,
    .most = -1,
    .arguments = "PATH...",
    .summary = "upload files now, without a drop folder",
    .help = "Uploads each file and prints its download URL (good for 24 hours), with --json one\n"
            "object a line. Needs no running agent and never moves the file.",
    .run = upload,
};
