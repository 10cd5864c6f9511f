/** The group `people`: the table of those who drop files, and what is looked up in it. */
#include "read_people.h"

#include "reader.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>

/** Whether the key is there, even if it is empty. */
static bool has_key(const struct setting *group, const char *key)
{
    const char *name;
    for (size_t i = 0; (name = setting_name(group, i)) != NULL; i++)
        if (strcmp(name, key) == 0)
            return true;
    return false;
}

void read_people(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "people");
    struct people *people = &config->people;
    const struct template_scope scope = {.row = false};
    char *file = setting_text(settings, group, "file", "");
    people->line = setting_line(group, "file");
    if (file && *file)
        people->file = reader_absolute(settings, config->file, file);
    else
        free(file);
    if (setting_has(group, "key") && !has_key(group, "file"))
        setting_problem(settings, group, "file",
            "is missing; name the table of people, e.g. file = \"people.csv\";");
    CLEANUP(free_text) char *key = setting_text(settings, group, "key", "{owner}");
    if (key)
        people->key = reader_make_template(
            &(struct rule_reader){.settings = settings}, group, "key", key, &scope);
}
