/** From argv to a command: the table of commands, the options they share, and their help. */
#include "closedrop/cli/cli.h"

#include "closedrop/base/array.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {&command_run, &command_check, &command_match,
    &command_upload, &command_status, &command_list, &command_show, &command_retry, &command_forget,
    &command_release, &command_recall, &command_pause, &command_resume};

#define AT(member) offsetof(struct options, member)

/** Every option there is; a command allows some by their letter. */
static const struct {
    char letter;
    const char *usage;
    const char *help;
    struct option option;
    size_t member; /* of struct options: a bool, or with a value its text (a number for 'n') */
} all_options[] = {
    {'c', "-c FILE", "the configuration to use", {"config", required_argument, NULL, 'c'},
        AT(config_file)},
    {'j', "--json", "print JSON, for programs", {"json", no_argument, NULL, 'j'}, AT(json)},
    {'o', "--online", "also check the API key with Close", {"online", no_argument, NULL, 'o'},
        AT(online)},
    {'1', "--once", "exit when everything there is done", {"once", no_argument, NULL, '1'},
        AT(once)},
    {'a', "--all", "all failed jobs", {"all", no_argument, NULL, 'a'}, AT(all)},
    {'A', "--all", "everything that is held", {"all", no_argument, NULL, 'A'}, AT(all)},
    {'w', "--watch", "refresh every two seconds", {"watch", no_argument, NULL, 'w'}, AT(watch)},
    {'s', "--state S", "only jobs in this state", {"state", required_argument, NULL, 's'},
        AT(state)},
    {'r', "--rule NAME", "apply this rule", {"rule", required_argument, NULL, 'r'}, AT(rule)},
    {'l', "--lead ID", "add it to this lead", {"lead", required_argument, NULL, 'l'}, AT(lead)},
    {'t', "--contact ID", "add it to a note on this contact",
        {"contact", required_argument, NULL, 't'}, AT(contact)},
    {'f', "--folder F", "only jobs of this folder", {"folder", required_argument, NULL, 'f'},
        AT(folder)},
    {'R', "--rule R", "only jobs of this rule", {"rule", required_argument, NULL, 'R'}, AT(rule)},
    {'k', "--code C", "only jobs with this error code", {"code", required_argument, NULL, 'k'},
        AT(code)},
    {'g', "--again", "even if the same bytes were filed there before",
        {"again", no_argument, NULL, 'g'}, AT(again)},
    {'y', "--yes", "even above limits.ask_above", {"yes", no_argument, NULL, 'y'}, AT(yes)},
    {'H', "--held", "only emails that wait for release", {"held", no_argument, NULL, 'H'},
        AT(held)},
    {'n', "--limit N", "at most N jobs", {"limit", required_argument, NULL, 'n'}, AT(limit)},
};

/* ---- help ---- */

static void print_usage_line(FILE *out, const struct command *command)
{
    fprintf(out, "closedrop %s", command->name);
    for (size_t i = 0; i < COUNT(all_options); i++)
        if (strchr(command->allowed, all_options[i].letter))
            fprintf(out, " [%s]", all_options[i].usage);
    fprintf(out, "%s%s\n", *command->arguments ? " " : "", command->arguments);
}

static void print_command_help(const struct command *command)
{
    printf("Usage: ");
    print_usage_line(stdout, command);
    printf("\n%s\n", command->help);
    printf("\nOptions:\n");
    for (size_t i = 0; i < COUNT(all_options); i++)
        if (strchr(command->allowed, all_options[i].letter))
            printf("  %-14s %s\n", all_options[i].usage, all_options[i].help);
    printf("  %-14s %s\n", "--help", "this text");
}

static void print_help(void)
{
    printf(
        "closedrop watches drop folders and uploads new documents to the Close CRM, filing each\n"
        "one on the right lead.\n"
        "\n"
        "Usage: closedrop COMMAND ...\n"
        "\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        printf("  %-8s %s\n", commands[i]->name, commands[i]->summary);
    printf("\nSee closedrop COMMAND --help, closedrop(1) and closedrop.conf(5) for details.\n");
}

/* ---- options ---- */

static int wrong_usage(const struct command *command, const char *what, const char *which)
{
    fprintf(stderr, "closedrop %s: %s%s\nUsage: ", command->name, what, which);
    print_usage_line(stderr, command);
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
static bool set_option(struct options *options, size_t row, const char *value)
{
    void *member = (char *)options + all_options[row].member;
    if (all_options[row].letter == 'n')
        return read_limit(value, member);
    if (all_options[row].option.has_arg == no_argument)
        *(bool *)member = true;
    else
        *(const char **)member = value;
    return true;
}

static int take_option(
    const struct command *command, struct options *options, int letter, const char *value)
{
    if (letter == 'h') {
        print_command_help(command);
        return -1;
    }
    for (size_t i = 0; i < COUNT(all_options); i++)
        if (all_options[i].letter == letter)
            return set_option(options, i, value)
                       ? 0
                       : wrong_usage(command, "--limit takes a whole number from 1, not ", value);
    return wrong_usage(command, "unknown option, or its value is missing: ", value);
}

/** Whether jobs are meant that are not named by their ids: all, or those that fit. */
static bool means_many(const struct command *command, const struct options *options)
{
    bool is_narrowed = options->folder || options->rule || options->code;
    return options->all || (strchr(command->allowed, 'a') && is_narrowed);
}

/** 0: go on; else an exit code, -1 for "help was printed". */
static int read_options(
    const struct command *command, int argc, char **argv, struct options *ret_options)
{
    struct option allowed[COUNT(all_options) + 2] = {{0}};
    struct options options = {0};
    size_t count = 0;
    for (size_t i = 0; i < COUNT(all_options); i++)
        if (strchr(command->allowed, all_options[i].letter))
            allowed[count++] = all_options[i].option;
    allowed[count] = (struct option){"help", no_argument, NULL, 'h'};

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
        print_help();
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
        *name ? "closedrop: unknown command \"%s\"; closedrop --help lists them\n"
              : "closedrop: no command given;%s closedrop --help lists them\n",
        name);
    return EXIT_USAGE;
}
