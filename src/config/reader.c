/** What the readers of several sections share: paths, templates, and noting what is wrong. */
#include "reader.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdlib.h>

char *reader_absolute(struct settings *settings, const char *file, char *path)
{
    if (!path || !*path)
        return path;
    char *directory = path_directory(file);
    char *whole = directory ? path_normal(directory, path) : NULL;
    if (!whole)
        settings_set_short(settings);
    free(directory);
    free(path);
    return whole;
}

void reader_note_problem(struct rule_reader *reader, struct setting *group, const char *key,
    int result, const struct str *why)
{
    if (result == -ENOMEM)
        settings_set_short(reader->settings);
    else if (result < 0)
        setting_problem(reader->settings, group, key, "%s", str_text(why));
}

struct template *reader_make_template(struct rule_reader *reader, struct setting *group,
    const char *key, const char *text, const struct template_scope *scope)
{
    struct template *template = NULL;
    struct str why = STR_INIT(4096);
    reader_note_problem(reader, group, key, template_new(text, scope, &template, &why), &why);
    str_release(&why);
    return template;
}

struct template *reader_read_template(struct rule_reader *reader, struct setting *group,
    const char *key, const struct template_scope *scope)
{
    CLEANUP(free_text) char *text = setting_text(reader->settings, group, key, NULL);
    return text ? reader_make_template(reader, group, key, text, scope) : NULL;
}
