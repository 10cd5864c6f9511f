/** Whether an expected file did not come. */
#ifndef CLOSEDROP_ALERTS_SILENCE_H
#define CLOSEDROP_ALERTS_SILENCE_H

#include "causes.h"

#include "closedrop/config/tree.h"

#include <stdbool.h>
#include <stdint.h>

/** What is known about a folder from which files are expected; times on the wall clock. */
struct silence {
    const struct folder *folder;
    int64_t last_ms;  /* when the last file came; 0: none did */
    bool is_on;       /* silence was reported, and is not over */
    int64_t since_ms; /* since when; if it is not on: since when it was last, or since when files
                         are expected at all */
    int64_t over_ms;  /* if it is not on: when it was over; equal to `since_ms`: it never was on */
};

/**
 * Pure: whether the folder is silent at `now_ms`. Until a file comes, that stays so. A file that
 * ends a silence counts for the time that it missed, and not for the next one.
 */
bool silence_is_on(const struct silence *silence, int64_t now_ms);

/** When that can change by itself after `now_ms`; INT64_MAX: it does not. */
int64_t silence_next_ms(const struct silence *silence, int64_t now_ms);

/** In words, for people. */
#define SILENCE_MESSAGE 400
void silence_print(const struct silence *silence, char message[SILENCE_MESSAGE]);

#endif
