/** The folders and rules that a command is given by their names: only those there are. */
#ifndef CLOSEDROP_CLI_NAMES_H
#define CLOSEDROP_CLI_NAMES_H

#include "closedrop/cli/cli.h"

/**
 * Whether there is a folder and a rule of these names (NULL: not given): in the configuration, or,
 * where the desk has somebody to ask, among the jobs in the queue; those of one that left the
 * configuration stay within reach. Returns EXIT_DONE, or EXIT_USAGE, having printed which there
 * are.
 */
int names_check(const struct desk *desk, const char *folder, const char *rule);

#endif
