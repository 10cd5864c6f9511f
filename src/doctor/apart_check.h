/**
 * A check in a process of its own (files/apart.h), because a mount may hang.
 */
#ifndef CLOSEDROP_DOCTOR_APART_CHECK_H
#define CLOSEDROP_DOCTOR_APART_CHECK_H

#include "diagnosis.h"

/** Runs in the other process, with a copy of all we know; its folder names must be those in it. */
typedef void (*apart_check)(const struct diagnosis *diagnosis, const void *subject);

/**
 * Run `check` with `subject`, which is at `path` (NULL: at several), and report its findings as
 * they arrive. Returns how many there were, -ETIMEDOUT if it is silent for too long, or another
 * negative errno if it could not be run or crashed.
 */
int apart_check_run(
    const struct diagnosis *diagnosis, const char *path, apart_check check, const void *subject);

/** The finding if that failed, with the path of what was checked. Pure. */
struct finding apart_check_judge_failure(const char *path, int error);

#endif
