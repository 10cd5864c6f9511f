/**
 * Moves and deletes files in a folder that anybody can write to, without ever touching the wrong
 * one.
 *
 * A file is first taken: renamed into `.closedrop/` at the top of the folder (0700, ours), under
 * the ID of its job, and compared with what was uploaded. Only then is it moved, never over an
 * existing file, or deleted. If it turns out to be another file, it is moved back.
 *
 * Directories are passed as open descriptors, which the caller closes.
 */
#ifndef CLOSEDROP_FILES_PUT_AWAY_H
#define CLOSEDROP_FILES_PUT_AWAY_H

#include "closedrop/files/identity.h"

#include <stdbool.h>
#include <sys/stat.h>

#define STAGING_NAME ".closedrop"

struct str;

/**
 * Open the staging directory of the folder open at `root`, creating it if it is missing. Returns a
 * descriptor or a negative errno: -EPERM if something else has that name, or it is not ours alone.
 */
int staging_open(int root);

/** Write the name that the file of job `id` has in staging into `name`; returns `name`. */
#define STAGED_NAME_MAX 24
const char *staged_name(int64_t id, char name[STAGED_NAME_MAX]);

/** Where files are put away: a directory, and the mode and group to use there. */
struct destination {
    int directory;
    char *path;       /* as the queue has it: relative to the folder, or absolute */
    struct stat like; /* of the drop folder: mode and group for new directories */
};

/**
 * The directory for a file at `path` of the folder, with the subdirectories of `path`, by a pattern
 * like "Uploaded/%Y-%m" (strftime(3), local time) at the moment `at_ms`. The caller frees it; NULL
 * if that time does not exist, or if out of memory.
 */
char *destination_path(const char *pattern, int64_t at_ms, const char *path);

/**
 * Open the directory `path` (relative to `root`, or absolute), creating missing directories with
 * the mode and group of the drop folder. Returns 0 or a negative errno.
 */
int destination_open(int root, const char *path, struct destination *ret_destination);
void destination_close(struct destination *destination);

/**
 * Find a file of this size and mtime at `destination`, under `name` or a numbered form of it: the
 * file itself, or a copy of it. Returns 0 and its name, which the caller frees; -ENOENT; or
 * another negative errno if there is no way to tell.
 */
int destination_find(const struct destination *destination, const char *name,
    const struct identity *identity, char **ret_name);

/** The result of taking a file. */
enum taken {
    TAKEN,         /* it is now in staging, or already was */
    TAKEN_GONE,    /* nothing is at that path */
    TAKEN_ANOTHER, /* something else is there; it was left alone, or moved back */
};

/**
 * Take the file at `path` into staging as `id`, if it has the identity `identity` and nobody is
 * writing to it. Returns enum taken, -EBUSY if somebody has it open for writing, or another
 * negative errno. On an error nothing has changed.
 */
int put_away_take(
    int root, int staging, const char *path, int64_t id, const struct identity *identity);

/**
 * Move the file `from` of an open directory to `name` at `destination`, or to its first free
 * numbered form " (2)", " (3)" ..., durably. Returns 0 and the new name, which the caller frees;
 * -EXDEV if only a copy can get it there; or another negative errno: then it is where it was, or
 * has its new name, but not durably.
 */
int put_away_move(int from_directory, const char *from, const struct destination *destination,
    const char *name, char **ret_name);

/** Delete what was taken as `id`. Returns 0 or a negative errno. */
int put_away_delete(int staging, int64_t id);

/**
 * Put away the companion of a file, its marker or sidecar. Moves `name` of an open directory to
 * `new_name` at `destination`, or to a free numbered form of it; deletes it if `destination` is
 * NULL. It stays if it cannot be moved, or if it has more than 1 MiB and would have to be copied;
 * nothing depends on it.
 */
void put_away_companion(
    int directory, const char *name, const struct destination *destination, const char *new_name);

/** Move whatever is in staging as `id` to `path`, or to a free numbered form of it, like
 * put_away_move(). */
int put_away_restore(int root, int staging, int64_t id, const char *path, char **ret_path);

/**
 * Rename without ever replacing a file: with renameat2, or link and unlink, or over an empty file
 * of ours that reserves the name (FUSE: sshfs, s3fs). Returns 0 or a negative errno; then the file
 * has only its old name.
 */
int rename_to_free_name(int from_directory, const char *from, int to_directory, const char *to);

/** A copy across file systems, a slice at a time. */
struct copy;

/**
 * Start to copy the file `from` of a directory into `destination`. Both directories must stay open
 * until the copy is freed. Returns 0 or a negative errno.
 */
int copy_begin(int from_directory, const char *from, const struct destination *destination,
    struct copy **ret_copy);

/** Copy a slice. Returns 1 if more is left, 0 if everything is copied and on disk, or a negative
 * errno. */
int copy_step(struct copy *copy);

/**
 * Give the complete copy its name, like put_away_move(), and delete the original. If another file
 * has taken the original's name meanwhile, that file stays.
 */
int copy_finish(struct copy *copy, const char *name, char **ret_name);
void copy_free(struct copy *copy);

/**
 * Write a small text file `name` at `destination`, durably, replacing any file of that name.
 * Everybody can read it who can read a file with `mode` and `gid`. Returns 0 or a negative errno.
 */
int destination_write(const struct destination *destination, const char *name, const char *text,
    mode_t mode, gid_t gid);

#endif
