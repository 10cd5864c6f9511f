/**
 * The identity of a file, apart from its name: file handle, size and mtime.
 *
 * A handle (name_to_handle_at(2): inode and generation) never repeats, while ext4 reuses inode
 * numbers at once. The device number is not part of it, because it can change at a reboot. If
 * neither handles nor inode numbers are stable (filesystem.h), the identity has no handle, and
 * callers use the path instead.
 */
#ifndef CLOSEDROP_FILES_IDENTITY_H
#define CLOSEDROP_FILES_IDENTITY_H

#include "closedrop/files/inode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The kernel's MAX_HANDLE_SZ, plus four bytes for the type of the handle. */
#define IDENTITY_HANDLE_MAX (128 + 4)

struct identity {
    unsigned char handle[IDENTITY_HANDLE_MAX];
    size_t handle_length; /* 0: no stable handle */
    int64_t size;         /* bytes */
    int64_t mtime_ns;     /* since 1970, modulo 2^64: see identity_seconds() */
};

/** The identity and the other attributes of an open file, read at one moment. */
struct file_state {
    struct identity identity;
    struct inode inode; /* only for comparing what exists now */
    int64_t ctime_ns;
    uint64_t links;
    mode_t mode; /* including the file type */
    uid_t uid;
    gid_t gid;
};

/**
 * Read the state of the file open at `fd` (O_PATH is enough). If the file system has no handles but
 * stable inode numbers, inode number and birth time are used instead of a handle.
 * Returns 0 or a negative errno; writes `ret_state` only on success.
 */
int file_state_read(int fd, struct file_state *ret_state);

/**
 * Convert an `mtime_ns` to whole seconds since 1970. Nanoseconds in 64 bits wrap around after 584
 * years; the result is between 13 December 1901 and 2 July 2486, the range of ext4 and XFS. Times
 * outside of it, on other file systems, count as its first or last moment.
 */
int64_t identity_seconds(int64_t ns);

/** Whether handle, size and mtime are equal. Without handles, compare only files of one path. */
bool identity_equal(const struct identity *a, const struct identity *b);

/** Whether the handles are equal: the same file, perhaps rewritten. False without a handle. */
bool identity_same_file(const struct identity *a, const struct identity *b);

/**
 * Whether the file whose state was read, and which is still open, has this name in an open
 * directory (or, with "", is open there), and its size and mtime are the same. A file that is open
 * keeps its inode, so its handle is the same, too.
 */
bool file_is_at(int directory, const char *name, const struct file_state *state);

/** Whether nothing at all has changed: identity and ctime are equal. */
bool file_state_equal(const struct file_state *a, const struct file_state *b);

#endif
