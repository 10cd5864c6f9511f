/**
 * Which file or directory a path leads to, by device and inode: however it is spelled, through
 * whatever links and mounts. For comparing what is there now; across a reboot only an identity
 * lasts (identity.h).
 */
#ifndef CLOSEDROP_FILES_INODE_H
#define CLOSEDROP_FILES_INODE_H

#include <stdbool.h>
#include <sys/types.h>

struct inode {
    dev_t device;
    ino_t number;
};

/** Of the open `fd` (O_PATH will do), or of what lies at `path` from `directory` (AT_FDCWD), links
 * followed. 0 or a negative errno; `ret_inode` is written on success only. */
int inode_of(int fd, struct inode *ret_inode);
int inode_at(int directory, const char *path, struct inode *ret_inode);

bool inode_equal(const struct inode *a, const struct inode *b);

/**
 * Whether what lies at `path` is the directory `directory` or lies below it, by comparing every
 * directory on the way up. Of a path that leads to nothing yet, the nearest directory above it that
 * exists counts. False where `directory` is missing, or where it cannot be told.
 */
bool inode_holds(const char *directory, const char *path);

#endif
