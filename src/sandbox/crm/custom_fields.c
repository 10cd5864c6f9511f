/** Custom fields, by a table: what each takes, and what a change makes of it. */
#include "crm/custom_fields.h"

#include "util/stamp.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "custom."
#define ADD ".add"

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_DATE, FIELD_TEXTS };

static const struct {
    const char *id;
    enum field_type type;
} fields[] = {
    {"cf_SandboxText", FIELD_TEXT},
    {"cf_SandboxNumber", FIELD_NUMBER},
    {"cf_SandboxDate", FIELD_DATE},
    {"cf_SandboxTags", FIELD_TEXTS},
};

/** A member of a body, taken apart. */
struct change {
    char id[128];
    bool adds;
};

static bool read_change(const char *key, struct change *ret_change)
{
    if (!str_starts_with(key, PREFIX))
        return false;
    const char *id = key + strlen(PREFIX);
    size_t length = strcspn(id, ".");
    bool adds = strcmp(id + length, ADD) == 0;
    if ((id[length] && !adds) || length >= sizeof(ret_change->id))
        return false;
    *ret_change = (struct change){.adds = adds};
    memcpy(ret_change->id, id, length);
    return true;
}

static int type_of(const char *id, const struct json *held)
{
    for (size_t i = 0; i < COUNT(fields); i++)
        if (strcmp(fields[i].id, id) == 0)
            return fields[i].type;
    return json_get(held, id) ? FIELD_TEXT : -1;
}

/** Close takes a number also as text. */
static bool is_number(const struct json *value)
{
    CLEANUP(free_text) char *printed = json_print(value);
    const char *text = json_text(value) ? json_text(value) : printed;
    char *end = NULL;
    if (!text || !*text)
        return false;
    (void)strtod(text, &end);
    return !*end;
}

static const char *refuse(enum field_type type, bool adds, const struct json *value)
{
    int64_t us;
    if (adds && type != FIELD_TEXTS)
        return "This field does not accept multiple values.";
    if (type == FIELD_NUMBER)
        return is_number(value) ? NULL : "Value must be of number type.";
    if (!json_text(value))
        return "Value must be of string type.";
    return type == FIELD_DATE && stamp_read(json_text(value), &us) < 0 ? "Could not parse date."
                                                                       : NULL;
}

int custom_fields_check(const struct json *body, const struct json *held, struct json *wrong)
{
    int result = 0;
    for (const struct json *one = json_first(body); one; one = json_next(one)) {
        struct change change;
        bool is_change = read_change(json_key(one), &change);
        int type = is_change ? type_of(change.id, held) : -1;
        const char *why = !is_change ? "Unknown field."
                          : type < 0 ? "Custom field does not exist."
                                     : refuse((enum field_type)type, change.adds, one);
        if (why)
            result |= json_add_text(wrong, json_key(one), why);
    }
    return result < 0 ? -ENOMEM : 0;
}

/* ---- a change ---- */

/** The change of this field in a body, NULL: none. */
static const struct json *change_of(const struct json *body, const char *id, bool *ret_adds)
{
    for (const struct json *one = json_first(body); one; one = json_next(one)) {
        struct change change;
        if (!read_change(json_key(one), &change) || strcmp(change.id, id) != 0)
            continue;
        *ret_adds = change.adds;
        return one;
    }
    return NULL;
}

/** The values there are, and this one at the end, once. */
static struct json *with_value(const struct json *held, const char *value)
{
    struct json *list = json_array();
    int result = 0;
    for (const struct json *one = json_first(held); one; one = json_next(one))
        if (json_text(one) && strcmp(json_text(one), value) != 0)
            result |= json_append_text(list, json_text(one));
    if ((result | json_append_text(list, value)) == 0)
        return list;
    json_free(list);
    return NULL;
}

static int add_changed(
    struct json *object, const char *id, const struct json *held, const struct json *body)
{
    bool adds = false;
    const struct json *value = change_of(body, id, &adds);
    if (!value)
        return json_add(object, id, json_copy(json_get(held, id)));
    return type_of(id, held) == FIELD_TEXTS
               ? json_add(
                     object, id, with_value(adds ? json_get(held, id) : NULL, json_text(value)))
               : json_add(object, id, json_copy(value));
}

struct json *custom_fields_change(const struct json *held, const struct json *body)
{
    struct json *object = json_object();
    int result = 0;
    for (const struct json *one = json_first(held); one; one = json_next(one))
        result |= add_changed(object, json_key(one), held, body);
    for (const struct json *one = json_first(body); one; one = json_next(one)) {
        struct change change;
        if (read_change(json_key(one), &change) && !json_get(object, change.id))
            result |= add_changed(object, change.id, held, body);
    }
    if (object && !result)
        return object;
    json_free(object);
    return NULL;
}
