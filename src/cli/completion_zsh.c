/** The completion script for zsh. */
#include "completion_shells.h"
#include "completion_text.h"
#include "option_table.h"

#include <stdio.h>

static const char start[] =
    "#compdef closedrop\n"
    "# Completion of closedrop in zsh; printed by: closedrop completion zsh\n"
    "\n"
    "_closedrop_names() { # folders | rules\n"
    "    local file=${(Q)${opt_args[-c]:-${opt_args[--config]}}}\n"
    "    local -a names\n"
    "    names=(${(f)\"$(closedrop completion ${file:+-c} ${file:+${~file}} $1 2>/dev/null)\"})\n"
    "    compadd -a names\n"
    "}\n"
    "\n"
    "_closedrop() {\n"
    "    local command\n"
    "    local -a commands\n"
    "    local -A opt_args\n"
    "    commands=(\n";

static const char middle[] = "    )\n"
                             "    if ((CURRENT == 2)); then\n"
                             "        _describe command commands\n"
                             "        [[ $PREFIX != -* ]] || compadd -- --help --version\n"
                             "        return\n"
                             "    fi\n"
                             "    shift words\n"
                             "    ((CURRENT--))\n"
                             "    case $words[1] in\n";

/* it is either a function that is loaded for its first call, or read by `source` */
static const char end[] = "    esac\n"
                          "}\n"
                          "\n"
                          "if [[ $funcstack[1] == _closedrop ]]; then\n"
                          "    _closedrop \"$@\"\n"
                          "else\n"
                          "    compdef _closedrop closedrop\n"
                          "fi\n";

/** What can follow: words, names or files. */
static void print_kind(enum value_kind kind)
{
    size_t count;
    if (value_words(kind, &count)) {
        putchar('(');
        completion_print_words(kind);
        putchar(')');
    } else if (kind == VALUE_FILE) {
        printf("_files");
    } else if (kind == VALUE_FOLDER || kind == VALUE_RULE) {
        printf(" _closedrop_names %s", value_kind_names[kind]);
    }
}

/** Within single quotes, where help texts need none. */
static void print_option(const struct option_row *row)
{
    printf("        ");
    if (option_is_short(row))
        printf("'(-%c --%s)'{-%c+,--%s=}", row->letter, row->name, row->letter, row->name);
    else
        printf("'--%s%s'", row->name, row->value == VALUE_NONE ? "" : "=");
    printf("'[");
    completion_print_escaped(row->help, "[]:\\");
    putchar(']');
    if (row->value != VALUE_NONE) {
        printf(":%s:", value_kind_names[row->value]);
        print_kind(row->value);
    }
    printf("' \\\n");
}

static void print_command(const struct command *command)
{
    const struct option_row *row = NULL;
    printf("    (%s) _arguments \\\n", command->name);
    while ((row = option_next(command, row)))
        print_option(row);
    if (command->values != VALUE_NONE) {
        printf("        '*:%s:", value_kind_names[command->values]);
        print_kind(command->values);
        printf("' \\\n");
    }
    printf("        '--help[this text]' ;;\n");
}

void completion_zsh(const struct command *const *commands, size_t count)
{
    fputs(start, stdout);
    for (size_t i = 0; i < count; i++) {
        printf("        '%s:", commands[i]->name);
        completion_print_escaped(commands[i]->summary, ":\\");
        printf("'\n");
    }
    fputs(middle, stdout);
    for (size_t i = 0; i < count; i++)
        print_command(commands[i]);
    fputs(end, stdout);
}
