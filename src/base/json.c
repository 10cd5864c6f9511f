/** JSON by cJSON, with what it lacks: bounds on size and depth, nothing after it, only UTF-8. */
#include "closedrop/base/json.h"

#include "closedrop/base/utf8.h"

#include <cjson/cJSON.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static cJSON *inner(const struct json *value)
{
    return (cJSON *)(uintptr_t)value;
}

static struct json *outer(cJSON *item)
{
    return (struct json *)item;
}

/** Whether brackets outside of strings nest deeper than we read. */
static bool is_too_deep(const char *text, size_t length)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            depth--;
        if (depth > JSON_DEPTH_MAX)
            return true;
    }
    return false;
}

static bool is_space(const char *text, const char *end)
{
    while (text < end && strchr(" \t\r\n", *text) && *text)
        text++;
    return text == end;
}

struct json *json_parse(const char *text, size_t length)
{
    if (memchr(text, '\0', length) || is_too_deep(text, length))
        return NULL;
    const char *rest = NULL;
    cJSON *item = cJSON_ParseWithLengthOpts(text, length, &rest, false);
    if (item && !is_space(rest, text + length)) {
        cJSON_Delete(item);
        return NULL;
    }
    return outer(item);
}

bool json_is_cut(const char *text, size_t length)
{
    bool is_quoted = false, is_blank = true;
    int depth = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        is_blank = is_blank && isspace((unsigned char)c);
        if (is_quoted && c == '\\')
            i++;
        else if (c == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted)
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    return is_blank || is_quoted || depth > 0;
}

void json_free(struct json *value)
{
    cJSON_Delete(inner(value));
}

static void erase(cJSON *item)
{
    for (; item; item = item->next) {
        if (item->valuestring)
            explicit_bzero(item->valuestring, strlen(item->valuestring));
        erase(item->child);
    }
}

void json_free_secret(struct json *value)
{
    erase(inner(value));
    json_free(value);
}

void json_freep(struct json **value)
{
    json_free(*value);
}

bool json_is_object(const struct json *value)
{
    return cJSON_IsObject(inner(value));
}

bool json_is_array(const struct json *value)
{
    return cJSON_IsArray(inner(value));
}

struct json *json_get(const struct json *object, const char *key)
{
    return outer(cJSON_GetObjectItemCaseSensitive(inner(object), key));
}

const char *json_text(const struct json *value)
{
    return cJSON_GetStringValue(inner(value));
}

const char *json_get_text(const struct json *object, const char *key)
{
    return json_text(json_get(object, key));
}

double json_get_double(const struct json *object, const char *key, double fallback)
{
    const cJSON *item = inner(json_get(object, key));
    return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble : fallback;
}

int64_t json_get_int(const struct json *object, const char *key, int64_t fallback)
{
    double number = json_get_double(object, key, NAN);
    bool fits = number >= -9007199254740992.0 && number <= 9007199254740992.0;
    return fits ? (int64_t)number : fallback;
}

bool json_get_bool(const struct json *object, const char *key, bool fallback)
{
    const cJSON *item = inner(json_get(object, key));
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : fallback;
}

struct json *json_first(const struct json *container)
{
    const cJSON *item = inner(container);
    return cJSON_IsObject(item) || cJSON_IsArray(item) ? outer(item->child) : NULL;
}

struct json *json_next(const struct json *value)
{
    return outer(inner(value)->next);
}

const char *json_key(const struct json *value)
{
    return inner(value)->string;
}

struct json *json_object(void)
{
    return outer(cJSON_CreateObject());
}

struct json *json_array(void)
{
    return outer(cJSON_CreateArray());
}

static cJSON *new_text(const char *text)
{
    if (!text)
        return cJSON_CreateNull();
    char *clean = utf8_clean_copy(text);
    cJSON *item = clean ? cJSON_CreateString(clean) : NULL;
    free(clean);
    return item;
}

int json_add(struct json *object, const char *key, struct json *value)
{
    if (object && value && cJSON_AddItemToObject(inner(object), key, inner(value)))
        return 0;
    json_free(value);
    return -ENOMEM;
}

int json_append(struct json *array, struct json *value)
{
    if (array && value && cJSON_AddItemToArray(inner(array), inner(value)))
        return 0;
    json_free(value);
    return -ENOMEM;
}

int json_add_text(struct json *object, const char *key, const char *text)
{
    return json_add(object, key, outer(new_text(text)));
}

int json_append_text(struct json *array, const char *text)
{
    return json_append(array, outer(new_text(text)));
}

int json_append_int(struct json *array, int64_t number)
{
    return json_append(array, outer(cJSON_CreateNumber((double)number)));
}

int json_add_int(struct json *object, const char *key, int64_t number)
{
    return json_add(object, key, outer(cJSON_CreateNumber((double)number)));
}

int json_add_bool(struct json *object, const char *key, bool yes)
{
    return json_add(object, key, outer(cJSON_CreateBool(yes)));
}

int json_add_null(struct json *object, const char *key)
{
    return json_add(object, key, outer(cJSON_CreateNull()));
}

struct json *json_copy(const struct json *value)
{
    return outer(cJSON_Duplicate(inner(value), true));
}

char *json_print(const struct json *value)
{
    return value ? cJSON_PrintUnformatted(inner(value)) : NULL;
}
