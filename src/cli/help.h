/** What the program says about its commands. */
#ifndef CLOSEDROP_CLI_HELP_H
#define CLOSEDROP_CLI_HELP_H

#include "closedrop/cli/command.h"

#include <stddef.h>
#include <stdio.h>

/** Write the synopsis of a command, one line. */
void help_usage(FILE *out, const struct command *command);

/** Print what `closedrop COMMAND --help` says. */
void help_command(const struct command *command);

/** Print what `closedrop --help` says. */
void help_all(const struct command *const *commands, size_t count);

#endif
