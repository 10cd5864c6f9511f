/**
 * Walking through a folder, a few entries at a time, without ever leaving it. The scan is the
 * truth; events only make it come sooner.
 */
#ifndef CLOSEDROP_INTAKE_SCAN_H
#define CLOSEDROP_INTAKE_SCAN_H

#include "closedrop/config/config.h"

#include <stdbool.h>

struct scan;

/** What the walk calls: before a directory is listed, where it returns whether the files in it are
 * to be told; for each thing in it that is no directory; for a directory below the folder that was
 * found to hold nothing at all, open; for a directory that we may not list or enter; for what it
 * could not look at (a negative errno), though it may be there; and for what it never can, for it
 * lies too deep. */
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
 * Begin at the directory `path` ("" for all) of the folder open at `root`; both it and `config`
 * must stay. What own_directory() knows below the root is left out, with a warning. NULL when
 * memory is short.
 */
struct scan *scan_new(const struct config *config, const struct folder *folder, int root,
    const char *path, const struct scan_calls *calls);
void scan_free(struct scan *scan);

/** Go on for at most `entries` entries. Returns whether there is more to come. */
bool scan_step(struct scan *scan, int entries);

#endif
