/**
 * Remembers across crashes which file the watch thread is inspecting. A file that crashes the
 * program during inspection has no job yet that could count the crashes, so it would crash the
 * program at every start.
 *
 * It is kept in STATE_DIR/looking, or in STATE_DIR/looking.DIGEST for the file process of a folder:
 * a mapped page, which needs no system call per file and survives the process, though not the
 * machine, which is enough.
 */
#ifndef CLOSEDROP_INTAKE_CRASH_GUARD_H
#define CLOSEDROP_INTAKE_CRASH_GUARD_H

#include <stdbool.h>

struct crash_guard;

/**
 * Open or create the page in `state_dir` of the agent, or of the file process of the folder with
 * this name. If the last process ended while it inspected a file, that is counted as a crash if it
 * `may_have_crashed`. NULL on failure, or while an earlier process hangs that has the page:
 * nothing is then remembered, and all calls do nothing.
 */
struct crash_guard *crash_guard_open(
    const char *state_dir, const char *folder, bool may_have_crashed);
void crash_guard_close(struct crash_guard *guard);

/**
 * Call this before inspecting the file `path` of `folder`. Returns false if three processes crashed
 * on that file and it has not been inspected successfully since: it must not be inspected. If the
 * file is brought back during the same run, or after a run that did not crash during an inspection,
 * the count starts again. Up to eight files are counted separately, whatever other files crash the
 * program in between.
 */
bool crash_guard_begin(struct crash_guard *guard, const char *folder, const char *path);

/** The inspection is over and did not crash. */
void crash_guard_end(struct crash_guard *guard);

/**
 * The same around reading a part of the file at another time. Crashes in either count together:
 * after three, this returns false too, but only the inspection refuses the file. A part that was
 * read without a crash does not reset the count.
 */
bool crash_guard_begin_sample(struct crash_guard *guard, const char *folder, const char *path);
void crash_guard_end_sample(struct crash_guard *guard);

#endif
