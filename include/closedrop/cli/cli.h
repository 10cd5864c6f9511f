/**
 * The command line: one file for each command, and one table row for each.
 */
#ifndef CLOSEDROP_CLI_CLI_H
#define CLOSEDROP_CLI_CLI_H

#include "closedrop/cli/command.h"

/** Run the command that argv names. Returns the exit status. */
int cli_main(int argc, char **argv);

#endif
