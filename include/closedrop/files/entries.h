/**
 * The files that lie directly in a directory, by device and inode. The directory is listed again
 * only when it has changed: one statx(2) tells.
 */
#ifndef CLOSEDROP_FILES_ENTRIES_H
#define CLOSEDROP_FILES_ENTRIES_H

#include "closedrop/files/inode.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** All zero: nothing is listed yet. Not for several threads at once. */
struct entries {
    struct inode directory;
    int64_t mtime_ns; /* of the directory, when it was listed */
    bool is_lasting;  /* as long as the directory is the same */
    struct inode *inodes;
    size_t count;
};

/** List the directory at `path`, unless it is as it was. Returns 0, also if there is no such
 * directory; or a negative errno if this cannot be determined now. */
int entries_follow(struct entries *entries, const char *path);

/** Whether `inode` was directly in the directory, or a link there led to it. */
bool entries_hold(const struct entries *entries, const struct inode *inode);

/** Free what was listed; `entries` is empty again. */
void entries_release(struct entries *entries);

#endif
