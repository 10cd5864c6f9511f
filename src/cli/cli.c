/** From argv to a command: the table of commands, and how their options are read. */
#include "closedrop/cli/cli.h"

#include "closedrop/base/array.h"
#include "completion.h"
#include "help.h"
#include "option_table.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int completion(const struct options *options);

static const struct command command_completion = {
    .name = "completion",
    .allowed = "c",
    .least = 1,
    .most = 1,
    .arguments = "bash | fish | zsh",
    .values = VALUE_SHELL,
    .summary = "print what a shell needs to complete commands and options",
    .help = "Prints a script that completes commands, options and their values in this shell.\n"
            "It is installed with closedrop; to use it otherwise, see closedrop(1). For such\n"
            "scripts, the words folders and rules instead of a shell print the names of the\n"
            "folders and rules in the configuration, one per line.",
    .run = completion,
};

static const struct command *const commands[] = {&command_run, &command_check, &command_doctor,
    &command_match, &command_explain, &command_upload, &command_status, &command_list,
    &command_show, &command_report, &command_retry, &command_forget, &command_release,
    &command_recall, &command_prune, &command_pause, &command_resume, &command_login,
    &command_logout, &command_page, &command_completion};

static int completion(const struct options *options)
{
    return completion_print(options, commands, COUNT(commands));
}

/* ---- options ---- */

static int wrong_usage(const struct command *command, const char *what, const char *which)
{
    fprintf(stderr, "closedrop %s: %s%s\nUsage: ", command->name, what, which);
    help_usage(stderr, command);
    return EXIT_USAGE;
}

static bool read_limit(const char *text, int *ret_limit)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || end == text || value < 1 || value > 1000000000)
        return false;
    *ret_limit = (int)value;
    return true;
}

/** Set what an option is there for; false where its value is unfit. */
static bool set_option(struct options *options, const struct option_row *row, const char *value)
{
    void *member = (char *)options + row->member;
    if (row->letter == 'n')
        return read_limit(value, member);
    if (row->value == VALUE_NONE)
        *(bool *)member = true;
    else
        *(const char **)member = value;
    return true;
}

static int take_option(
    const struct command *command, struct options *options, int letter, const char *value)
{
    const struct option_row *row = option_of_letter(letter);
    if (letter == 'h') {
        help_command(command);
        return -1;
    }
    if (!row)
        return wrong_usage(command, "unknown option, or its value is missing: ", value);
    return set_option(options, row, value)
               ? 0
               : wrong_usage(command, "--limit takes a whole number from 1, not ", value);
}

/** Whether jobs are meant that are not named by their ids: all, or those that fit. */
static bool means_many(const struct command *command, const struct options *options)
{
    bool is_narrowed = options->folder || options->rule || options->code || options->state ||
                       options->since || options->until || options->match;
    return options->all || (strchr(command->allowed, 'k') && is_narrowed);
}

/** The options of a command as getopt_long() wants them. */
static void list_options(const struct command *command, struct option *ret_list)
{
    const struct option_row *row = NULL;
    size_t count = 0;
    while ((row = option_next(command, row)))
        ret_list[count++] = (struct option){row->name,
            row->value == VALUE_NONE ? no_argument : required_argument, NULL, row->letter};
    ret_list[count] = (struct option){"help", no_argument, NULL, 'h'};
}

/** 0: continue; otherwise an exit status, -1 for "help was printed". */
static int read_options(
    const struct command *command, int argc, char **argv, struct options *ret_options)
{
    struct option allowed[OPTIONS_MAX + 2] = {{0}};
    struct options options = {0};
    list_options(command, allowed);

    opterr = 0;
    int letter, result;
    while ((letter = getopt_long(argc, argv, "hc:", allowed, NULL)) != -1)
        if ((result = take_option(
                 command, &options, letter, letter == '?' ? argv[optind - 1] : optarg)) != 0)
            return result;
    options.arguments = argv + optind;
    options.count = argc - optind;
    bool is_for_many = means_many(command, &options);
    if (options.count < command->least && !is_for_many)
        return wrong_usage(command, "missing: ", command->arguments);
    if (options.count && is_for_many)
        return wrong_usage(command, "not allowed together with an option: ", options.arguments[0]);
    if (command->most >= 0 && options.count > command->most)
        return wrong_usage(command, "too many arguments: ", argv[optind + command->most]);
    *ret_options = options;
    return 0;
}

int cli_main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--version") == 0) {
        printf("closedrop %s\n", CLOSEDROP_VERSION);
        return EXIT_DONE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        help_all(commands, COUNT(commands));
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (strcmp(name, commands[i]->name) != 0)
            continue;
        struct options options;
        int result = read_options(commands[i], argc - 1, argv + 1, &options);
        return result == 0 ? commands[i]->run(&options) : result < 0 ? EXIT_DONE : result;
    }
    fprintf(stderr,
        *name ? "closedrop: unknown command \"%s\"; \"closedrop --help\" lists them\n"
              : "closedrop: no command given;%s \"closedrop --help\" lists them\n",
        name);
    return EXIT_USAGE;
}
