/** The directory that a folder is at present: found, kept open, left. */
#ifndef CLOSEDROP_INTAKE_FOLDER_ROOT_H
#define CLOSEDROP_INTAKE_FOLDER_ROOT_H

#include "folder_state.h"

/** A directory that lies at a folder's path. */
struct found_root {
    int root;
    char *real_path;
    uint64_t device;
    uint64_t inode;
    uint64_t mount;
};

/** What lies at a folder's path and can be listed; the caller's. 0 or a negative errno. */
int folder_root_find(const char *path, struct found_root *ret_found);

/** Whether it is the one that is open already. */
bool folder_root_is_same(const struct watched *folder, const struct found_root *found);

/** Give the folder up, close its root, and forget the scans that are due. */
void folder_root_leave(struct watched *folder);

/** The same where it has gone, or is another one: the watches go on in the old one. */
void folder_root_lose(struct watched *folder);

#endif
