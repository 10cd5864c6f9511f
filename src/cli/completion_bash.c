/** The completion script for bash. */
#include "completion_shells.h"
#include "completion_text.h"
#include "option_table.h"

#include <stdio.h>

/** Names are compared as bash writes them, so that one with a space can be typed. */
static const char start[] =
    "# Completion of closedrop in bash; printed by: closedrop completion bash\n"
    "\n"
    "_closedrop_config() { # prints the file that the line names with -c\n"
    "    local i\n"
    "    for ((i = 2; i < COMP_CWORD - 1; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        -c | --config) printf '%s' \"${COMP_WORDS[i + 1]/#\\~/$HOME}\" ;;\n"
    "        esac\n"
    "    done\n"
    "}\n"
    "\n"
    "_closedrop_names() { # folders | rules\n"
    "    local file name\n"
    "    file=$(_closedrop_config)\n"
    "    closedrop completion ${file:+-c \"$file\"} \"$1\" 2>/dev/null | while IFS= read -r name; "
    "do\n"
    "        printf '%q\\n' \"$name\"\n"
    "    done\n"
    "}\n"
    "\n"
    "_closedrop_offer() { # KIND OPTIONS: what there is of this kind, one per line\n"
    "    case $1 in\n";

static const char middle[] =
    "    esac\n"
    "}\n"
    "\n"
    "_closedrop() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local kind=command options='' offered\n"
    "    COMPREPLY=()\n"
    "    [[ $word != = ]] || word=''\n"
    "    [[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    if ((COMP_CWORD > 1)); then\n"
    "        case ${COMP_WORDS[1]} in\n";

static const char before_values[] = "        *) return ;;\n"
                                    "        esac\n"
                                    "        [[ $word != -* ]] || kind=option\n"
                                    "        case ${COMP_WORDS[1]}:$before in\n";

static const char end[] = "        esac\n"
                          "    fi\n"
                          "    if [[ $kind == file ]]; then\n"
                          "        compopt -o filenames 2>/dev/null\n"
                          "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                          "        return\n"
                          "    fi\n"
                          "    while IFS= read -r offered; do\n"
                          "        [[ $offered != \"$word\"* ]] || COMPREPLY+=(\"$offered\")\n"
                          "    done < <(_closedrop_offer \"$kind\" \"$options\")\n"
                          "}\n"
                          "\n"
                          "complete -F _closedrop closedrop\n";

/** As it is typed; in its short form first, where there is one. */
static void print_option(const char *before, const struct option_row *row, const char *between)
{
    if (option_is_short(row))
        printf("%s-%c%s", before, row->letter, between);
    printf("%s--%s", before, row->name);
}

/** What can be offered without asking the program. */
static void print_offers(const struct command *const *commands, size_t count)
{
    printf("    command) printf '%%s\\n' --help --version");
    for (size_t i = 0; i < count; i++)
        printf(" %s", commands[i]->name);
    printf(" ;;\n    option) printf '%%s\\n' $2 ;;\n");
    for (enum value_kind kind = 0; kind < VALUE_KINDS; kind++) {
        size_t words;
        if (!value_words(kind, &words))
            continue;
        printf("    %s) printf '%%s\\n'", value_kind_names[kind]);
        completion_print_words(kind);
        printf(" ;;\n");
    }
    printf("    %s | %s) _closedrop_names \"$1\" ;;\n", value_kind_names[VALUE_FOLDER],
        value_kind_names[VALUE_RULE]);
}

static void print_command(const struct command *command)
{
    const struct option_row *row = NULL;
    printf("        %s) kind=%s options='--help", command->name, value_kind_names[command->values]);
    while ((row = option_next(command, row)))
        print_option(" ", row, "");
    printf("' ;;\n");
}

static void print_values(const struct command *command)
{
    const struct option_row *row = NULL;
    char before[64];
    snprintf(before, sizeof(before), "%s:", command->name);
    while ((row = option_next(command, row))) {
        if (row->value == VALUE_NONE)
            continue;
        printf("        ");
        print_option(before, row, " | ");
        printf(") kind=%s ;;\n", value_kind_names[row->value]);
    }
}

void completion_bash(const struct command *const *commands, size_t count)
{
    fputs(start, stdout);
    print_offers(commands, count);
    fputs(middle, stdout);
    for (size_t i = 0; i < count; i++)
        print_command(commands[i]);
    fputs(before_values, stdout);
    for (size_t i = 0; i < count; i++)
        print_values(commands[i]);
    fputs(end, stdout);
}
