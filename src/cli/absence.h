/** What a command says first if no agent is running. */
#ifndef CLOSEDROP_CLI_ABSENCE_H
#define CLOSEDROP_CLI_ABSENCE_H

#include <stdint.h>

struct str;

/**
 * Append "closedrop is not running (since 2026-11-27 14:00)", by the start and stop of the last
 * agent (queue_started_ms()).
 */
void absence_add(struct str *out, int64_t started_ms, int64_t stopped_ms);

#endif
