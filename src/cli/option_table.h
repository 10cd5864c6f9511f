/** Every option of every command: one table for the parser, --help and completions. */
#ifndef CLOSEDROP_CLI_OPTION_TABLE_H
#define CLOSEDROP_CLI_OPTION_TABLE_H

#include "closedrop/cli/command.h"

#include <stddef.h>

#define OPTIONS_MAX 64 /* at most so many rows */

/** An option; a command allows some by their letter. */
struct option_row {
    char letter;
    const char *name;  /* without the dashes */
    const char *usage; /* "--state S"; begins with the short form where there is one */
    const char *help;
    enum value_kind value;
    size_t member; /* of struct options: a bool, or with a value its text (a number for 'n') */
};

/** The first option that the command allows after `row` (NULL: of all); NULL: there is none. */
const struct option_row *option_next(const struct command *command, const struct option_row *row);

/** The option with this letter, or NULL. */
const struct option_row *option_of_letter(int letter);

/** Whether it can also be given by its letter alone, such as -c. */
bool option_is_short(const struct option_row *row);

/** What values of a kind are called in the scripts of the shells, such as "state". */
extern const char *const value_kind_names[VALUE_KINDS];

/** The words that a value of this kind can be; NULL where the program itself has no list of them.
 */
const char *const *value_words(enum value_kind kind, size_t *ret_count);

#endif
