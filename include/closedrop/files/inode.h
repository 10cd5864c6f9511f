/**
 * Identifies the file or directory behind a path by device and inode, however the path is spelled
 * and whatever links and mounts it goes through. For comparing what exists now; only an identity
 * (identity.h) stays the same across a reboot.
 */
#ifndef CLOSEDROP_FILES_INODE_H
#define CLOSEDROP_FILES_INODE_H

#include <stdbool.h>
#include <sys/types.h>

struct inode {
    dev_t device;
    ino_t number;
};

/** The inode of `fd` (O_PATH is enough). Returns 0 or a negative errno; `ret_inode` is written on
 * success only. */
int inode_of(int fd, struct inode *ret_inode);

/** The same of `path` relative to `directory` (or AT_FDCWD), following links. */
int inode_at(int directory, const char *path, struct inode *ret_inode);

/** Whether both are the same file. */
bool inode_equal(const struct inode *a, const struct inode *b);

/**
 * Whether `path` is the directory `directory` or below it, found by comparing every directory on
 * the way up. If `path` does not exist yet, the search starts at the nearest existing directory
 * above it. False if `directory` is missing, or if there is no way to tell.
 */
bool inode_holds(const char *directory, const char *path);

#endif
