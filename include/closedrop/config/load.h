/** Reading a configuration. */
#ifndef CLOSEDROP_CONFIG_LOAD_H
#define CLOSEDROP_CONFIG_LOAD_H

struct config;
struct str;

/** How directories that may not lie in one another are compared. */
enum config_places {
    CONFIG_PLACES_SPELLED, /* by their paths: nothing is touched, so no dead server holds it up */
    CONFIG_PLACES_FOUND,   /* by device and inode too (inode.h) */
};

/**
 * Read and check `file`. Returns 0, or -EINVAL with every mistake added to `problems`, one line
 * each, or -ENOMEM. `ret_config` is written on success only; config_release() gives it back.
 */
int config_load(
    const char *file, enum config_places places, struct config **ret_config, struct str *problems);

/**
 * Of a configuration that has mistakes, where its agent is asked, as far as that can be read: a
 * tree with nothing but `file`, `state_dir` and `control_socket`. NULL when memory is short.
 */
struct config *config_load_socket(const char *file);

#endif
