/** What the commands that speak to Close by themselves share: configuration, key, engine, and a
 * progress bar while a request runs. */
#include "session.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/control/client.h"
#include "closedrop/work/answer.h"
#include "closedrop/work/fresh_key.h"
#include "closedrop/work/upload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define BAR_EVERY_MS 100

static bool renew(struct session *session)
{
    const struct fresh_key fresh = {
        session->config, session->http, &session->key, session->config->limits.timeout_ms};
    struct str why = STR_INIT(4096);
    bool is_another = fresh_key_renew(&fresh, &why);
    if (!is_another)
        fprintf(stderr, "closedrop: the login cannot be renewed: %s\n", str_text(&why));
    str_release(&why);
    return is_another;
}

/** Whether the file has another key by now, which is used from here on. */
static bool read_again(struct session *session)
{
    struct key key;
    struct str why = STR_INIT(4096);
    bool is_another = config_key(session->config, &key, &why) == 0;
    str_release(&why);
    if (is_another && strcmp(key.text, session->key.text) == 0) {
        key_release(&key);
        return false;
    }
    if (is_another) {
        key_release(&session->key);
        session->key = key;
    }
    return is_another;
}

bool session_renew(struct session *session)
{
    if (!session->key.is_login)
        return read_again(session);
    if (session->was_renewed)
        return false;
    session->was_renewed = true;
    return renew(session);
}

static int open_login(struct session *session)
{
    if (fresh_key_is_due(&session->key) && !renew(session))
        return *session->key.text ? EXIT_NOT_DONE : EXIT_KEY_REFUSED;
    if (*session->key.text)
        return EXIT_DONE;
    fputs("closedrop: nobody is logged in; log in: \"closedrop login\"\n", stderr);
    return EXIT_KEY_REFUSED;
}

int session_open(const struct options *options, struct session *ret_session)
{
    struct session *session = ret_session;
    struct str why = STR_INIT(4096);
    *session =
        (struct session){.options = options, .config = cli_config(options, CONFIG_COMPARE_PATHS)};
    if (!session->config)
        return EXIT_CONFIG;
    int result = config_key(session->config, &session->key, &why);
    if (result < 0)
        fprintf(stderr, "closedrop: %s\n", str_text(&why));
    str_release(&why);
    if (result < 0)
        return EXIT_CONFIG;
    session->http = http_new();
    session->tables = tables_new();
    session->api = (struct api){.url = session->config->close.api_url,
        .key = &session->key,
        .options = {.ca_file = session->config->close.ca_file,
            .proxy = session->config->close.proxy,
            .timeout_ms = session->config->limits.timeout_ms}};
    if (!session->http || !session->tables)
        return EXIT_NOT_DONE;
    http_set_bandwidth(session->http, session->config->limits.bandwidth);
    return open_login(session);
}

void session_leave_queue(struct session *session)
{
    client_close(session->client);
    session->client = NULL;
}

int session_ask(struct session *session, const struct question *question, struct json **ret_body,
    struct str *why)
{
    int result = session->client ? 0 : client_open(session->config, &session->client, why);
    if (result < 0)
        return result == -ENOENT ? -ENOENT : -EIO;
    struct answer answer = client_ask(session->client, question);
    if (answer.status == 200 && answer.body) {
        *ret_body = answer.body;
        return 0;
    }
    const char *error = json_get_text(answer.body, "error");
    str_add(why, error ? error : "the agent did not answer");
    json_free(answer.body);
    session_leave_queue(session);
    return -EIO;
}

void session_close(struct session *session)
{
    session_leave_queue(session);
    http_free(session->http);
    tables_free(session->tables);
    absences_release(&session->absences);
    key_release(&session->key);
    config_release(session->config);
}

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

void session_run(struct session *session, struct request *request, const struct upload *bar)
{
    bool draws = bar && isatty(STDERR_FILENO);
    session_leave_queue(session);
    if (http_start(session->http, request) < 0)
        return;
    while (!http_next_ended(session->http)) {
        http_wait(session->http, NULL, 0, draws ? BAR_EVERY_MS : INT64_MAX);
        if (draws)
            draw_bar(bar, request);
    }
    if (draws)
        clear_bar();
    close_clock_take(&session->close_clock, answer_close_ms(request), clock_steady_ms());
    if (fresh_key_is_due(&session->key))
        (void)renew(session);
}

/* ---- which lead it belongs to ---- */

struct verdict session_resolve(struct session *session, struct resolution *resolution)
{
    struct verdict verdict;
    do {
        struct request *request = resolution_ask(resolution, &session->api);
        if (!request)
            return verdict_no_memory();
        session_run(session, request, NULL);
        verdict = resolution_read(resolution, request);
        request_free(request);
    } while (verdict.kind == VERDICT_MORE);
    return verdict;
}

int session_add_error(struct json *object, const struct verdict *verdict)
{
    if (verdict->kind == VERDICT_NEXT)
        return json_add_null(object, "error");
    struct json *error = json_object();
    int result = json_add_text(error, "code", verdict->code);
    result |= json_add_text(error, "message", verdict->message);
    return result | json_add(object, "error", error);
}

bool session_key_refused(const struct verdict *verdict)
{
    return verdict->code && strcmp(verdict->code, "key_refused") == 0;
}
