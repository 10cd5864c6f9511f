/** The JSON of a search, and the comparison, digit by digit and letter by letter, of what it
 * finds. */
#include "closedrop/close/search.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/phone.h"

#include <string.h>

const char *const search_names[SEARCH_KINDS] = {
    [SEARCH_CONTACT_EMAIL] = "contact_email",
    [SEARCH_CONTACT_PHONE] = "contact_phone",
    [SEARCH_CONTACT_NAME] = "contact_name",
    [SEARCH_LEAD_NAME] = "lead_name",
    [SEARCH_CUSTOM_FIELD] = "custom_field",
};

/** How Close calls what is searched: an object, its field, and the object that is below it. */
static const struct {
    const char *object;
    const char *related; /* NULL: the field is the object's own */
    const char *field;
    const char *words;
} kinds[SEARCH_KINDS] = {
    [SEARCH_CONTACT_EMAIL] = {"contact", "contact_email", "email",
        "contact with the email address"},
    [SEARCH_CONTACT_PHONE] = {"contact", "contact_phone", "phone", "contact with the phone number"},
    [SEARCH_CONTACT_NAME] = {"contact", NULL, "name", "contact with the name"},
    [SEARCH_LEAD_NAME] = {"lead", NULL, "display_name", "lead with the name"},
    [SEARCH_CUSTOM_FIELD] = {"lead", NULL, NULL, "lead with the custom field"},
};

bool search_is_for_contacts(const struct search *search)
{
    return strcmp(kinds[search->by].object, "contact") == 0;
}

void search_add_words(const struct search *search, struct str *out)
{
    str_add(out, kinds[search->by].words);
    if (search->by == SEARCH_CUSTOM_FIELD)
        str_printf(out, " %s =", search->custom_field);
    str_add(out, " \"");
    utf8_escape(out, search->value, strlen(search->value));
    str_add_char(out, '"');
    char number[PHONE_ROOM];
    if (search->country && phone_international(search->value, search->country, number) == 0)
        str_printf(out, " (%s)", number);
}

bool search_is_sound(const struct search *search)
{
    char number[PHONE_ROOM];
    if (search->country)
        return phone_international(search->value, search->country, number) == 0;
    return search->by == SEARCH_CONTACT_PHONE ? phone_is_sound(search->value)
                                              : *search->value != '\0';
}

void search_add_lack(const struct search *search, struct str *out)
{
    str_add(out, "too little to search for: ");
    search_add_words(search, out);
    if (!search->country) {
        str_add(out, " (a phone number needs at least seven digits)");
        return;
    }
    str_printf(out, "; in the country %s a number is written ", search->country);
    phone_add_forms(search->country, out);
}

/* ---- the question ---- */

static struct json *condition(const struct search *search, const char *value)
{
    struct json *node = json_object();
    struct json *field = json_object();
    struct json *test = json_object();
    const char *object =
        kinds[search->by].related ? kinds[search->by].related : kinds[search->by].object;
    int result = json_add_text(node, "type", "field_condition");
    if (search->by == SEARCH_CUSTOM_FIELD) {
        result |= json_add_text(field, "type", "custom_field");
        result |= json_add_text(field, "custom_field_id", search->custom_field);
    } else {
        result |= json_add_text(field, "type", "regular_field");
        result |= json_add_text(field, "object_type", object);
        result |= json_add_text(field, "field_name", kinds[search->by].field);
    }
    result |= json_add_text(test, "type", "text");
    result |= json_add_text(test, "mode", "phrase");
    result |= json_add_text(test, "value", value);
    result |= json_add(node, "field", field);
    result |= json_add(node, "condition", test);
    if (!result)
        return node;
    json_free(node);
    return NULL;
}

/** How a number may be dialled at home: as its country does, or as most do. */
static char *dialled(const struct search *search, const char *digits, const char *number)
{
    if (!search->country)
        return str_format("0%s", digits);
    struct str out = STR_INIT(4 * PHONE_ROOM);
    phone_add_dialled(number, search->country, &out);
    return str_take(&out);
}

/** However a number is stored, one of these ways of writing it may be a word of the index. */
static struct json *any_way_of_writing(const struct search *search)
{
    char digits[PHONE_DIGITS_MAX + 1], number[PHONE_ROOM] = "+";
    const char *value = search->value;
    if (search->country && phone_international(value, search->country, number) == 0)
        value = number;
    phone_digits(value, digits);
    CLEANUP(free_text) char *with_plus = str_format("+%s", digits);
    CLEANUP(free_text) char *with_zero = dialled(search, digits, number);
    const char *const ways[] = {search->value, digits, with_plus, with_zero};
    struct json *node = json_object();
    struct json *list = json_array();
    int result = json_add_text(node, "type", "or");
    for (size_t i = 0; i < COUNT(ways); i++)
        result |= ways[i] ? json_append(list, condition(search, ways[i])) : -1;
    result |= json_add(node, "queries", list);
    if (!result)
        return node;
    json_free(node);
    return NULL;
}

/** The condition, below the object it belongs to. */
static struct json *related(const struct search *search)
{
    struct json *inner = search->by == SEARCH_CONTACT_PHONE ? any_way_of_writing(search)
                                                            : condition(search, search->value);
    if (!kinds[search->by].related)
        return inner;
    struct json *node = json_object();
    int result = json_add_text(node, "type", "has_related");
    result |= json_add_text(node, "this_object_type", kinds[search->by].object);
    result |= json_add_text(node, "related_object_type", kinds[search->by].related);
    result |= json_add(node, "related_query", inner);
    if (!result)
        return node;
    json_free(node);
    return NULL;
}

static struct json *query_of(const struct search *search)
{
    struct json *query = json_object();
    struct json *list = json_array();
    struct json *type = json_object();
    int result = json_add_text(type, "type", "object_type");
    result |= json_add_text(type, "object_type", kinds[search->by].object);
    result |= json_append(list, type);
    result |= json_append(list, related(search));
    result |= json_add_text(query, "type", "and");
    result |= json_add(query, "queries", list);
    if (!result)
        return query;
    json_free(query);
    return NULL;
}

/** What is compared afterwards, and the names for people. */
static struct json *fields_of(const struct search *search)
{
    static const char *const of_contact[] = {"id", "lead_id", "name", "emails", "phones"};
    static const char *const of_lead[] = {"id", "name", "display_name"};
    bool is_contact = search_is_for_contacts(search);
    const char *const *names = is_contact ? of_contact : of_lead;
    struct json *fields = json_object();
    struct json *list = json_array();
    int result = 0;
    for (size_t i = 0; i < (is_contact ? 5 : 3); i++)
        result |= json_append_text(list, names[i]);
    if (search->by == SEARCH_CUSTOM_FIELD) {
        CLEANUP(free_text) char *custom = str_format("custom.%s", search->custom_field);
        result |= custom ? json_append_text(list, custom) : -1;
    }
    result |= json_add(fields, kinds[search->by].object, list);
    if (!result)
        return fields;
    json_free(fields);
    return NULL;
}

struct json *search_query(const struct search *search, const char *cursor, int page)
{
    struct json *body = json_object();
    int result = json_add(body, "query", query_of(search));
    result |= json_add(body, "_fields", fields_of(search));
    result |= json_add_int(body, "_limit", page);
    if (cursor)
        result |= json_add_text(body, "cursor", cursor);
    if (!result)
        return body;
    json_free(body);
    return NULL;
}

/* ---- the comparison ---- */

static enum search_match compare_texts(const char *text, const char *value)
{
    static const enum search_match matches[] = {
        [TEXT_OTHER] = SEARCH_NO,
        [TEXT_BUT_FOR_CASE] = SEARCH_BUT_FOR_CASE,
        [TEXT_LOOKS_SAME] = SEARCH_YES,
        [TEXT_EQUAL] = SEARCH_YES,
    };
    return matches[text_compare(text, value)];
}

static enum search_match better(enum search_match one, enum search_match other)
{
    return one > other ? one : other;
}

/** Whether a member of the list `key` has a `field` that is the value. */
static enum search_match compare_list(const struct json *object, const char *key, const char *field,
    bool (*same)(const struct search *search, const char *text), const struct search *search)
{
    const struct json *list = json_get(object, key);
    if (!json_is_array(list))
        return SEARCH_UNKNOWN;
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        const char *text = json_get_text(item, field);
        if (text && same(search, text))
            return SEARCH_YES;
    }
    return SEARCH_NO;
}

static enum search_match compare_names(const struct json *object, const char *value)
{
    static const char *const keys[] = {"name", "display_name"};
    enum search_match match = SEARCH_NO;
    bool is_told = false;
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *name = json_get_text(object, keys[i]);
        is_told |= name != NULL;
        match = name ? better(match, compare_texts(name, value)) : match;
    }
    return is_told ? match : SEARCH_UNKNOWN;
}

/** A custom field may hold a text, a number, or a list of them. */
static enum search_match compare_field(const struct json *field, const char *value)
{
    if (json_text(field))
        return compare_texts(json_text(field), value);
    if (json_is_array(field)) {
        enum search_match match = SEARCH_NO;
        for (const struct json *item = json_first(field); item; item = json_next(item))
            match = better(match, compare_field(item, value));
        return match;
    }
    CLEANUP(free_text) char *printed = json_print(field);
    /* null holds nothing, not even the word */
    bool is_value = printed && strcmp(printed, "null") != 0 && strcmp(printed, value) == 0;
    return is_value ? SEARCH_YES : SEARCH_NO;
}

static enum search_match compare_custom(const struct search *search, const struct json *object)
{
    CLEANUP(free_text) char *key = str_format("custom.%s", search->custom_field);
    const struct json *field = key ? json_get(object, key) : NULL;
    return field ? compare_field(field, search->value) : SEARCH_UNKNOWN;
}

static bool same_address(const struct search *search, const char *text)
{
    return text_compare(text, search->value) >= TEXT_BUT_FOR_CASE;
}

static bool same_number(const struct search *search, const char *text)
{
    char stored[PHONE_ROOM], wanted[PHONE_ROOM];
    if (!search->country)
        return phone_is_same(text, search->value);
    return phone_international(text, search->country, stored) == 0 &&
           phone_international(search->value, search->country, wanted) == 0 &&
           strcmp(stored, wanted) == 0;
}

bool search_is_like(enum search_match match)
{
    return match == SEARCH_YES || match == SEARCH_BUT_FOR_CASE;
}

enum search_match search_compare(const struct search *search, const struct json *object)
{
    switch (search->by) {
    case SEARCH_CONTACT_EMAIL:
        return compare_list(object, "emails", "email", same_address, search);
    case SEARCH_CONTACT_PHONE:
        return compare_list(object, "phones", "phone", same_number, search);
    case SEARCH_CUSTOM_FIELD:
        return compare_custom(search, object);
    default:
        return compare_names(object, search->value);
    }
}
