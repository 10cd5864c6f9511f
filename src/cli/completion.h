/** Completion of commands, options and values in shells. */
#ifndef CLOSEDROP_CLI_COMPLETION_H
#define CLOSEDROP_CLI_COMPLETION_H

#include "closedrop/cli/command.h"

#include <stddef.h>

/**
 * Print the script of the shell that is the only argument; or, for these scripts, the names of the
 * "folders" or "rules" in the configuration, one per line. Returns the exit status.
 */
int completion_print(
    const struct options *options, const struct command *const *commands, size_t count);

#endif
