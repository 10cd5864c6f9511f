/** Takes parts out of JSON values, and gives up on a value when building it failed. */
#include "util/pick.h"

#include "closedrop/base/json.h"

#include <string.h>

struct json *pick_whole(struct json *value, int result)
{
    if (result == 0)
        return value;
    json_free(value);
    return NULL;
}

bool pick_names(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (!at[length] || at[length] == ','))
            return true;
    }
    return false;
}

struct json *pick_fields(struct json *object, const char *list)
{
    if (!list || !object)
        return object;
    struct json *part = json_object();
    int result = part ? 0 : -1;
    for (const struct json *one = json_first(object); one; one = json_next(one))
        if (pick_names(list, json_key(one)))
            result |= json_add(part, json_key(one), json_copy(one));
    json_free(object);
    return pick_whole(part, result);
}
