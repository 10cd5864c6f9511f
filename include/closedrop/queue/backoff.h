/**
 * How long to wait before the next attempt. Pure.
 */
#ifndef CLOSEDROP_QUEUE_BACKOFF_H
#define CLOSEDROP_QUEUE_BACKOFF_H

#include <stdint.h>

/**
 * Exponential back-off with full jitter: a delay in (0, min(most, first * 2^(attempt-1))], so that
 * many agents, or many jobs, do not all retry at the same time. `attempt` counts from 1; `chance`
 * is random in [0, 1). Never less than a quarter of `first_ms`, so that a small random value does
 * not hammer the server.
 */
int64_t backoff_delay(int attempt, int64_t first_ms, int64_t max_ms, double chance);

/** A random number in [0, 1) from the kernel (getrandom(2)). */
double backoff_chance(void);

#endif
