/** Loads a configuration file. */
#ifndef CLOSEDROP_CONFIG_LOAD_H
#define CLOSEDROP_CONFIG_LOAD_H

struct config;
struct str;

/** How directories that must not contain one another are compared. */
enum config_compare {
    CONFIG_COMPARE_PATHS,  /* by path alone, so that an unresponsive server cannot block */
    CONFIG_COMPARE_INODES, /* also by device and inode (inode.h) */
};

/**
 * Load and check `file`. Returns 0; -EINVAL with every error added to `problems`, one per line; or
 * -ENOMEM. `ret_config` is written on success only; free it with config_release().
 */
int config_load(const char *file, enum config_compare compare, struct config **ret_config,
    struct str *problems);

/**
 * Find the folders on file systems that can hang (files/mounts.h), or whose files are put away to
 * such a one: their files are elsewhere from now on. config_load() has done so; call it again when
 * the mounts have changed. Any thread may.
 */
void config_find_elsewhere(struct config *config);

/**
 * Where to reach the agent of a configuration that has errors, as far as that can be read: a tree
 * that holds `file`, `state_dir` and `control_socket` only (`is_partial`). NULL if out of memory.
 */
struct config *config_load_socket(const char *file);

#endif
