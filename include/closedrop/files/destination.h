/**
 * Directories where files are put away: the archive, the one for failed files, or where a file was.
 */
#ifndef CLOSEDROP_FILES_DESTINATION_H
#define CLOSEDROP_FILES_DESTINATION_H

#include <stdint.h>
#include <sys/stat.h>

struct identity;

/** What a missing directory is called in the drop folder while it is made: never entered by a scan.
 */
#define DESTINATION_NEW ".closedrop-new"

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

/** Close it; harmless if that was done already. */
void destination_close(struct destination *destination);

/**
 * Find a file of this size and mtime at `destination`, under `name` or a numbered form of it: the
 * file itself, or a copy of it. Returns 0 and its name, which the caller frees; -ENOENT; or
 * another negative errno if there is no way to tell.
 */
int destination_find(const struct destination *destination, const char *name,
    const struct identity *identity, char **ret_name);

/**
 * Write a small text file `name` at `destination`, durably, replacing any file of that name.
 * Everybody can read it who can read a file with `mode` and `gid`. Returns 0 or a negative errno.
 */
int destination_write(const struct destination *destination, const char *name, const char *text,
    mode_t mode, gid_t gid);

/**
 * The same without ever replacing a file: under `name`, or its first free numbered form " (2)", ...
 * A file that is there with exactly this text counts as written. Until it is whole, it is called
 * `draft`, which replaces a file of that name.
 */
int destination_add(const struct destination *destination, const char *draft, const char *name,
    const char *text, mode_t mode, gid_t gid);

#endif
