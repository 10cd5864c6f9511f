/**
 * Whether a file process answers: it is asked one question after another, and each has its time
 * (pure). All times are in ms on the steady clock.
 */
#ifndef CLOSEDROP_INTAKE_PULSE_H
#define CLOSEDROP_INTAKE_PULSE_H

#include <stdbool.h>
#include <stdint.h>

struct pulse {
    int64_t asked_ms; /* when the question was asked that is not answered yet; 0: none */
    int64_t next_ms;  /* when the next one is due, if there is none */
};

/** It was asked at `now`: how long it has been silent does not depend on a repeated question. */
void pulse_ask(struct pulse *pulse, int64_t now);

/** It has answered; ask again after `pause`. */
void pulse_answer(struct pulse *pulse, int64_t now, int64_t pause);

/** Whether to ask it now, and whether it has not answered for `timeout`. */
bool pulse_is_due(const struct pulse *pulse, int64_t now);
bool pulse_is_silent(const struct pulse *pulse, int64_t now, int64_t timeout);

/** When one of the two is true without an answer. */
int64_t pulse_next(const struct pulse *pulse, int64_t timeout);

#endif
