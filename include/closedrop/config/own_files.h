/**
 * What the program itself uses, which is never taken wherever it lies: the configuration, the key,
 * tables, the queue; and the directories that are not the folder's: archives, state_dir, other
 * folders. Known by device and inode, and looked up anew by each call, since files are replaced and
 * directories are made while the agent runs.
 */
#ifndef CLOSEDROP_CONFIG_OWN_FILES_H
#define CLOSEDROP_CONFIG_OWN_FILES_H

#include "closedrop/config/tree.h"

#include <stdbool.h>

/** Make `own_files` of a configuration that was read whole; 0 or -ENOMEM. config_load()'s. */
int own_files_make(struct config *config);

/** NULL is nothing. */
void own_files_free(struct own_files *own_files);

/** See the files where they are now, so that they are known when they are moved. */
void own_files_see(const struct config *config);

/**
 * Whether the file behind `fd` (O_PATH will do) is one that the program uses, by this name or by
 * another; also one that was moved, for as long as nothing is in its place, but for state_dir. 1 or
 * 0; or a negative errno where that cannot be told for now.
 */
int own_file(const struct config *config, int fd);

/**
 * Whether the directory behind `fd` is where an archive, state_dir or another folder begins; then
 * it is described in `words`. It was reached by walking through `folder`, or is that folder's root
 * itself: a root that two folders have is the first one's.
 */
#define OWN_DIRECTORY_MAX 160
bool own_directory(const struct config *config, const struct folder *folder, int fd,
    char words[OWN_DIRECTORY_MAX]);

#endif
