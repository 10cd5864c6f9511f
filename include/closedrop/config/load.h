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

#endif
