/** Exponential back-off with full jitter. */
#include "closedrop/queue/backoff.h"

#include <sys/random.h>

int64_t backoff_delay(int attempt, int64_t first_ms, int64_t max_ms, double chance)
{
    int64_t most = first_ms;
    for (int i = 1; i < attempt && most < max_ms; i++)
        most *= 2;
    if (most > max_ms)
        most = max_ms;
    int64_t least = first_ms / 4 < most ? first_ms / 4 : most;
    least = least > 0 ? least : 1;
    return least + (int64_t)((double)(most - least) * chance);
}

double backoff_chance(void)
{
    uint32_t number = 0;
    if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
        number = UINT32_MAX / 2;
    return (double)number / ((double)UINT32_MAX + 1);
}
