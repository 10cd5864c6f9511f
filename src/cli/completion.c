/** closedrop completion: the script of a shell, and the names that such a script asks for. */
#include "completion.h"

#include "closedrop/base/array.h"
#include "completion_shells.h"
#include "option_table.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *shell;
    void (*print)(const struct command *const *commands, size_t count);
} scripts[] = {{"bash", completion_bash}, {"fish", completion_fish}, {"zsh", completion_zsh}};

static int print_names(const struct options *options, bool of_rules)
{
    struct config *config = cli_config(options, CONFIG_COMPARE_PATHS);
    if (!config)
        return EXIT_CONFIG;
    size_t count = of_rules ? config->rule_count : config->folder_count;
    for (size_t i = 0; i < count; i++) {
        cli_print_text(of_rules ? config->rules[i].name : config->folders[i].name);
        putchar('\n');
    }
    config_release(config);
    return EXIT_DONE;
}

int completion_print(
    const struct options *options, const struct command *const *commands, size_t count)
{
    const char *what = options->arguments[0];
    for (size_t i = 0; i < COUNT(scripts); i++)
        if (strcmp(what, scripts[i].shell) == 0) {
            scripts[i].print(commands, count);
            return EXIT_DONE;
        }
    if (strcmp(what, value_kind_names[VALUE_FOLDER]) == 0)
        return print_names(options, false);
    if (strcmp(what, value_kind_names[VALUE_RULE]) == 0)
        return print_names(options, true);
    fprintf(stderr, "closedrop completion: there is no script for \"%s\"; name one of:", what);
    for (size_t i = 0; i < COUNT(scripts); i++)
        fprintf(stderr, " %s", scripts[i].shell);
    fputc('\n', stderr);
    return EXIT_USAGE;
}
