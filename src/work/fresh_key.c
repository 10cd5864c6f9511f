/** Renews a login for a command, and waits for it. */
#include "closedrop/work/fresh_key.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/close/api.h"
#include "closedrop/close/renewal.h"
#include "closedrop/http/http.h"

#include <unistd.h>

/** While another process is at it, or there is no room on the disk. */
#define POLL_MS 50
/** An answer that is lost is asked for again. */
#define TRIES 2

bool fresh_key_is_due(const struct key *key)
{
    return key->is_login && *key->text && clock_steady_ms() >= key->renew_at_ms;
}

static enum renewal_state step(
    const struct fresh_key *fresh, struct renewal *renewal, struct str *why)
{
    const struct renewal_plan plan = config_renewal(fresh->config);
    str_clear(why);
    if (renewal->state != RENEWAL_KEEPING &&
        renewal_begin(renewal, &plan, fresh->key, why) == RENEWAL_ASKING) {
        http_run(fresh->http, renewal->request);
        http_stop(fresh->http, renewal->request);
    }
    return renewal_is_running(renewal) ? renewal_answered(renewal, &plan, why) : renewal->state;
}

/** Until it is decided, or has taken as long as two requests can. */
static enum renewal_state run(
    const struct fresh_key *fresh, struct renewal *renewal, struct str *why)
{
    int64_t until = clock_steady_ms() + 2 * fresh->timeout_ms;
    enum renewal_state state = step(fresh, renewal, why);
    while ((state == RENEWAL_BUSY || state == RENEWAL_KEEPING) && clock_steady_ms() < until) {
        usleep(POLL_MS * 1000);
        state = step(fresh, renewal, why);
    }
    if (state == RENEWAL_BUSY)
        str_add(why, "another closedrop is renewing it, and does not end");
    return state;
}

static bool read_again(const struct fresh_key *fresh, struct str *why)
{
    struct key key;
    if (config_key(fresh->config, &key, why) < 0)
        return false;
    key_release(fresh->key);
    *fresh->key = key;
    return *key.text != '\0';
}

bool fresh_key_renew(const struct fresh_key *fresh, struct str *why)
{
    struct renewal renewal = {.state = RENEWAL_NONE};
    struct str reason = STR_INIT(4096);
    enum renewal_state state = RENEWAL_LATER;
    for (int i = 0; i < TRIES && state == RENEWAL_LATER; i++)
        state = run(fresh, &renewal, &reason);
    renewal_release(&renewal);
    if (state == RENEWAL_ENDED)
        (void)read_again(fresh, &reason);
    if (state != RENEWAL_DONE)
        str_add(why, str_text(&reason));
    str_release(&reason);
    return state == RENEWAL_DONE && read_again(fresh, why);
}

static struct request *ask_me(const struct fresh_key *fresh)
{
    const struct close_settings *close = &fresh->config->close;
    const struct api api = {.url = close->api_url,
        .key = fresh->key,
        .options = {
            .ca_file = close->ca_file, .proxy = close->proxy, .timeout_ms = fresh->timeout_ms}};
    struct request *request = api_me(&api);
    if (request)
        http_run(fresh->http, request);
    return request;
}

struct request *fresh_key_ask_me(const struct fresh_key *fresh, struct str *why)
{
    bool was_due = fresh_key_is_due(fresh->key);
    if (was_due)
        (void)fresh_key_renew(fresh, why);
    struct request *request = ask_me(fresh);
    bool is_refused = request && request_status(request) == 401;
    if (was_due || !is_refused || !fresh->key->is_login || !*fresh->key->text ||
        !fresh_key_renew(fresh, why))
        return request;
    http_stop(fresh->http, request);
    request_free(request);
    return ask_me(fresh);
}
