/** Checks a JSON body against a table of fields and names every wrong one, in Close's words. */
#include "crm/schema.h"

#include "util/pick.h"
#include "util/stamp.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** One field being checked. */
struct check {
    const struct schema_field *field;
    const struct json *body, *value;
    struct json *wrong;
};

static const char *name_of(const struct schema_field *field)
{
    return field->named ? field->named : field->key;
}

static int complain(const struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int complain(const struct check *check, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return json_add_text(check->wrong, name_of(check->field), text);
}

struct json *schema_complaint(struct json *wrong)
{
    struct json *complaint = json_object();
    int result = json_add(complaint, "errors", json_array());
    result |= json_add(complaint, "field-errors", wrong);
    return pick_whole(complaint, result);
}

/** The member's own {"errors": {}}, made where it is not there yet. */
static struct json *errors_of(struct json *wrong, const char *key)
{
    struct json *errors = json_get(json_get(wrong, key), "errors");
    if (errors)
        return errors;
    struct json *member = json_object();
    if (json_add(member, "errors", json_object()) != 0) {
        json_free(member);
        return NULL;
    }
    return json_add(wrong, key, member) == 0 ? json_get(json_get(wrong, key), "errors") : NULL;
}

/** Takes the complaint over. */
static int add_element(struct json *wrong, const char *key, size_t index, struct json *complaint)
{
    char number[24];
    snprintf(number, sizeof(number), "%zu", index);
    return json_add(errors_of(wrong, key), number, complaint);
}

int schema_complain_element(struct json *wrong, const char *key, size_t index, const char *text)
{
    char number[24];
    snprintf(number, sizeof(number), "%zu", index);
    return json_add_text(errors_of(wrong, key), number, text);
}

static int complain_element(const struct check *check, size_t index, const char *text)
{
    return schema_complain_element(check->wrong, name_of(check->field), index, text);
}

/* ---- the types ---- */

static int64_t count_characters(const char *text)
{
    int64_t count = 0;
    for (; *text; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static int check_text(const struct check *check)
{
    const struct schema_field *field = check->field;
    const char *text = json_text(check->value);
    if (!text)
        return complain(check, "Value must be of string type.");
    if (!*text && field->need == SCHEMA_REQUIRED)
        return complain(check, "This field is required.");
    int64_t count = count_characters(text);
    if (field->max && count > field->max)
        return complain(
            check, "The value must be no longer than %" PRId64 " characters.", field->max);
    if (count < field->min)
        return complain(
            check, "The value must be at least %" PRId64 " characters long.", field->min);
    return 0;
}

/** Whether a text begins with what no name may have: C0, DEL, C1, an end of a line or paragraph, or
 * what turns the reading direction round. */
static bool is_disturbing(const char *text)
{
    static const char *const others[] = {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA",
        "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6",
        "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"};
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < ' ' || at[0] == 0x7F || (at[0] == 0xC2 && at[1] < 0xA0))
        return true;
    for (size_t i = 0; i < COUNT(others); i++)
        if (strncmp(text, others[i], strlen(others[i])) == 0)
            return true;
    return false;
}

static int check_name(const struct check *check)
{
    const char *name = json_text(check->value);
    if (name && !name[strspn(name, " ")])
        return complain(check, "This field is required.");
    for (const char *at = name; at && *at; at++)
        if (is_disturbing(at))
            return complain(check, "Control characters are not allowed.");
    return check_text(check);
}

static int check_texts(const struct check *check)
{
    if (!json_is_array(check->value))
        return complain(check, "Value must be of list type.");
    int result = 0;
    size_t index = 0;
    for (const struct json *one = json_first(check->value); one; one = json_next(one), index++)
        if (!json_text(one))
            result |= complain_element(check, index, "Value must be of string type.");
        else if (check->field->each && count_characters(json_text(one)) > check->field->each)
            result |= complain_element(check, index, "The value is too long.");
    if (result == 0 && check->field->max && (int64_t)index > check->field->max)
        return complain(check, "List is too long.");
    return result;
}

static bool is_flag(const struct json *body, const char *key)
{
    return json_get_bool(body, key, false) == json_get_bool(body, key, true);
}

static int check_flag(const struct check *check)
{
    if (is_flag(check->body, check->field->key))
        return 0;
    return complain(check, "Value must be of bool type.");
}

static int check_whole(const struct check *check)
{
    double number = json_get_double(check->body, check->field->key, NAN);
    if (isnan(number) || number != floor(number))
        return complain(check, "Value must be of int type.");
    if (number < (double)check->field->min)
        return complain(check, "The value must be at least %" PRId64 ".", check->field->min);
    if (check->field->max && number > (double)check->field->max)
        return complain(check, "The value must be at most %" PRId64 ".", check->field->max);
    return 0;
}

static int check_date(const struct check *check)
{
    int64_t us;
    const char *text = json_text(check->value);
    if (!text)
        return complain(check, "Value must be of string type.");
    return stamp_read(text, &us) == 0 ? 0 : complain(check, "Could not parse date.");
}

static int check_choice(const struct check *check)
{
    const char *text = json_text(check->value);
    if (!text)
        return complain(check, "Value must be of string type.");
    for (const char *const *choice = check->field->choices; *choice; choice++)
        if (strcmp(*choice, text) == 0)
            return 0;
    return complain(check, "Not a valid choice.");
}

static int check_element(const struct check *check, const struct json *element, size_t index)
{
    if (!json_is_object(element))
        return complain_element(check, index, "Value must be of dict type.");
    if (!check->field->items)
        return 0;
    struct json *wrong = json_object();
    int result = schema_check(check->field->items, element, wrong);
    if (result < 0 || !json_first(wrong)) {
        json_free(wrong);
        return result;
    }
    return add_element(check->wrong, name_of(check->field), index, schema_complaint(wrong));
}

static int check_list(const struct check *check)
{
    if (!json_is_array(check->value))
        return complain(check, "Value must be of list type.");
    int64_t count = 0;
    for (const struct json *one = json_first(check->value); one; one = json_next(one))
        count++;
    if (check->field->max && count > check->field->max)
        return complain(check, "List is too long.");
    int result = 0;
    size_t index = 0;
    for (const struct json *one = json_first(check->value); one; one = json_next(one))
        result |= check_element(check, one, index++);
    return result;
}

static int check_object(const struct check *check)
{
    return json_is_object(check->value) ? 0 : complain(check, "Value must be of dict type.");
}

static int (*const checks[])(const struct check *check) = {
    [SCHEMA_TEXT] = check_text,
    [SCHEMA_NAME] = check_name,
    [SCHEMA_TEXTS] = check_texts,
    [SCHEMA_FLAG] = check_flag,
    [SCHEMA_WHOLE] = check_whole,
    [SCHEMA_DATE] = check_date,
    [SCHEMA_CHOICE] = check_choice,
    [SCHEMA_LIST] = check_list,
    [SCHEMA_OBJECT] = check_object,
};

/* ---- the whole body ---- */

static bool is_null(const struct json *value)
{
    if (json_text(value) || json_is_object(value) || json_is_array(value))
        return false;
    CLEANUP(free_text) char *text = json_print(value);
    return text && strcmp(text, "null") == 0;
}

bool schema_is_absent(const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);
    return !value || is_null(value);
}

static int check_field(const struct check *check)
{
    bool absent = !check->value || is_null(check->value);
    if (absent && check->field->need == SCHEMA_REQUIRED)
        return complain(check, "This field is required.");
    if (!check->value || (absent && check->field->need == SCHEMA_NULLABLE))
        return 0;
    return checks[check->field->type](check);
}

static bool is_known(const struct schema *schema, const char *key)
{
    for (size_t i = 0; i < schema->count; i++)
        if (strcmp(schema->fields[i].key, key) == 0)
            return true;
    return schema->takes_custom && str_starts_with(key, "custom.cf_");
}

int schema_check(const struct schema *schema, const struct json *body, struct json *wrong)
{
    int result = wrong ? 0 : -ENOMEM;
    for (size_t i = 0; i < schema->count; i++) {
        const struct schema_field *field = &schema->fields[i];
        struct check check = {field, body, json_get(body, field->key), wrong};
        result |= check_field(&check);
    }
    for (const struct json *one = json_first(body); one; one = json_next(one))
        if (!is_known(schema, json_key(one)))
            result |= json_add_text(wrong, json_key(one), "Unknown field.");
    return result < 0 ? -ENOMEM : 0;
}
