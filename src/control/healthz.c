/** Judges whether the agent is healthy. */
#include "closedrop/control/healthz.h"

#include <stdio.h>

int healthz_judge(const struct healthz *healthz, char line[HEALTHZ_LINE])
{
    if (healthz->is_stuck)
        snprintf(line, HEALTHZ_LINE, "unhealthy: the watch thread hangs");
    else if (healthz->blocked)
        snprintf(line, HEALTHZ_LINE, "unhealthy: blocked (%s)", healthz->blocked);
    else if (healthz->unreadable)
        snprintf(line, HEALTHZ_LINE, "unhealthy: %zu of %zu folders cannot be read",
            healthz->unreadable, healthz->folders);
    else
        snprintf(line, HEALTHZ_LINE, healthz->is_paused ? "healthy: paused" : "healthy");
    return healthz->is_stuck || healthz->blocked || healthz->unreadable ? 503 : 200;
}
