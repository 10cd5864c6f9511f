/**
 * Moving and deleting in a folder that anybody may write to, without ever touching the wrong file.
 *
 * A file is first taken: renamed into `.closedrop/` at the folder's top (0700, ours), under its
 * job's id, and compared with what was uploaded. Only then it goes on: to another name, never over
 * one that is taken, or out of existence. What turns out to be another file goes back where it was.
 *
 * Directories are open descriptors all the way; the caller closes them.
 */
#ifndef CLOSEDROP_FILES_PUT_AWAY_H
#define CLOSEDROP_FILES_PUT_AWAY_H

#include "closedrop/files/identity.h"

#include <stdbool.h>
#include <sys/stat.h>

#define STAGING_NAME ".closedrop"

struct str;

/**
 * The staging directory of the folder open at `root`, made where it is missing. A descriptor, or a
 * negative errno: -EPERM where something else has that name, or it is not ours alone.
 */
int staging_open(int root);

/** The name a job's file has in staging, into `name`; returns `name`. */
#define STAGED_NAME_MAX 24
const char *staged_name(int64_t id, char name[STAGED_NAME_MAX]);

/** Where files are put: a directory, and what it and its files are to look like. */
struct destination {
    int directory;
    char *path;       /* as it is kept in the queue: relative to the folder, or absolute */
    struct stat like; /* the drop folder: mode and group of directories made here */
};

/**
 * Where a file at `path` of the folder goes at that moment by a pattern like "Uploaded/%Y-%m"
 * (strftime(3), local time): its directory there, in new memory; NULL where there is no such time,
 * or memory is short.
 */
char *destination_path(const char *pattern, int64_t at_ms, const char *path);

/**
 * Open the directory `path` (relative to `root`, or absolute), making what is missing with the mode
 * and group of the drop folder. Returns 0 or a negative errno.
 */
int destination_open(int root, const char *path, struct destination *ret_destination);
void destination_close(struct destination *destination);

/**
 * Find a file of this size and mtime at `destination`, under `name` or a numbered one: the file
 * itself, or the copy that was made of it. Returns 0 and its name, which the caller frees; -ENOENT;
 * or another negative errno where that cannot be told.
 */
int destination_find(const struct destination *destination, const char *name,
    const struct identity *identity, char **ret_name);

/** What taking a file found. */
enum taken {
    TAKEN,         /* it is in staging now (or was already) */
    TAKEN_GONE,    /* there is nothing at that path */
    TAKEN_ANOTHER, /* something else is there now; it was left, or put back */
};

/**
 * Take the file at `path` into staging as `id`, if it is `identity` and nobody writes to it.
 * Returns enum taken; -EBUSY while somebody has it open for writing; or another negative errno
 * (nothing changed).
 */
int put_away_take(
    int root, int staging, const char *path, int64_t id, const struct identity *identity);

/**
 * Move the file `from` of an open directory to `name` at `destination`, or to the first
 * free " (2)", " (3)" ... of it, and have that on disk. Returns 0 and the name it got, to be freed;
 * -EXDEV where only a copy can bring it there; or another negative errno: then it still lies where
 * it was, or has its new name, but the disk could not be made to keep it.
 */
int put_away_move(int from_directory, const char *from, const struct destination *destination,
    const char *name, char **ret_name);

/** Delete what was taken as `id`. Returns 0 or a negative errno. */
int put_away_delete(int staging, int64_t id);

/**
 * A file that goes where another one went: its marker, its sidecar. Moves `name` of an open
 * directory to `new_name` at `destination`, or to a free name like it; deletes it where
 * `destination` is NULL. What cannot be moved stays, as does one of more than 1 MiB where only a
 * copy would bring it there; nothing depends on it.
 */
void put_away_companion(
    int directory, const char *name, const struct destination *destination, const char *new_name);

/** Whatever lies in staging as `id` goes to `path`, or a free name like it. As put_away_move(). */
int put_away_restore(int root, int staging, int64_t id, const char *path, char **ret_path);

/**
 * Rename without ever replacing: renameat2, else link and unlink, else over an empty file of ours
 * that reserves the name (FUSE: sshfs, s3fs). 0 or a negative errno: then it has its old name only.
 */
int rename_to_free_name(int from_directory, const char *from, int to_directory, const char *to);

/** A copy across file systems, a slice at a time. */
struct copy;

/**
 * Begin to copy the file `from` of a directory into `destination`; both stay open until the copy is
 * freed. Returns 0 or a negative errno.
 */
int copy_begin(int from_directory, const char *from, const struct destination *destination,
    struct copy **ret_copy);

/** Copy a slice. 1: more is left, 0: all is copied and on disk, or a negative errno. */
int copy_step(struct copy *copy);

/**
 * Give the whole copy its name, as put_away_move(), and delete the original; a file that has taken
 * its name meanwhile stays.
 */
int copy_finish(struct copy *copy, const char *name, char **ret_name);
void copy_free(struct copy *copy);

/**
 * Write a small text file `name` at `destination`, replacing one of that name, readable by whoever
 * may read a file with `mode` and `gid`; it is durable then. Returns 0 or a negative errno.
 */
int destination_write(const struct destination *destination, const char *name, const char *text,
    mode_t mode, gid_t gid);

#endif
