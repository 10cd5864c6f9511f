/** Finds the configuration file, and the default state directory and control socket. */
#ifndef CLOSEDROP_CONFIG_LOCATE_H
#define CLOSEDROP_CONFIG_LOCATE_H

#include <stdbool.h>

/**
 * The file to read: `given`, else $CLOSEDROP_CONFIG, else the user's own (except for root), else
 * the system's. The caller frees it; NULL if out of memory.
 */
char *config_locate(const char *given);

/**
 * The defaults for a configuration that sets neither: the system's directories if the file is under
 * /etc, else the user's. The caller frees them; NULL if out of memory.
 */
char *config_default_state_dir(bool of_system);
char *config_default_socket(bool of_system, const char *state_dir);

#endif
