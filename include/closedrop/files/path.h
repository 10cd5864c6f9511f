/**
 * Joins, splits and compares paths, as bytes. Pure.
 */
#ifndef CLOSEDROP_FILES_PATH_H
#define CLOSEDROP_FILES_PATH_H

#include <stdbool.h>
#include <stddef.h>

/** The longest relative path that we follow: PATH_MAX without the NUL. */
#define PATH_LENGTH_MAX 4095

/** `directory/name`, or `name` if `directory` is "". The caller frees it; NULL if out of memory. */
char *path_join(const char *directory, const char *name);

/** What follows the last slash; a pointer into `path`. */
const char *path_name(const char *path);

/** What comes before the last slash; "" if there is none. The caller frees it; NULL if out of
 * memory. */
char *path_directory(const char *path);

/**
 * The absolute path without "//", "/./" and a slash at its end; keeps "..". A relative `path` is
 * relative to `base`. The caller frees it; NULL if out of memory.
 */
char *path_normal(const char *base, const char *path);

/** Whether `path` is `directory` or below it; both as from path_normal(). */
bool path_is_within(const char *path, const char *directory);

/**
 * The name to try if `name` is taken: with " (2)", " (3)" ... before its last suffix, and shortened
 * at a character boundary if it would exceed 255 bytes. With `number` 1, the name itself.
 * The caller frees it; NULL if out of memory.
 */
char *path_numbered(const char *name, unsigned number);

/** `name` with a short `suffix` appended. A result over 255 bytes is shortened in its middle, so
 * that long names that differ at the beginning or end still differ. The caller frees it; NULL if
 * out of memory. */
char *path_with_suffix(const char *name, const char *suffix);

/** The prefix of a marker pattern that names one file for a whole directory: "{dir}/READY". */
#define BATCH_MARKER "{dir}/"

/** Whether a marker pattern names one end marker for the batch in each directory. */
bool path_marker_is_of_batch(const char *pattern);

/**
 * Split a marker pattern like "{name}.done" into the number of bytes before the variable and the
 * text after it. For "{dir}/READY", the whole name comes after it. False for "", which names no
 * marker.
 */
bool path_marker_split(const char *pattern, size_t *ret_before, const char **ret_after);

/**
 * The path of the marker that the file `path` waits for, next to it. {name} is its name, {stem} its
 * name without the last suffix; "{dir}/READY" is the same for all files of a directory.
 * The caller frees it; NULL without a pattern, or if out of memory.
 */
char *path_marker(const char *pattern, const char *path);

/** The name of a sidecar, as a marker pattern for path_marker(). */
#define SIDECAR_PATTERN "{name}.json"

/** Whether a relative path is valid: not empty, no leading slash, no part "", "." or "..". */
bool path_is_plain_relative(const char *path);

#endif
