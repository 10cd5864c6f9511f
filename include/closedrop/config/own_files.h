/**
 * What the program itself uses, which is never taken wherever it lies: the configuration, the key,
 * tables, the queue; and the directories that are not the folder's: archives, state_dir, other
 * folders. Known by device and inode, and looked up anew by each call, since files are replaced and
 * directories are made while the agent runs.
 */
#ifndef CLOSEDROP_CONFIG_OWN_FILES_H
#define CLOSEDROP_CONFIG_OWN_FILES_H

#include "closedrop/config/config.h"

#include <stdbool.h>

/**
 * Whether the file behind `fd` (O_PATH will do) is one that the program uses, by this name or by
 * another. 1 or 0; or a negative errno (a shortage) where that cannot be told for now.
 */
int own_file(const struct config *config, int fd);

/**
 * Whether the directory behind `fd` is where an archive, state_dir or another folder begins; then
 * it is described in `words`. It was reached by walking through `folder`, or is that folder's root
 * itself: a root that two folders have is the first one's.
 */
#define OWN_DIRECTORY_MOST 160
bool own_directory(const struct config *config, const struct folder *folder, int fd,
    char words[OWN_DIRECTORY_MOST]);

#endif
