/**
 * Finds the companion of a file, its marker or sidecar, by a marker pattern (files/path.h). The
 * case of its suffix can differ from the pattern, as in "A.PDF.DONE" for "{name}.done"; the name
 * before the suffix must be exactly the file's.
 */
#ifndef CLOSEDROP_FILES_COMPANION_H
#define CLOSEDROP_FILES_COMPANION_H

/**
 * The pattern in the spelling that exists next to the file `path`, which is relative to
 * `directory`. Tries what follows the variable as it is, in lower case, in upper case, and
 * capitalised, and returns the first one for which there is a file. If there is none, or if the
 * pattern is "", returns a copy of the pattern. The caller frees it; NULL if out of memory.
 */
char *companion_pattern(int directory, const char *pattern, const char *path);

/** path_marker() with companion_pattern(). NULL without a pattern, or if out of memory. */
char *companion_path(int directory, const char *pattern, const char *path);

#endif
