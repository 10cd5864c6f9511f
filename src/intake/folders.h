/** Which directory a folder is at present, whether it is ours, and how it is watched. */
#ifndef CLOSEDROP_INTAKE_FOLDERS_H
#define CLOSEDROP_INTAKE_FOLDERS_H

#include "folder_state.h"

/**
 * Open the folder's root, or see that it is still the same; a new one is scanned soon. Returns
 * whether it is there.
 */
bool folder_enter(struct watch *watch, struct watched *folder);

/**
 * Claim the folder, or beat: nothing of it is told before. Returns false where another has it: then
 * it has been left.
 */
bool folder_claim(struct watch *watch, struct watched *folder);

/**
 * Whether a file is still ours to tell, just before it is: its owner files are looked at once more.
 * If not, the next scan claims the folder anew, or yields.
 */
bool folder_has(struct watched *folder, const char *path);

/** Leave the folder for now, if a directory that another queue has was met in it. Returns whether.
 */
bool folder_yield(struct watch *watch, struct watched *folder);

/** Give it up, close its root, and forget the scans that are due. */
void folder_leave(struct watched *folder);

/** By events or by looking, as its configuration, its file system and the kernel allow. */
void folder_decide_polling(const struct watch *watch, struct watched *folder);

/** Say in its health what of it has no events, and how to mend that. */
void folder_explain(const struct watch *watch, struct watched *folder);

/**
 * Watch a directory of the folder. Returns whether its files are to be told: a directory that had
 * its watch before is passed by in SCAN_UNWATCHED, and one that another queue has makes the whole
 * folder wait for folder_yield(). For struct scan_calls.
 */
bool folder_watch_directory(void *context, const char *path);

/**
 * Events of the directory above tell when the root itself goes or comes: we keep it open, and a
 * deleted directory that is open tells nothing of its own.
 */
void folder_watch_parent(const struct watched *folder);

#endif
