/** Collects the fields of a form up to S3's limit. */
#include "s3/form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void form_release(struct form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        free(form->fields[i].name);
        str_release(&form->fields[i].value);
    }
    free(form->fields);
    *form = (struct form){0};
}

static int take_room(struct form *form, size_t length)
{
    form->bytes += length;
    return form->bytes > FORM_MAX ? -E2BIG : 0;
}

int form_begin(struct form *form, const char *name)
{
    int result = take_room(form, strlen(name));
    if (result < 0)
        return result;
    struct form_field *fields = reallocarray(form->fields, form->count + 1, sizeof(*form->fields));
    if (!fields)
        return -ENOMEM;
    form->fields = fields;
    /* a value may grow past FORM_MAX once "${filename}" was replaced */
    struct form_field field = {strdup(name), STR_INIT(4 * FORM_MAX)};
    if (!field.name)
        return -ENOMEM;
    form->fields[form->count++] = field;
    return 0;
}

int form_append(struct form *form, const char *bytes, size_t length)
{
    int result = take_room(form, length);
    if (result < 0)
        return result;
    struct str *value = &form->fields[form->count - 1].value;
    str_add_bytes(value, bytes, length);
    return str_error(value);
}

const char *form_get(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcasecmp(form->fields[i].name, name) == 0)
            return str_text(&form->fields[i].value);
    return NULL;
}

static const char *last_part(const char *path)
{
    const char *last = path;
    for (; *path; path++)
        if (*path == '/' || *path == '\\')
            last = path + 1;
    return last;
}

static int expand(struct str *value, const char *filename)
{
    static const char variable[] = "${filename}";
    const char *at = str_text(value);
    struct str expanded = STR_INIT(value->most);
    for (const char *found; (found = strstr(at, variable)); at = found + sizeof(variable) - 1) {
        str_add_bytes(&expanded, at, (size_t)(found - at));
        str_add(&expanded, filename);
    }
    str_add(&expanded, at);
    int result = str_error(&expanded);
    if (result < 0) {
        str_release(&expanded);
        return result;
    }
    str_release(value);
    *value = expanded;
    return 0;
}

int form_expand(struct form *form, const char *filename)
{
    for (size_t i = 0; i < form->count; i++) {
        if (!strstr(str_text(&form->fields[i].value), "${filename}"))
            continue;
        int result = expand(&form->fields[i].value, last_part(filename));
        if (result < 0)
            return result;
    }
    return 0;
}
