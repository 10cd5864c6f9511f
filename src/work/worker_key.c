/**
 * Keeps the worker's key a good one. An access token of a login is renewed while it is still good,
 * so that nothing waits for that; one that is refused nevertheless is renewed once, while all work
 * waits, and only if that does not help is it refused.
 */
#define LOG_MODULE "worker"

#include "worker_key.h"
#include "apply.h"
#include "blocked.h"
#include "pacing.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/close/renewal.h"
#include "closedrop/http/http.h"

#include <string.h>

/** How often the key file is checked while the key is refused. */
#define KEY_POLL_MS 1000

void worker_key_begin(struct worker *worker)
{
    worker->renew_at_ms = worker->key.renew_at_ms;
    worker->renew_tries = 0;
    worker->needs_renewal = worker->was_renewed = false;
}

static void take_key(struct worker *worker, const struct key *key)
{
    key_release(&worker->key);
    worker->key = *key;
    worker_key_begin(worker);
}

/** Begin with another key, which is read already. */
static void take_new_key(struct worker *worker, const struct key *key)
{
    take_key(worker, key);
    absences_release(&worker->absences);
    window_forget(&worker->windows[API_ME]);
    breaker_ask_now(&worker->api_breaker, clock_steady_ms());
}

/** The key file is another than it was. False, having said so, where there is no key in it. */
static bool read_new_key(struct worker *worker)
{
    struct key key;
    struct str why = STR_INIT(8192);
    int result = config_key(worker->config, &key, &why);
    if (result == 0)
        take_new_key(worker, &key);
    else
        blocked_tell(worker, "key_unusable", str_text(&why));
    str_release(&why);
    return result == 0;
}

/** An access token has been renewed. */
static void read_token_again(struct worker *worker)
{
    struct key key;
    struct str why = STR_INIT(8192);
    if (config_key(worker->config, &key, &why) == 0)
        take_key(
            worker, &key); /* or it is being written: the old one is good until it is refused */
    str_release(&why);
}

/** The file of a login is also written to note that it is being renewed, with the same token. */
static bool has_same_token(struct worker *worker)
{
    struct key key;
    struct str why = STR_INIT(8192);
    bool is_read = worker->key.is_login && config_key(worker->config, &key, &why) == 0;
    bool is_same = is_read && key.is_login && strcmp(key.text, worker->key.text) == 0;
    if (is_same)
        worker->key.changed_ns = key.changed_ns;
    if (is_read)
        key_release(&key);
    str_release(&why);
    return is_same;
}

/** While the key is refused, a changed key file is reason to ask at once. */
static void check_file(struct worker *worker, int64_t now)
{
    bool is_refused = worker->api_breaker.reason == BREAKER_KEY_REFUSED;
    bool is_time =
        now >= worker->key_poll_ms || (is_refused && now >= breaker_due_at(&worker->api_breaker));
    if (!is_time || (!is_refused && !worker->key.is_token))
        return;
    worker->key_poll_ms = now + KEY_POLL_MS;
    bool has_changed = key_has_changed(&worker->key) && !has_same_token(worker);
    if (is_refused)
        worker->key_unusable = has_changed && !read_new_key(worker);
    else if (has_changed)
        read_token_again(worker);
}

/* ---- renewal ---- */

/** All work stops, also what waits to hear whether Close is there. */
static void block(struct worker *worker, enum breaker_reason reason, const char *message)
{
    blocked_trip(worker, reason);
    blocked_tell(worker, reason == BREAKER_KEY_REFUSED ? "key_refused" : "no_answer", message);
    apply_to_doubts(worker, false);
}

/** Nothing can be done before somebody logs in. */
static void wait_for_login(struct worker *worker, const char *why)
{
    struct str message = STR_INIT(4096);
    str_printf(&message, "%s; files stay queued until then", why);
    block(worker, BREAKER_KEY_REFUSED, str_text(&message));
    str_release(&message);
}

/** It did not work out: again later. If the old token is refused, all work waits for that. */
static void try_again(struct worker *worker, enum renewal_state state, const char *why)
{
    bool is_refused = state == RENEWAL_REFUSED;
    int64_t delay_ms = pacing_ask_delay(worker, ++worker->renew_tries);
    struct str message = STR_INIT(4096);
    str_printf(&message, "the login cannot be renewed: %s", why);
    worker->renew_at_ms = clock_steady_ms() + delay_ms;
    if (worker->needs_renewal) {
        str_printf(&message, "; files stay queued until it is");
        block(worker, is_refused ? BREAKER_KEY_REFUSED : BREAKER_OUTAGE, str_text(&message));
    } else if (worker->renew_tries == 1) {
        log_warn("%s; closedrop tries again", str_text(&message));
    }
    str_release(&message);
}

/** The kept login has another token: of our own renewal, or that of a command. */
static void take_renewed(struct worker *worker)
{
    bool was_needed = worker->needs_renewal;
    if (!was_needed)
        read_token_again(worker);
    else if (read_new_key(worker))
        worker->was_renewed = true;
}

static void end_login(struct worker *worker, const char *why)
{
    if (read_new_key(worker)) /* which is none */
        wait_for_login(worker, why);
}

static void apply_renewal(struct worker *worker, enum renewal_state state, const char *why)
{
    switch (state) {
    case RENEWAL_DONE:
        take_renewed(worker);
        break;
    case RENEWAL_ENDED:
        end_login(worker, why);
        break;
    case RENEWAL_LATER:
    case RENEWAL_REFUSED:
        try_again(worker, state, why);
        break;
    case RENEWAL_KEEPING:
        if (worker->renew_tries++ == 0)
            log_error("%s; closedrop tries again, and uses the new token once it is kept", why);
        worker->renew_at_ms = clock_steady_ms() + KEY_POLL_MS;
        break;
    default:
        worker->renew_at_ms = clock_steady_ms() + KEY_POLL_MS;
    }
}

static void read_renewal(struct worker *worker)
{
    const struct renewal_plan plan = config_renewal(worker->config);
    struct str why = STR_INIT(4096);
    enum renewal_state state = renewal_answered(&worker->renewal, &plan, &why);
    apply_renewal(worker, state, str_text(&why));
    str_release(&why);
}

void worker_key_answered(struct worker *worker)
{
    http_stop(worker->http, worker->renewal.request);
    read_renewal(worker);
}

static void begin_renewal(struct worker *worker)
{
    const struct renewal_plan plan = config_renewal(worker->config);
    struct str why = STR_INIT(4096);
    enum renewal_state state = renewal_begin(&worker->renewal, &plan, &worker->key, &why);
    if (state != RENEWAL_ASKING)
        apply_renewal(worker, state, str_text(&why));
    else if (http_start(worker->http, worker->renewal.request) < 0)
        worker_key_answered(worker); /* it has ended already */
    str_release(&why);
}

static void renew_if_due(struct worker *worker)
{
    if (clock_steady_ms() < worker_key_due_at(worker))
        return;
    if (worker->renewal.state == RENEWAL_KEEPING)
        read_renewal(worker);
    else
        begin_renewal(worker);
}

void worker_key_check(struct worker *worker)
{
    check_file(worker, clock_steady_ms());
    if (worker->key.is_login && !*worker->key.text &&
        worker->api_breaker.reason != BREAKER_KEY_REFUSED)
        wait_for_login(worker, "nobody is logged in; log in: \"closedrop login\"");
    renew_if_due(worker);
}

bool worker_key_is_renewed_first(struct worker *worker)
{
    bool can_be = worker->key.is_login && *worker->key.text && !worker->was_renewed;
    worker->was_renewed = false; /* the next time it may have ended by itself */
    if (!can_be)
        return false;
    worker->needs_renewal = true;
    worker->renew_at_ms = 0;
    return true;
}

void worker_key_is_good(struct worker *worker)
{
    worker->was_renewed = false;
}

bool worker_key_is_awaited(const struct worker *worker)
{
    return worker->key.is_login && (worker->needs_renewal || !*worker->key.text);
}

int64_t worker_key_due_at(const struct worker *worker)
{
    bool is_kept = worker->renewal.state == RENEWAL_KEEPING; /* or it would be lost at the end */
    bool can_be = worker->key.is_login && *worker->key.text && !worker->renewal.request;
    return can_be && (is_kept || !worker->stopping) ? worker->renew_at_ms : INT64_MAX;
}

bool worker_is_renewing(const struct worker *worker)
{
    return renewal_is_running(&worker->renewal);
}
