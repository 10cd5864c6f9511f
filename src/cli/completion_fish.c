/** The completion script for fish. */
#include "completion_shells.h"
#include "completion_text.h"
#include "option_table.h"

#include <stdio.h>

static const char start[] =
    "# Completion of closedrop in fish; printed by: closedrop completion fish\n"
    "\n"
    "function __closedrop_is # COMMAND: the line is one of this command, or has none yet\n"
    "    set -l words (commandline -opc)\n"
    "    test \"$words[2]\" = \"$argv[1]\"\n"
    "end\n"
    "\n"
    "function __closedrop_names # folders | rules, of the file that the line names with -c\n"
    "    set -l words (commandline -opc)\n"
    "    set -l at (contains -i -- -c $words; or contains -i -- --config $words)\n"
    "    set -l file\n"
    "    test -n \"$at\"; and set file -c $words[(math $at + 1)]\n"
    "    closedrop completion $file $argv[1] 2>/dev/null\n"
    "end\n"
    "\n"
    "complete -c closedrop -f\n"
    "complete -c closedrop -n '__closedrop_is \"\"' -l help -d 'print help'\n"
    "complete -c closedrop -n '__closedrop_is \"\"' -l version -d 'print the version'\n";

static void print_rule(const char *command)
{
    printf("complete -c closedrop -n '__closedrop_is \"%s\"'", command);
}

/** What can follow: words, names or files. */
static void print_kind(enum value_kind kind)
{
    size_t count;
    if (value_words(kind, &count)) {
        printf(" -a '");
        completion_print_words(kind);
        putchar('\'');
    } else if (kind == VALUE_FILE) {
        printf(" -F");
    } else if (kind == VALUE_FOLDER || kind == VALUE_RULE) {
        printf(" -a '(__closedrop_names %s)'", value_kind_names[kind]);
    }
}

static void print_text(const char *text)
{
    printf(" -d '");
    completion_print_escaped(text, "'\\");
    printf("'\n");
}

static void print_option(const struct command *command, const struct option_row *row)
{
    print_rule(command->name);
    if (option_is_short(row))
        printf(" -s %c", row->letter);
    printf(" -l %s", row->name);
    if (row->value != VALUE_NONE) {
        printf(row->value == VALUE_FILE ? " -r" : " -x"); /* -x offers no files */
        print_kind(row->value);
    }
    print_text(row->help);
}

static void print_command(const struct command *command)
{
    const struct option_row *row = NULL;
    print_rule("");
    printf(" -a %s", command->name);
    print_text(command->summary);
    while ((row = option_next(command, row)))
        print_option(command, row);
    print_rule(command->name);
    printf(" -l help -d 'this text'\n");
    if (command->values != VALUE_NONE) {
        print_rule(command->name);
        print_kind(command->values);
        putchar('\n');
    }
}

void completion_fish(const struct command *const *commands, size_t count)
{
    fputs(start, stdout);
    for (size_t i = 0; i < count; i++)
        print_command(commands[i]);
}
