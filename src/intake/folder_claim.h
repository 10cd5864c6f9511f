/** Claims folders for our queue: a folder belongs to one queue at a time. */
#ifndef CLOSEDROP_INTAKE_FOLDER_CLAIM_H
#define CLOSEDROP_INTAKE_FOLDER_CLAIM_H

#include "folder_state.h"

/**
 * Claim the folder, or renew the claim; nothing in it is reported before that. Returns false if
 * another queue has it; the folder has then been left.
 */
bool folder_claim(struct watched *folder);

/** Leave the folder for now if another queue has a directory above it. Returns whether it did. */
bool folder_yield_to_above(struct watched *folder);

/**
 * Leave the folder for now if it contains a directory that another queue has. Returns whether it
 * did.
 */
bool folder_yield(struct watched *folder);

/**
 * Whether another queue has a directory of the folder, and therefore the whole folder; see
 * folder_yield().
 */
bool folder_is_of_another(struct watched *folder, const char *path);

/**
 * Check the owner files again, just before a file is reported: whether it is still ours. If
 * not, the next scan claims the folder again, or yields.
 */
bool folder_has(struct watched *folder, const char *path);

#endif
