/**
 * Paths as bytes: joining, taking apart, comparing. Pure.
 */
#ifndef CLOSEDROP_FILES_PATH_H
#define CLOSEDROP_FILES_PATH_H

#include <stdbool.h>
#include <stddef.h>

/** The longest relative path we follow, as PATH_MAX without its NUL. */
#define PATH_LENGTH_MAX 4095

/** `directory/name` in new memory, `name` alone where `directory` is ""; NULL when memory is short.
 */
char *path_join(const char *directory, const char *name);

/** What follows the last slash; a pointer into `path`. */
const char *path_name(const char *path);

/** What stands before the last slash, "" where there is none; in new memory, NULL when short. */
char *path_directory(const char *path);

/**
 * An absolute path without "//", "/./" and a slash at its end, in new memory; ".." is left alone.
 * A relative `path` is taken from `base`. NULL when memory is short.
 */
char *path_normal(const char *base, const char *path);

/** Whether normal `path` is `directory` or lies below it. */
bool path_is_within(const char *path, const char *directory);

/**
 * The name to try when `name` is taken: " (2)", " (3)" ... before its last suffix, shortened on a
 * character's border where it would grow over 255 bytes. `number` 1 gives the name itself.
 * In new memory, NULL when memory is short.
 */
char *path_numbered(const char *name, unsigned number);

/** `name` with a short `suffix` appended. What would be longer than 255 bytes is shortened in the
 * middle: long names that differ in how they begin or end still do. */
char *path_with_suffix(const char *name, const char *suffix);

/** How a marker pattern begins that names one file for a whole directory: "{dir}/READY". */
#define BATCH_MARKER "{dir}/"

/** Whether a marker pattern names the one end marker of each directory's batch. */
bool path_marker_is_of_batch(const char *pattern);

/**
 * Take a marker pattern like "{name}.done" apart: how many bytes of the marker's name stand before
 * its variable, and what follows; of "{dir}/READY" all of the name follows. False for "", which
 * names no marker.
 */
bool path_marker_split(const char *pattern, size_t *ret_before, const char **ret_after);

/**
 * The path of the marker that the file `path` waits for, beside it: {name} is its name, {stem} the
 * name without its last suffix, and by "{dir}/READY" it is the same for all files of a directory.
 * In new memory; NULL without a pattern, or when memory is short.
 */
char *path_marker(const char *pattern, const char *path);

/** How a sidecar is called: a marker pattern, for path_marker(). */
#define SIDECAR_PATTERN "{name}.json"

/** Whether a relative path is sane: not empty, no leading slash, no "." or ".." or empty part. */
bool path_is_plain_relative(const char *path);

#endif
