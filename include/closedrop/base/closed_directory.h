/**
 * Which directory on the way to a path keeps us out, where the system only says EACCES.
 */
#ifndef CLOSEDROP_BASE_CLOSED_DIRECTORY_H
#define CLOSEDROP_BASE_CLOSED_DIRECTORY_H

/** The first directory on the way to `path` that may not be entered, in new memory; NULL where all
 * may be. */
char *closed_directory(const char *path);

#endif
