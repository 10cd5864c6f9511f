/**
 * What lies beside a file and belongs to it, by a marker pattern (files/path.h): a marker, a
 * sidecar. Programs write their suffixes in letters of their own, "A.PDF.DONE" for "{name}.done";
 * the name before it is the file's, to the letter.
 */
#ifndef CLOSEDROP_FILES_COMPANION_H
#define CLOSEDROP_FILES_COMPANION_H

/**
 * The pattern as it is written beside the file `path`, a path from `directory` on: what follows its
 * variable as it is, in small letters, in capitals, or with the first letter a capital; the first
 * of these for which something lies there. Where nothing does, the pattern as it is, for "" too. In
 * new memory, the caller's; NULL when memory is short.
 */
char *companion_pattern(int directory, const char *pattern, const char *path);

/** path_marker() by companion_pattern(). NULL without a pattern, or when memory is short. */
char *companion_path(int directory, const char *pattern, const char *path);

#endif
