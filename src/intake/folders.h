/** Tracks which directory a folder is at present, and watches its directories. */
#ifndef CLOSEDROP_INTAKE_FOLDERS_H
#define CLOSEDROP_INTAKE_FOLDERS_H

#include "folder_state.h"

/**
 * Open the folder's root, or check that it is still the same; a new one is scanned soon. Returns
 * whether it exists.
 */
bool folder_enter(struct watched *folder);

/**
 * Watch a directory of the folder. Returns whether to report its files: SCAN_UNWATCHED skips a
 * directory that was already watched, and one that another queue has makes the whole folder wait
 * for folder_yield(). For struct scan_calls.
 */
bool folder_watch_directory(void *context, const char *path);

/**
 * Watch the directory above the root, whose events show when the root itself appears or disappears:
 * the root is kept open, and a deleted directory that is still open has no event of its own.
 */
void folder_watch_parent(const struct watched *folder);

#endif
