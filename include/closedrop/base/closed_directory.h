/**
 * Finds the directory in a path that denies us access, when the system only says EACCES.
 */
#ifndef CLOSEDROP_BASE_CLOSED_DIRECTORY_H
#define CLOSEDROP_BASE_CLOSED_DIRECTORY_H

/** The first directory in `path` that we may not enter. The caller frees it; NULL if we may
 * enter them all. */
char *closed_directory(const char *path);

#endif
