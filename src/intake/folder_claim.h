/** Whether a folder is ours: one folder, one queue. */
#ifndef CLOSEDROP_INTAKE_FOLDER_CLAIM_H
#define CLOSEDROP_INTAKE_FOLDER_CLAIM_H

#include "folder_state.h"

/**
 * Claim the folder, or beat: nothing of it is told before. Returns false where another has it: then
 * it has been left.
 */
bool folder_claim(struct watched *folder);

/** Leave the folder for now, if a directory above it is one that another queue has. Returns
 * whether.
 */
bool folder_yield_to_above(struct watched *folder);

/** Leave the folder for now, if a directory that another queue has was met in it. Returns whether.
 */
bool folder_yield(struct watched *folder);

/** Whether a directory of the folder is another's, and with it all of the folder: see
 * folder_yield().
 */
bool folder_is_of_another(struct watched *folder, const char *path);

/**
 * Whether a file is still ours to tell, just before it is: its owner files are read once more. If
 * not, the next scan claims the folder anew, or yields.
 */
bool folder_has(struct watched *folder, const char *path);

#endif
