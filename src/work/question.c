/** GET me/: whether Close is there, and takes the key. */
#define LOG_MODULE "worker"

#include "inner.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"

/** How often the key file is looked at while the key is refused. */
#define KEY_LOOK_MS 5000

const char *question_gate_message(enum gate_reason reason)
{
    return reason == GATE_KEY_REFUSED
               ? "Close refuses the API key; put a good one in the key file (files stay queued)"
               : "Close does not answer; files stay queued until it does";
}

void question_answered(struct worker *worker)
{
    struct api_outcome outcome = {.end = request_end(worker->question),
        .status = request_status(worker->question),
        .failure = request_failure(worker->question)};
    size_t length;
    const char *body = request_reply(worker->question, &length);
    enum api_health health = verdict_of_me(&outcome, reply_is_me(body, length));
    int64_t now = clock_steady_ms();
    if (health == API_ANSWERS) {
        if (gate_answered(&worker->api_gate))
            log_info("Close answers again");
    } else {
        enum gate_reason reason = health == API_KEY_REFUSED ? GATE_KEY_REFUSED : GATE_OUTAGE;
        bool is_news = worker->api_gate.reason != reason;
        gate_refused(
            &worker->api_gate, reason, now, worker_ask_delay(worker, worker->api_gate.tries + 1));
        if (is_news) {
            worker->key_look_ms = now + KEY_LOOK_MS;
            if (outcome.end == TRANSFER_ANSWERED)
                log_error("%s (status %d)", question_gate_message(reason), outcome.status);
            else
                log_error("%s (%s)", question_gate_message(reason), outcome.failure);
        }
    }
    worker_drop_request(worker, &worker->question);
    outcome_settle_doubts(worker, health == API_ANSWERS);
}

/** While the key is refused: a changed key file is reason to ask at once. */
static void look_at_key(struct worker *worker, int64_t now)
{
    bool is_time = now >= worker->key_look_ms || now >= gate_due_at(&worker->api_gate);
    if (worker->api_gate.reason != GATE_KEY_REFUSED || !is_time)
        return;
    worker->key_look_ms = now + KEY_LOOK_MS;
    if (!key_has_changed(&worker->key))
        return;
    struct key key;
    struct str why = STR_INIT(4096);
    if (key_load(worker->config->close.api_key_file, &key, &why) == 0) {
        key_release(&worker->key);
        worker->key = key;
        absences_release(&worker->absences);
        window_forget(&worker->windows[API_ME]);
        gate_ask_now(&worker->api_gate, now);
    } else {
        log_error("%s", str_text(&why));
    }
    str_release(&why);
}

bool worker_is_asking(const struct worker *worker)
{
    return worker->question != NULL;
}

int64_t question_due_at(const struct worker *worker)
{
    int64_t gate_at = gate_due_at(&worker->api_gate);
    int64_t window_at = window_shut_until(&worker->windows[API_ME], clock_steady_ms());
    if (worker->question)
        return INT64_MAX;
    return gate_at > window_at ? gate_at : window_at;
}

void question_ask_if_due(struct worker *worker)
{
    int64_t now = clock_steady_ms();
    look_at_key(worker, now);
    if (now < question_due_at(worker))
        return;
    struct api api = worker_api(worker, worker->config);
    worker->question = api_me(&api);
    if (!worker->question) /* no memory left */
        window_shut(&worker->windows[API_ME], now + 1000);
    if (worker->question)
        (void)worker_send_request(worker, worker->question); /* a failure ends it, and is read so */
    if (worker->question && request_end(worker->question) != TRANSFER_RUNNING)
        question_answered(worker);
}
