/** The texts of --help, made of the tables of commands and options. */
#include "help.h"

#include "option_table.h"

void help_usage(FILE *out, const struct command *command)
{
    const struct option_row *row = NULL;
    fprintf(out, "closedrop %s", command->name);
    while ((row = option_next(command, row)))
        fprintf(out, " [%s]", row->usage);
    fprintf(out, "%s%s\n", *command->arguments ? " " : "", command->arguments);
}

void help_command(const struct command *command)
{
    const struct option_row *row = NULL;
    printf("Usage: ");
    help_usage(stdout, command);
    printf("\n%s\n", command->help);
    printf("\nOptions:\n");
    while ((row = option_next(command, row)))
        printf("  %-14s %s\n", row->usage, row->help);
    printf("  %-14s %s\n", "--help", "this text");
}

void help_all(const struct command *const *commands, size_t count)
{
    printf(
        "closedrop watches drop folders and uploads new documents to the Close CRM, filing each\n"
        "one on the right lead.\n"
        "\n"
        "Usage: closedrop COMMAND ...\n"
        "\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-10s  %s\n", commands[i]->name, commands[i]->summary);
    printf("\nSee closedrop COMMAND --help, closedrop(1) and closedrop.conf(5) for details.\n");
}
