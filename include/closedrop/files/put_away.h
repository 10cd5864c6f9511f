/**
 * Moves and deletes files in a folder that anybody can write to, without ever touching the wrong
 * one.
 *
 * A file is first taken: renamed into `.closedrop/` at the top of the folder (0700, ours), under
 * the ID of its job, and compared with what was uploaded. Only then is it moved, never over an
 * existing file, or deleted. If it turns out to be another file, it is moved back.
 *
 * Directories are passed as open descriptors, which the caller closes. What was moved or deleted is
 * on disk once the last of these directories is (fsync(2)): the journal keeps order, so the rename
 * into staging is on disk then, too.
 */
#ifndef CLOSEDROP_FILES_PUT_AWAY_H
#define CLOSEDROP_FILES_PUT_AWAY_H

#include <stdint.h>

#define STAGING_NAME ".closedrop"

struct destination;
struct identity;
struct leased_file;

/**
 * Open the staging directory of the folder open at `root`, creating it if it is missing. Returns a
 * descriptor or a negative errno: -EPERM if something else has that name, or it is not ours alone.
 */
int staging_open(int root);

/** Write the name that the file of job `id` has in staging into `name`; returns `name`. */
#define STAGED_NAME_MAX 24
const char *staged_name(int64_t id, char name[STAGED_NAME_MAX]);

/** The result of taking a file. */
enum taken {
    TAKEN,         /* it is now in staging, or already was */
    TAKEN_GONE,    /* nothing is at that path */
    TAKEN_ANOTHER, /* something else is there; it was left alone, or moved back */
};

/**
 * Take the file at `path` into staging as `id`, if it has the identity `identity` and nobody is
 * writing to it. `held` is the file, if it is still held since it was read: then it need not be
 * opened again. It is closed in any case; NULL: it is not held.
 * Returns enum taken, -EBUSY if somebody has it open for writing, or another negative errno. On an
 * error nothing has changed.
 */
int put_away_take(int root, int staging, const char *path, int64_t id,
    const struct identity *identity, struct leased_file *held);

/**
 * Move the file `from` of an open directory to `name` at `destination`, or to its first free
 * numbered form " (2)", " (3)" ... Returns 0 and the new name, which the caller frees; -EXDEV if
 * only a copy can get it there; or another negative errno: then it is where it was.
 */
int put_away_move(int from_directory, const char *from, const struct destination *destination,
    const char *name, char **ret_name);

/** Delete what was taken as `id`. Returns 0 or a negative errno. */
int put_away_delete(int staging, int64_t id);

/**
 * Put away the companion of a file, its marker or sidecar. Moves `name` of an open directory to
 * `new_name` at `destination`, or to a free numbered form of it; deletes it if `destination` is
 * NULL. It stays if it cannot be moved, or if it has more than 1 MB and would have to be copied;
 * nothing depends on it.
 */
void put_away_companion(
    int directory, const char *name, const struct destination *destination, const char *new_name);

/** Move whatever is in staging as `id` to `path`, or to a free numbered form of it, like
 * put_away_move(). */
int put_away_restore(int root, int staging, int64_t id, const char *path, char **ret_path);

#endif
