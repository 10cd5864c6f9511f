/** How values and texts are written in the script of any shell. */
#ifndef CLOSEDROP_CLI_COMPLETION_TEXT_H
#define CLOSEDROP_CLI_COMPLETION_TEXT_H

#include "closedrop/cli/command.h"

/** Print the words that a value can be, each with a space before it. */
void completion_print_words(enum value_kind kind);

/** Print a text with a backslash before each character that is in `special`. */
void completion_print_escaped(const char *text, const char *special);

#endif
