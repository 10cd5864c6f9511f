/** The patience of a command: how often a step is tried again, and how long it waits between. */
#include "errand.h"

#include "closedrop/base/units.h"
#include "closedrop/queue/backoff.h"

#include <stdio.h>
#include <unistd.h>

/** Somebody waits at the terminal: give up sooner than the agent does. */
#define ATTEMPTS_MAX 4
#define WAIT_MAX_MS 3600000

static bool is_worth_another_try(const struct verdict *verdict)
{
    if (session_key_refused(verdict))
        return false;
    return verdict->kind == VERDICT_RETRY || verdict->kind == VERDICT_WAIT ||
           verdict->kind == VERDICT_DAMAGED || verdict->kind == VERDICT_DOUBT ||
           verdict->kind == VERDICT_TROUBLE || verdict->kind == VERDICT_REJECTED;
}

void errand_pause(const struct errand *errand, int64_t ms, const char *why)
{
    session_leave_queue(errand->session);
    char pause[UNITS_DURATION];
    fprintf(stderr, "closedrop: %s; retrying in %s\n", why, units_duration_text(ms, pause));
    usleep((useconds_t)(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS) * 1000);
}

struct verdict errand_try(struct errand *errand, struct verdict (*step)(struct errand *errand))
{
    const struct limits *limits = &errand->session->config->limits;
    struct verdict verdict = step(errand);
    if (session_key_refused(&verdict) && session_renew(errand->session))
        verdict = step(errand);
    for (int attempt = 1; attempt < ATTEMPTS_MAX && is_worth_another_try(&verdict); attempt++) {
        errand_pause(errand,
            verdict.kind == VERDICT_WAIT ? verdict.wait_ms
                                         : backoff_delay(attempt, limits->retry_first_ms,
                                               limits->retry_max_ms, backoff_chance()),
            verdict.message);
        errand->attempts++;
        verdict = step(errand);
    }
    return verdict;
}
