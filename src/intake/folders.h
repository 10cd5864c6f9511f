/** Tracks which directory a folder is at present, whether it is ours, and how it is watched. */
#ifndef CLOSEDROP_INTAKE_FOLDERS_H
#define CLOSEDROP_INTAKE_FOLDERS_H

#include "folder_state.h"

/**
 * Open the folder's root, or check that it is still the same; a new one is scanned soon. Returns
 * whether it exists.
 */
bool folder_enter(struct watch *watch, struct watched *folder);

/**
 * Claim the folder, or renew the claim; nothing in it is reported before that. Returns false if
 * another queue has it; the folder has then been left.
 */
bool folder_claim(struct watch *watch, struct watched *folder);

/**
 * Check the owner files once more, just before a file is reported: whether it is still ours. If
 * not, the next scan claims the folder again, or yields.
 */
bool folder_has(struct watched *folder, const char *path);

/**
 * Leave the folder for now if it contains a directory that another queue has. Returns whether it
 * did.
 */
bool folder_yield(struct watch *watch, struct watched *folder);

/** Give up the folder, close its root, and cancel the scans that are due. */
void folder_leave(struct watched *folder);

/** Choose events or polling, as its configuration, its file system and the kernel allow. */
void folder_decide_polling(const struct watch *watch, struct watched *folder);

/** Describe in its health which parts have no events, and how to fix that. */
void folder_explain(const struct watch *watch, struct watched *folder);

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
