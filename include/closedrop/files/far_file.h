/**
 * A whole file on a file system that can hang: read by another process (own_program.h), which is
 * left behind if it does not answer. Nothing here waits for it.
 *
 *     far_file_ask() ──> the process reads the file ──> far_file_take()
 *                                  └─ silent for too long ──> far_file_leave()
 */
#ifndef CLOSEDROP_FILES_FAR_FILE_H
#define CLOSEDROP_FILES_FAR_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/** So many processes are left behind for one file at most, of which all hang. */
#define FAR_FILE_LEFT_MAX 2

/** A file as it was found. */
struct whole_file {
    int error;           /* errno of what failed; 0: nothing, and the rest counts */
    struct stat stat;    /* as it was before it was read */
    bool is_written;     /* somebody has it open for writing (lease.h) */
    bool is_one_version; /* it was the same after it was read */
    char *bytes;         /* NULL: it is what was known, not a regular file, or too large */
    size_t length;
};

/** Free the bytes. */
void whole_file_release(struct whole_file *file);

/** Whether two states are of one file, unchanged. */
bool whole_file_same_stat(const struct stat *a, const struct stat *b);

struct far_file;

/** The file at `path`, of which at most `most` bytes are read. The epoll(7) descriptor is to tell
 * when there is something to take. NULL if out of memory. */
struct far_file *far_file_new(const char *path, size_t most, int epoll);

/** A process that hangs is left behind. Takes NULL. */
void far_file_free(struct far_file *far);

/**
 * Have it read; its bytes only if it has not this `known` state any more (NULL: in any case).
 * Returns 0; -EALREADY, if that was begun already; -EBUSY, if too many processes hang; or another
 * negative errno.
 */
int far_file_ask(struct far_file *far, const struct stat *known);

/** Whether it was asked for, and did not come yet. */
bool far_file_is_asked(const struct far_file *far);

/** Take what has come. Returns 1 and the file, whose bytes are the caller's; 0: not all of it yet;
 * or a negative errno: the process has failed, and nothing comes. */
int far_file_take(struct far_file *far, struct whole_file *ret_file);

/** Leave the process behind, which does not answer. */
void far_file_leave(struct far_file *far);

/** Whether processes that have answered, or were left behind, are not known to have ended; and find
 * out. */
bool far_file_has_left(const struct far_file *far);
void far_file_reap(struct far_file *far);

/** What such a process is started as, with the path. */
#define FAR_FILE_COMMAND "read-file"

/** Be one; returns the exit status of the program. */
int far_file_run(const char *path);

#endif
