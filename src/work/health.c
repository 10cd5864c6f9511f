/** GET me/: whether Close is there, and takes the key. */
#define LOG_MODULE "worker"

#include "health.h"
#include "apply.h"
#include "pacing.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/close/reply.h"

#include <stdio.h>
#include <string.h>

/** How often the key file is checked while the key is refused. */
#define KEY_POLL_MS 1000

/** Why the breaker is open: in status, and in the log where that is news. An outage has many words.
 */
static void tell(struct worker *worker, const char *code, const char *message)
{
    bool is_same =
        worker->api_breaker.reason == BREAKER_OUTAGE || strcmp(worker->api_message, message) == 0;
    bool is_news = !worker->api_code || strcmp(worker->api_code, code) != 0 || !is_same;
    worker->api_code = code;
    snprintf(worker->api_message, sizeof(worker->api_message), "%s", message);
    if (is_news)
        log_error("%s", message);
}

/** The outcome of the request, in brackets. */
static void add_outcome(struct str *message, const struct api_outcome *outcome)
{
    if (outcome->end == TRANSFER_ANSWERED)
        str_printf(message, " (status %d)", outcome->status);
    else
        str_printf(message, " (%s)", outcome->failure);
}

/** A key that did not come from the key file can only be changed by a restart. */
static void add_refused_key(struct str *message, const struct worker *worker)
{
    const struct close_settings *close = &worker->config->close;
    const char *file = close->access_token_file ? close->access_token_file : close->api_key_file;
    str_printf(message, "Close refuses the %s ", key_called(&worker->key));
    if (file)
        str_printf(message, "in %s; put a valid one there", file);
    else
        str_printf(message, "of %s; restart closedrop with a valid one",
            worker->key.file ? "the systemd credential close-api-key" : "$CLOSE_API_KEY");
    str_add(message, "; files stay queued until then");
}

static void tell_refusal(struct worker *worker, const struct api_outcome *outcome)
{
    bool is_key = worker->api_breaker.reason == BREAKER_KEY_REFUSED;
    struct str message = STR_INIT(8192);
    if (is_key)
        add_refused_key(&message, worker);
    else
        str_add(&message, "Close does not answer; files stay queued until it does");
    add_outcome(&message, outcome);
    tell(worker, is_key ? "key_refused" : "no_answer", str_text(&message));
    str_release(&message);
}

static void refused(
    struct worker *worker, enum breaker_reason reason, const struct api_outcome *outcome)
{
    int64_t now = clock_steady_ms();
    if (worker->api_breaker.reason != reason)
        worker->key_poll_ms = now;
    breaker_trip(
        &worker->api_breaker, reason, now, pacing_ask_delay(worker, worker->api_breaker.tries + 1));
    if (reason != BREAKER_KEY_REFUSED)
        worker->key_unusable = false;
    if (!worker->key_unusable)
        tell_refusal(worker, outcome);
}

static void answered(struct worker *worker)
{
    if (breaker_answered(&worker->api_breaker))
        log_info("Close answers again");
    worker->key_unusable = false;
    worker->api_has_worked = true;
    worker->api_code = NULL;
}

void health_answered(struct worker *worker)
{
    struct api_outcome outcome = {.end = request_end(worker->question),
        .status = request_status(worker->question),
        .failure = request_failure(worker->question)};
    size_t length;
    const char *body = request_reply(worker->question, &length);
    enum api_health health = verdict_of_me(&outcome, reply_is_me(body, length));
    if (health == API_ANSWERS)
        answered(worker);
    else
        refused(worker, health == API_KEY_REFUSED ? BREAKER_KEY_REFUSED : BREAKER_OUTAGE, &outcome);
    pacing_drop_request(worker, &worker->question);
    apply_to_doubts(worker, health == API_ANSWERS);
}

/** Begin with another key, which is read already. */
static void take_new_key(struct worker *worker, const struct key *key, int64_t now)
{
    key_release(&worker->key);
    worker->key = *key;
    absences_release(&worker->absences);
    window_forget(&worker->windows[API_ME]);
    breaker_ask_now(&worker->api_breaker, now);
}

/** The key file is another than it was. False, having said so, where there is no key in it. */
static bool read_new_key(struct worker *worker, int64_t now)
{
    struct key key;
    struct str why = STR_INIT(8192);
    int result = config_key(worker->config, &key, &why);
    if (result == 0)
        take_new_key(worker, &key, now);
    else
        tell(worker, "key_unusable", str_text(&why));
    str_release(&why);
    return result == 0;
}

/** Something renews an access token, and writes the new one into its file. */
static void renew_token(struct worker *worker)
{
    struct key key;
    struct str why = STR_INIT(8192);
    if (key_has_changed(&worker->key) && config_key(worker->config, &key, &why) == 0) {
        key_release(&worker->key);
        worker->key = key;
    } /* or it is being written: the old one is good until it is refused */
    str_release(&why);
}

/** While the key is refused, a changed key file is reason to ask at once. */
static void check_key(struct worker *worker, int64_t now)
{
    bool is_refused = worker->api_breaker.reason == BREAKER_KEY_REFUSED;
    bool is_time =
        now >= worker->key_poll_ms || (is_refused && now >= breaker_due_at(&worker->api_breaker));
    if (!is_time || (!is_refused && !worker->key.is_token))
        return;
    worker->key_poll_ms = now + KEY_POLL_MS;
    if (is_refused)
        worker->key_unusable = key_has_changed(&worker->key) && !read_new_key(worker, now);
    else
        renew_token(worker);
}

bool worker_is_asking(const struct worker *worker)
{
    return worker->question != NULL;
}

void worker_check_health(struct worker *worker)
{
    pacing_doubt(worker);
}

int64_t health_due_at(const struct worker *worker)
{
    int64_t breaker_at = breaker_due_at(&worker->api_breaker);
    int64_t window_at = window_shut_until(&worker->windows[API_ME], clock_steady_ms());
    if (worker->question)
        return INT64_MAX;
    return breaker_at > window_at ? breaker_at : window_at;
}

void health_ask_if_due(struct worker *worker)
{
    int64_t now = clock_steady_ms();
    check_key(worker, now);
    if (now < health_due_at(worker))
        return;
    struct api api = worker_api(worker, worker->config);
    worker->question = api_me(&api);
    if (!worker->question) /* no memory left */
        window_shut(&worker->windows[API_ME], now + 1000);
    if (worker->question)
        (void)pacing_send_request(worker, worker->question); /* a failure ends it, and is read so */
    if (worker->question && request_end(worker->question) != TRANSFER_RUNNING)
        health_answered(worker);
}
