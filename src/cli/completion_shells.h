/** The completion script of each shell, made of the tables of commands and options. */
#ifndef CLOSEDROP_CLI_COMPLETION_SHELLS_H
#define CLOSEDROP_CLI_COMPLETION_SHELLS_H

#include "closedrop/cli/command.h"

#include <stddef.h>

/** Print a script that completes these commands: for bash, fish and zsh. */
void completion_bash(const struct command *const *commands, size_t count);
void completion_fish(const struct command *const *commands, size_t count);
void completion_zsh(const struct command *const *commands, size_t count);

#endif
