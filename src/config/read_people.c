/** The group `people`: the table of those who drop files, and what is looked up in it. */
#include "read_people.h"

#include "reader.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

#include <stdlib.h>

void read_people(struct settings *settings, struct config *config)
{
    struct setting *group = setting_group(settings, settings_root(settings), "people");
    struct people *people = &config->people;
    const struct template_scope scope = {.row = false};
    char *file = setting_text(settings, group, "file", "");
    people->line = setting_line(group, "file");
    if (file && *file) {
        people->file = reader_absolute(settings, config->file, file);
    } else {
        free(file);
        if (setting_has(group, "key"))
            setting_problem(settings, group, "file",
                "is missing; name the table of people, e.g. file = \"people.csv\";");
    }
    CLEANUP(free_text) char *key = setting_text(settings, group, "key", "{owner}");
    if (key)
        people->key = reader_make_template(
            &(struct rule_reader){.settings = settings}, group, "key", key, &scope);
}
