/**
 * Walks through a folder, a few entries at a time, and never leaves it. Nothing depends on events:
 * they only make what a scan would find known sooner.
 */
#ifndef CLOSEDROP_INTAKE_SCAN_H
#define CLOSEDROP_INTAKE_SCAN_H

#include "closedrop/config/config.h"

#include <stdbool.h>

struct scan;

/**
 * The callbacks of a walk:
 *
 * - `directory`: before a directory is listed; returns whether to report the files in it;
 * - `entry`: for each entry that is not a directory;
 * - `empty`: for a completely empty directory below the folder, with its descriptor;
 * - `closed`: for a directory that cannot be listed or entered for lack of permission;
 * - `missed`: for anything that could not be read now (a negative errno) but may exist;
 * - `unreachable`: for anything nested too deep to be reached at all.
 */
struct scan_calls {
    bool (*directory)(void *context, const char *path);
    void (*entry)(void *context, const char *path);
    void (*empty)(void *context, const char *path, int directory);
    void (*closed)(void *context, const char *path);
    void (*missed)(void *context, int error);
    void (*unreachable)(void *context);
    void *context;
};

/**
 * Start at the directory `path` ("": the top) of the folder open at `root`; `root` and `config`
 * must stay valid until scan_free(). Directories below the root that own_directory() recognises are
 * skipped, with a warning. NULL if out of memory.
 */
struct scan *scan_new(const struct config *config, const struct folder *folder, int root,
    const char *path, const struct scan_calls *calls);
void scan_free(struct scan *scan);

/** Continue for at most `entries` entries. Returns whether there are more. */
bool scan_step(struct scan *scan, int entries);

#endif
