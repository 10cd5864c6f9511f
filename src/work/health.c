/** GET me/: whether Close is there, and takes the key. */
#define LOG_MODULE "worker"

#include "health.h"
#include "apply.h"
#include "blocked.h"
#include "pacing.h"
#include "worker_key.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/close/reply.h"

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
    static const char login[] = "Close refuses the access token of the login, although it has just "
                                "been renewed; log in again: \"closedrop login\"";
    const struct close_settings *close = &worker->config->close;
    const char *file = close->access_token_file ? close->access_token_file : close->api_key_file;
    if (worker->key.is_login)
        str_add(message, login);
    else if (file)
        str_printf(message, "Close refuses the %s in %s; put a valid one there",
            key_called(&worker->key), file);
    else
        str_printf(message, "Close refuses the %s of %s; restart closedrop with a valid one",
            key_called(&worker->key),
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
    blocked_tell(worker, is_key ? "key_refused" : "no_answer", str_text(&message));
    str_release(&message);
}

static void refused(
    struct worker *worker, enum breaker_reason reason, const struct api_outcome *outcome)
{
    blocked_trip(worker, reason);
    if (!worker->key_unusable)
        tell_refusal(worker, outcome);
}

static void answered(struct worker *worker)
{
    if (breaker_answered(&worker->api_breaker))
        log_info("Close answers again");
    worker_key_is_good(worker);
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
    if (health == API_KEY_REFUSED && worker_key_is_renewed_first(worker)) {
        pacing_drop_request(worker, &worker->question);
        return; /* and Close is asked again */
    }
    if (health == API_ANSWERS)
        answered(worker);
    else
        refused(worker, health == API_KEY_REFUSED ? BREAKER_KEY_REFUSED : BREAKER_OUTAGE, &outcome);
    pacing_drop_request(worker, &worker->question);
    apply_to_doubts(worker, health == API_ANSWERS);
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
    if (worker->question || worker_key_is_awaited(worker))
        return INT64_MAX;
    return breaker_at > window_at ? breaker_at : window_at;
}

void health_ask_if_due(struct worker *worker)
{
    worker_key_check(worker);
    int64_t now = clock_steady_ms();
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
