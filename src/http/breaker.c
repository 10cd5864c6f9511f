/** The circuit breaker's states, and which events lead from one to another. */
#include "closedrop/http/breaker.h"

void breaker_doubt(struct breaker *breaker)
{
    if (breaker->state == BREAKER_HALF_OPEN)
        breaker->unproven = true;
    if (breaker->state == BREAKER_CLOSED || breaker->state == BREAKER_HALF_OPEN)
        breaker->state = BREAKER_ASKING;
}

bool breaker_answered(struct breaker *breaker)
{
    bool was_open = breaker->reason != BREAKER_FINE;
    *breaker = (struct breaker){
        .state = was_open || breaker->unproven ? BREAKER_HALF_OPEN : BREAKER_CLOSED};
    return was_open;
}

void breaker_passed(struct breaker *breaker)
{
    if (breaker->state == BREAKER_HALF_OPEN)
        breaker->state = BREAKER_CLOSED;
}

bool breaker_lets_through(const struct breaker *breaker, size_t in_progress)
{
    return breaker->state == BREAKER_CLOSED ||
           (breaker->state == BREAKER_HALF_OPEN && !in_progress);
}

void breaker_trip(struct breaker *breaker, enum breaker_reason reason, int64_t now, int64_t delay)
{
    breaker->state = BREAKER_OPEN;
    breaker->reason = reason;
    breaker->tries++;
    breaker->ask_at = now + delay;
}

int64_t breaker_due_at(const struct breaker *breaker)
{
    return breaker->state == BREAKER_ASKING ? 0
           : breaker->state == BREAKER_OPEN ? breaker->ask_at
                                            : INT64_MAX;
}

void breaker_ask_now(struct breaker *breaker, int64_t now)
{
    if (breaker->state == BREAKER_OPEN)
        breaker->ask_at = now;
}
