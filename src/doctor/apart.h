/**
 * A check in a process of its own, which sends its findings through a pipe: a call on a mount that
 * hangs cannot be ended, not even by SIGKILL, but the process that made it can be left behind.
 */
#ifndef CLOSEDROP_DOCTOR_APART_H
#define CLOSEDROP_DOCTOR_APART_H

#include "diagnosis.h"

/** How long such a check may take. */
#define APART_MAX_MS 15000

/** Runs in the other process, with a copy of all we know; its folder names must be those in it. */
typedef void (*apart_check)(const struct diagnosis *diagnosis, const void *subject);

/**
 * Run `check` with `subject`, and report its findings as they arrive. Returns how many there were,
 * -ETIMEDOUT if it takes too long, or another negative errno if it could not be run or crashed.
 */
int apart_run(const struct diagnosis *diagnosis, apart_check check, const void *subject);

/** The finding if that failed, with the path of what was checked. Pure. */
struct finding apart_judge_failure(const char *path, int error);

#endif
