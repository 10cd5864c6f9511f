/**
 * What a file is, apart from its name: file handle, size and mtime (product.md, "Words").
 *
 * The handle (name_to_handle_at(2): inode and generation) never repeats, while ext4 gives an inode
 * number away again at once; a device number is no part of it, for it changes over a reboot. Where
 * neither handles nor inode numbers last (filesystem.h), a file has no handle, and its path stands
 * in for it.
 */
#ifndef CLOSEDROP_FILES_IDENTITY_H
#define CLOSEDROP_FILES_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The kernel's MAX_HANDLE_SZ and the four bytes of the handle's type. */
#define IDENTITY_HANDLE_MAX (128 + 4)

struct identity {
    unsigned char handle[IDENTITY_HANDLE_MAX];
    size_t handle_length; /* 0: none that lasts */
    int64_t size;         /* bytes */
    int64_t mtime_ns;     /* since 1970, modulo 2^64: see identity_seconds() */
};

/** An identity and what else one look at an open file tells. */
struct file_state {
    struct identity identity;
    int64_t ctime_ns;
    uint64_t links;
    mode_t mode; /* with the file's type */
    uid_t uid;
    gid_t gid;
};

/**
 * Look at the file behind `fd` (O_PATH will do). Where the file system has no handles, but keeps
 * its inode numbers, inode number and time of birth stand in. Returns 0 or a negative errno;
 * `ret_state` is written on success only.
 */
int file_state_read(int fd, struct file_state *ret_state);

/**
 * The whole seconds since 1970 of a `mtime_ns`. In 64 bits they repeat after 584 years; this is the
 * one from 13 December 1901 to 2 July 2486, which is all that ext4 and XFS can keep. What another
 * file system has outside of it counts as the first or last of it.
 */
int64_t identity_seconds(int64_t ns);

/** Whether handle, size and mtime are equal; without a handle that is for files of one path. */
bool identity_equal(const struct identity *a, const struct identity *b);

/** Whether the handles alone are: the same file, perhaps rewritten. Never without a handle. */
bool identity_same_file(const struct identity *a, const struct identity *b);

/** Whether nothing at all changed: identity and ctime. */
bool file_state_equal(const struct file_state *a, const struct file_state *b);

#endif
