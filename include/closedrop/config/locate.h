/** Where the configuration lies, and by default the state and the control socket. */
#ifndef CLOSEDROP_CONFIG_LOCATE_H
#define CLOSEDROP_CONFIG_LOCATE_H

#include <stdbool.h>

/**
 * The file to read: `given`, else $CLOSEDROP_CONFIG, else the user's own (not for root), else the
 * system's. In new memory; NULL when memory is short.
 */
char *config_locate(const char *given);

/** The directories of a configuration that names none: the system's, if it lies under /etc, else
 * the user's own. In new memory; NULL when memory is short. */
char *config_default_state_dir(bool of_system);
char *config_default_socket(bool of_system, const char *state_dir);

#endif
