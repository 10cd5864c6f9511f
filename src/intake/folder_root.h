/** Finds the directory at a folder's path, keeps it open, and gives it up. */
#ifndef CLOSEDROP_INTAKE_FOLDER_ROOT_H
#define CLOSEDROP_INTAKE_FOLDER_ROOT_H

#include "folder_state.h"

/** A directory found at a folder's path. */
struct found_root {
    int root;
    char *real_path;
    uint64_t device;
    uint64_t inode;
    uint64_t mount;
};

/** Find and open the directory at a folder's path, for the caller. Returns 0 or a negative errno.
 */
int folder_root_find(const char *path, struct found_root *ret_found);

/** Whether it is the directory that is already open. */
bool folder_root_is_same(const struct watched *folder, const struct found_root *found);

/** Give up the folder, close its root, and cancel the scans that are due. */
void folder_root_leave(struct watched *folder);

/** The same for a root that disappeared or was replaced: its watches are still on the old
 * directory. */
void folder_root_lose(struct watched *folder);

#endif
