/** Opens the breaker of Close, and says why. */
#define LOG_MODULE "worker"

#include "blocked.h"
#include "pacing.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"

#include <stdio.h>
#include <string.h>

/** An outage has many words. */
void blocked_tell(struct worker *worker, const char *code, const char *message)
{
    bool is_same =
        worker->api_breaker.reason == BREAKER_OUTAGE || strcmp(worker->api_message, message) == 0;
    bool is_news = !worker->api_code || strcmp(worker->api_code, code) != 0 || !is_same;
    worker->api_code = code;
    snprintf(worker->api_message, sizeof(worker->api_message), "%s", message);
    if (is_news)
        log_error("%s", message);
}

void blocked_trip(struct worker *worker, enum breaker_reason reason)
{
    int64_t now = clock_steady_ms();
    if (worker->api_breaker.reason != reason)
        worker->key_poll_ms = now;
    breaker_trip(
        &worker->api_breaker, reason, now, pacing_ask_delay(worker, worker->api_breaker.tries + 1));
    if (reason != BREAKER_KEY_REFUSED)
        worker->key_unusable = false;
}
