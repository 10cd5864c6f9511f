/* The circuit breaker's states, and which events lead from one to another. */
#include "closedrop/http/breaker.h"

void gate_doubt(struct gate *gate)
{
    if (gate->state == GATE_TRYING)
        gate->unproven = true;
    if (gate->state == GATE_OPEN || gate->state == GATE_TRYING)
        gate->state = GATE_ASKING;
}

bool gate_answered(struct gate *gate)
{
    bool was_closed = gate->reason != GATE_FINE;
    *gate = (struct gate){.state = was_closed || gate->unproven ? GATE_TRYING : GATE_OPEN};
    return was_closed;
}

void gate_passed(struct gate *gate)
{
    if (gate->state == GATE_TRYING)
        gate->state = GATE_OPEN;
}

bool gate_lets_through(const struct gate *gate, size_t in_hand)
{
    return gate->state == GATE_OPEN || (gate->state == GATE_TRYING && !in_hand);
}

void gate_refused(struct gate *gate, enum gate_reason reason, int64_t now, int64_t delay)
{
    gate->state = GATE_CLOSED;
    gate->reason = reason;
    gate->tries++;
    gate->ask_at = now + delay;
}

int64_t gate_due_at(const struct gate *gate)
{
    return gate->state == GATE_ASKING ? 0 : gate->state == GATE_CLOSED ? gate->ask_at : INT64_MAX;
}

void gate_ask_now(struct gate *gate, int64_t now)
{
    if (gate->state == GATE_CLOSED)
        gate->ask_at = now;
}
