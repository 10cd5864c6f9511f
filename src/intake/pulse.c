/** Decides when a file process is asked whether it answers, and when it has been silent too long.
 */
#include "pulse.h"

void pulse_ask(struct pulse *pulse, int64_t now)
{
    if (!pulse->asked_ms)
        pulse->asked_ms = now;
}

void pulse_answer(struct pulse *pulse, int64_t now, int64_t pause)
{
    *pulse = (struct pulse){.next_ms = now + pause};
}

bool pulse_is_due(const struct pulse *pulse, int64_t now)
{
    return !pulse->asked_ms && now >= pulse->next_ms;
}

bool pulse_is_silent(const struct pulse *pulse, int64_t now, int64_t timeout)
{
    return pulse->asked_ms && now - pulse->asked_ms >= timeout;
}

int64_t pulse_next(const struct pulse *pulse, int64_t timeout)
{
    return pulse->asked_ms ? pulse->asked_ms + timeout : pulse->next_ms;
}
