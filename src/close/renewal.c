/** Renews a login, one durable step after the other; renewal.h has the picture. */
#include "closedrop/close/renewal.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/close/login_file.h"
#include "closedrop/close/oauth.h"
#include "closedrop/files/secret_file.h"

#include <errno.h>
#include <string.h>

#define LOG_IN_AGAIN "log in again: \"closedrop login\""

int renewal_secret(const char *file, char ret_secret[RENEWAL_SECRET], struct str *why)
{
    static const struct secret_words words = {"client secret file", "client secret"};
    int64_t changed_ns;
    int result = secret_file_read(file, &words, ret_secret, RENEWAL_SECRET, &changed_ns, why);
    if (result < 0)
        return result;
    if (login_is_token(ret_secret, RENEWAL_SECRET - 2))
        return 0;
    explicit_bzero(ret_secret, RENEWAL_SECRET);
    str_printf(why,
        "the client secret file %s must contain the client secret and nothing else, on one line",
        file);
    return -EINVAL;
}

/** It is over, one way or the other. */
static enum renewal_state end(struct renewal *renewal, enum renewal_state state)
{
    renewal_release(renewal);
    renewal->state = state;
    return state;
}

static struct request *ask(
    const struct renewal *renewal, const struct renewal_plan *plan, const char *secret)
{
    const struct oauth_app app = {plan->api_url, plan->client_id, secret, plan->options};
    return oauth_refresh(&app, &renewal->login);
}

/** With the lock: what is kept now. RENEWAL_ASKING: it is to be renewed. */
static enum renewal_state read_kept(struct renewal *renewal, const struct renewal_plan *plan,
    const struct key *key, struct str *why)
{
    int64_t changed_ns;
    if (login_load(plan->state_dir, &renewal->login, &changed_ns, why) < 0)
        return RENEWAL_REFUSED;
    if (!login_is_there(&renewal->login, plan->client_id)) {
        str_add(why, "nobody is logged in; " LOG_IN_AGAIN);
        return RENEWAL_ENDED;
    }
    bool is_another = strcmp(renewal->login.access_token, key->text) != 0;
    return is_another ? RENEWAL_DONE : RENEWAL_ASKING;
}

/** Keep that new tokens are asked for, and ask. */
static enum renewal_state ask_durably(
    struct renewal *renewal, const struct renewal_plan *plan, const char *secret, struct str *why)
{
    renewal->lost_ms = renewal->login.asked_ms;
    if (!renewal->lost_ms)
        renewal->login.asked_ms = clock_wall_ms();
    if (login_store(plan->state_dir, &renewal->login, why) < 0 ||
        login_reserve(plan->state_dir, why) < 0)
        return RENEWAL_LATER;
    renewal->request = ask(renewal, plan, secret);
    if (!renewal->request)
        str_add(why, "not enough memory to renew the login");
    return renewal->request ? RENEWAL_ASKING : RENEWAL_LATER;
}

enum renewal_state renewal_begin(struct renewal *renewal, const struct renewal_plan *plan,
    const struct key *key, struct str *why)
{
    char secret[RENEWAL_SECRET];
    *renewal = (struct renewal){.state = RENEWAL_ASKING, .lock = login_lock(plan->state_dir, why)};
    if (renewal->lock < 0)
        return end(renewal, renewal->lock == -EAGAIN ? RENEWAL_BUSY : RENEWAL_LATER);
    enum renewal_state state = read_kept(renewal, plan, key, why);
    if (state != RENEWAL_ASKING)
        return end(renewal, state);
    if (renewal_secret(plan->secret_file, secret, why) < 0)
        return end(renewal, RENEWAL_REFUSED);
    state = ask_durably(renewal, plan, secret, why);
    explicit_bzero(secret, sizeof(secret));
    return state == RENEWAL_ASKING ? state : end(renewal, state);
}

/** The login is over; if an earlier answer was lost, that is most likely why. */
static void tell_end(const struct renewal *renewal, struct str *why)
{
    char at[CLOCK_TEXT];
    if (renewal->lost_ms)
        str_printf(why, ", and the answer to an earlier renewal, at %s, was lost",
            clock_rfc3339(renewal->lost_ms, at));
    str_add(why, "; " LOG_IN_AGAIN);
}

/** What the answer makes of the login, and of the renewal. */
static enum renewal_state take_answer(struct renewal *renewal, struct str *why)
{
    const struct login_now now = login_now();
    const struct oauth_answer answer = oauth_answer(renewal->request);
    enum oauth_result result = oauth_read(&answer, &renewal->login, why);
    if (result == OAUTH_GRANTED) {
        login_begin(&renewal->login, &now);
        return RENEWAL_DONE;
    }
    if (result == OAUTH_ENDED) {
        tell_end(renewal, why);
        login_end(&renewal->login);
        return RENEWAL_ENDED;
    }
    if (result != OAUTH_UNCLEAR) /* what was asked this time was not done */
        renewal->login.asked_ms = renewal->lost_ms;
    if (result == OAUTH_REFUSED)
        str_add(why, "; check close.oauth: the client ID and secret must be those of the app");
    return result == OAUTH_REFUSED ? RENEWAL_REFUSED : RENEWAL_LATER;
}

enum renewal_state renewal_answered(
    struct renewal *renewal, const struct renewal_plan *plan, struct str *why)
{
    struct str problem = STR_INIT(4096);
    enum renewal_state state = RENEWAL_DONE;
    if (renewal->state == RENEWAL_ASKING) {
        state = take_answer(renewal, why);
        request_free(renewal->request);
        renewal->request = NULL;
    }
    /* only a new pair must be kept before it is used; all else would be found out again */
    bool is_kept = login_store(plan->state_dir, &renewal->login, &problem) == 0;
    if (!is_kept && state == RENEWAL_DONE) {
        str_add(why, str_text(&problem));
        state = renewal->state = RENEWAL_KEEPING;
    }
    str_release(&problem);
    return state == RENEWAL_KEEPING ? state : end(renewal, state);
}

bool renewal_is_running(const struct renewal *renewal)
{
    return renewal->state == RENEWAL_ASKING || renewal->state == RENEWAL_KEEPING;
}

void renewal_release(struct renewal *renewal)
{
    if (renewal->state != RENEWAL_NONE)
        login_unlock(renewal->lock);
    request_free(renewal->request);
    login_erase(&renewal->login);
    *renewal = (struct renewal){.state = RENEWAL_NONE};
}
