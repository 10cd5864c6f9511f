/** Counts requests in windows of time, and writes the RateLimit header. */
#include "http/pace.h"

#include "http/reply.h"

/** Close tells every client its limit; without one this is what we tell: out of anyone's reach. */
#define NO_LIMIT 1000000

void pace_init(struct pace *pace)
{
    *pace = (struct pace){.lock = PTHREAD_MUTEX_INITIALIZER};
}

struct pace_state pace_count(
    struct pace *pace, enum endpoint endpoint, const struct pace_rate *rate, int64_t now_ms)
{
    struct pace_state state = {.limit = rate->requests ? rate->requests : NO_LIMIT};
    pthread_mutex_lock(&pace->lock);
    int64_t *began_ms = &pace->windows[endpoint].began_ms;
    int *used = &pace->windows[endpoint].used;
    if (now_ms - *began_ms >= rate->window_ms) {
        *began_ms = now_ms;
        *used = 0;
    }
    state.over = *used >= state.limit;
    if (!state.over)
        ++*used;
    state.remaining = state.limit > *used ? state.limit - *used : 0;
    state.reset_ms = rate->window_ms - (now_ms - *began_ms);
    pthread_mutex_unlock(&pace->lock);
    return state;
}

void pace_headers(const struct pace_state *state, struct reply *reply)
{
    reply_header(reply, "RateLimit", "limit=%d, remaining=%d, reset=%.2f", state->limit,
        state->remaining, (double)state->reset_ms / 1000);
    if (state->over)
        reply_header(reply, "Retry-After", "%d", (int)((state->reset_ms + 999) / 1000));
}
