/**
 * Files that closedrop itself uses and therefore never takes, wherever they are: the configuration,
 * the key, tables, the queue; and directories that do not belong to the folder: archives,
 * state_dir, other folders. They are identified by device and inode, and looked up again once a
 * turn (turn.h), because files are replaced and directories are created while the agent runs.
 */
#ifndef CLOSEDROP_CONFIG_OWN_FILES_H
#define CLOSEDROP_CONFIG_OWN_FILES_H

#include "closedrop/config/tree.h"
#include "closedrop/files/identity.h"

#include <stdbool.h>

/** Create `own_files` of a fully loaded configuration; 0 or -ENOMEM. For config_load(). */
int own_files_make(struct config *config);

/** NULL is ignored. */
void own_files_free(struct own_files *own_files);

/** Record where the files are now, so that they are still recognised after they are moved. */
void own_files_see(const struct config *config);

/**
 * Whether closedrop uses the file whose state was just read, under this name or another. A file
 * that was moved still counts as long as nothing takes its place, except in state_dir. Returns 1 or
 * 0; or a negative errno if this cannot be determined now.
 */
int own_file(const struct config *config, const struct file_state *state);

/**
 * Whether the directory behind `fd` is the top of an archive, of state_dir or of another folder; if
 * so, `words` describes it. The directory was found inside `folder` or is its root; a root that two
 * folders share belongs to the first.
 */
#define OWN_DIRECTORY_MAX 160
bool own_directory(const struct config *config, const struct folder *folder, int fd,
    char words[OWN_DIRECTORY_MAX]);

#endif
