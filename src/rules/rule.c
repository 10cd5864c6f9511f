/** Which rule takes a file, and what a rule says once its variables have values. */
#include "closedrop/rules/rule.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

/** The most bytes of one character in UTF-8. */
#define CHARACTER_MAX 4
/** In one text of a list, as far as their length goes. */
#define ADDRESSES_MAX 50

static void release_field(struct rule_field *field)
{
    for (struct template **at = field->templates; at && *at; at++)
        template_free(*at);
    free(field->templates);
    free(field->own_name);
}

static void release_fields(struct rule_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        release_field(&fields->all[i]);
    free(fields->all);
}

void rule_release(struct rule *rule)
{
    free(rule->name);
    pattern_free(rule->path);
    free(rule->content_type);
    template_free(rule->lead_id);
    template_free(rule->contact_id);
    template_free(rule->find);
    free(rule->custom_field);
    free(rule->find_country);
    free(rule->table);
    free(rule->table_encoding);
    free(rule->table_column);
    template_free(rule->table_key);
    template_free(rule->group);
    release_fields(&rule->fields);
    for (size_t i = 0; i < rule->effect_count; i++)
        release_fields(&rule->effects[i].fields);
    *rule = (struct rule){0};
}

typedef void each_template(void *context, const struct template *template);

static void walk_fields(const struct rule_fields *fields, each_template *each, void *context)
{
    for (size_t i = 0; i < fields->count; i++)
        for (struct template **at = fields->all[i].templates; at && *at; at++)
            each(context, *at);
}

/** Call `each` with every template a rule has. */
static void walk_templates(const struct rule *rule, each_template *each, void *context)
{
    const struct template *const single[] = {
        rule->lead_id, rule->contact_id, rule->find, rule->table_key, rule->group};
    for (size_t i = 0; i < COUNT(single); i++)
        if (single[i])
            each(context, single[i]);
    walk_fields(&rule->fields, each, context);
    for (size_t i = 0; i < rule->effect_count; i++)
        walk_fields(&rule->effects[i].fields, each, context);
}

struct use {
    const char *prefix;
    bool found;
};

static void note_use(void *context, const struct template *template)
{
    struct use *use = context;
    use->found |= template_uses(template, use->prefix);
}

bool rule_uses(const struct rule *rule, const char *prefix)
{
    struct use use = {prefix, false};
    walk_templates(rule, note_use, &use);
    return use.found;
}

static void add_columns(void *context, const struct template *template)
{
    struct json **columns = context;
    if (*columns && template_add_columns(template, *columns) < 0) {
        json_free(*columns);
        *columns = NULL;
    }
}

struct json *rule_columns(const struct rule *rule)
{
    struct json *columns = json_array();
    walk_templates(rule, add_columns, &columns);
    return columns;
}

struct table_ask rule_table_ask(const struct rule *rule, const struct json *columns)
{
    return (struct table_ask){.file = rule->table,
        .encoding = rule->table_encoding,
        .column = rule->table_column,
        .columns = columns,
        .is_for_values = rule->source != SOURCE_TABLE};
}

/* ---- choosing ---- */

static bool is_of_kind(const struct rule *rule, const struct template_facts *facts)
{
    if (facts->size < rule->min_size || (rule->max_size && facts->size > rule->max_size))
        return false;
    return !*rule->content_type ||
           fnmatch(rule->content_type, facts->content_type, FNM_CASEFOLD) == 0;
}

enum rule_choice rule_choose(struct rule *const *rules, const struct template_facts *facts,
    struct json *values, const struct rule **ret_rule, struct str *why)
{
    for (; *rules; rules++) {
        const struct rule *rule = *rules;
        if (!is_of_kind(rule, facts))
            continue;
        enum pattern_match match =
            rule->path ? pattern_match(rule->path, facts->path, values, why) : PATTERN_YES;
        if (match == PATTERN_NO)
            continue;
        *ret_rule = rule;
        return match == PATTERN_YES         ? RULE_CHOSEN
               : match == PATTERN_NO_MEMORY ? RULE_NO_MEMORY
                                            : RULE_ERROR;
    }
    return RULE_NONE;
}

const struct rule *rule_but_for_case(
    struct rule *const *rules, const struct rule *chosen, const struct template_facts *facts)
{
    for (; *rules && *rules != chosen; rules++)
        if (is_of_kind(*rules, facts) && (*rules)->path &&
            pattern_fits_but_for_case((*rules)->path, facts->path))
            return *rules;
    return NULL;
}

/* ---- expanding ---- */

/** Expand one text; -E2BIG where it has more than `most` characters. */
static int expand(const struct template *template, const struct template_facts *facts,
    const struct json *values, enum template_manner manner, size_t most, char **ret_text)
{
    struct str text = STR_INIT(CHARACTER_MAX * most);
    int result = template_expand(template, facts, values, manner, &text);
    if (result == 0 && utf8_count(str_text(&text), text.length) > most)
        result = -E2BIG;
    if (result == 0) {
        *ret_text = text.length ? str_take(&text) : strdup("");
        result = *ret_text ? 0 : -ENOMEM;
    }
    str_release(&text);
    return result;
}

static int too_long(struct str *why, const struct rule *rule, const char *what, size_t most)
{
    str_printf(why, "%s", what);
    if (rule)
        str_printf(why, " of rule \"%s\"", rule->name);
    str_printf(why, " would have more than the %zu characters that %s" REMEDY "use a shorter one",
        most, rule ? "Close takes" : "can be looked up");
    return -EINVAL;
}

static void trim(char *text)
{
    size_t blanks = strspn(text, " ");
    size_t length = strlen(text + blanks);
    memmove(text, text + blanks, length + 1);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
}

int rule_expand(const struct template *template, const struct template_facts *facts,
    const struct json *values, const char *what, size_t most, char **ret_text, struct str *why)
{
    int result = expand(template, facts, values, TEMPLATE_LINE, most, ret_text);
    if (result == 0)
        trim(*ret_text);
    return result == -E2BIG ? too_long(why, NULL, what, most) : result;
}

static int comes_out_empty(const struct rule *rule, const struct rule_field *field, struct str *why)
{
    bool is_of_contact = false;
    for (struct template **at = field->templates; *at; at++)
        is_of_contact |= template_uses(*at, "contact.");
    str_printf(why,
        "\"%s\" of rule \"%s\" is empty for this file, but Close requires it" REMEDY "%s",
        field->name, rule->name,
        is_of_contact ? "check that there is a contact, and that it has an email address in Close"
                      : "check which variables its template uses");
    return -EINVAL;
}

/**
 * The length of the address at `text`: a semicolon ends it, and so does a comma behind an @, for
 * "Miller, Ann <ann@example.com>" is one. In quotes neither does.
 */
static size_t address_length(const char *text)
{
    bool is_quoted = false, has_at = false;
    size_t length = 0;
    for (; text[length]; length++) {
        const char c = text[length];
        if (!is_quoted && (c == ';' || (c == ',' && has_at)))
            break;
        is_quoted ^= c == '"';
        has_at |= c == '@';
        length += c == '\\' && text[length + 1]; /* whatever follows it is not a quote */
    }
    return length;
}

static int append_line(const struct rule *rule, const struct rule_field *field, char *text,
    struct json *texts, struct str *why)
{
    trim(text);
    if (utf8_count(text, strlen(text)) > field->most)
        return too_long(why, rule, field->name, field->most);
    return *text ? json_append_text(texts, text) : 0;
}

/** One cell or variable may hold several addresses. */
static int append_addresses(const struct rule *rule, const struct rule_field *field,
    const char *text, struct json *texts, struct str *why)
{
    int result = 0;
    while (*text && result == 0) {
        size_t length = address_length(text);
        CLEANUP(free_text) char *address = strndup(text, length);
        result = address ? append_line(rule, field, address, texts, why) : -ENOMEM;
        text += length + (text[length] != '\0');
    }
    return result;
}

static int append_text(const struct rule *rule, const struct rule_field *field, char *text,
    struct json *texts, struct str *why)
{
    if (field->kind == RULE_FIELD_LIST)
        return append_addresses(rule, field, text, texts, why);
    if (field->manner == TEMPLATE_LINE)
        return append_line(rule, field, text, texts, why);
    return *text ? json_append_text(texts, text) : 0;
}

/** All texts of a field that are not empty, as an array. */
static int fill_texts(const struct rule *rule, const struct rule_field *field,
    const struct template_facts *facts, const struct json *values, struct json *texts,
    struct str *why)
{
    size_t most = field->kind == RULE_FIELD_LIST ? ADDRESSES_MAX * field->most : field->most;
    int result = 0;
    for (struct template **at = field->templates; *at && result == 0; at++) {
        CLEANUP(free_text) char *text = NULL;
        result = expand(*at, facts, values, field->manner, most, &text);
        if (result == -E2BIG)
            result = too_long(why, rule, field->name, field->most);
        else if (result == 0)
            result = append_text(rule, field, text, texts, why);
    }
    return result;
}

static int add_whole(const struct rule *rule, const struct rule_field *field, const char *text,
    struct json *object, struct str *why)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end != text && !*end && !errno)
        return json_add_int(object, field->name, number);
    str_printf(why,
        "\"%s\" of rule \"%s\" must be a whole number, but is \"%s\" for this file" REMEDY
        "check which variables its template uses",
        field->name, rule->name, text);
    return -EINVAL;
}

static int fill_text_field(const struct rule *rule, const struct rule_field *field,
    const struct template_facts *facts, const struct json *values, struct json *object,
    struct str *why)
{
    struct json *texts = json_array();
    int result = fill_texts(rule, field, facts, values, texts, why);
    const struct json *first = json_first(texts);
    if (result == 0 && !first && field->required)
        result = comes_out_empty(rule, field, why);
    if (result == 0 && first && field->kind == RULE_FIELD_LIST)
        return json_add(object, field->name, texts);
    if (result == 0 && first && field->kind == RULE_FIELD_WHOLE)
        result = add_whole(rule, field, json_text(first), object, why);
    else if (result == 0 && first)
        result = json_add_text(object, field->name, json_text(first));
    json_free(texts);
    return result;
}

static int fill_field(const struct rule *rule, const struct rule_field *field,
    const struct template_facts *facts, const struct json *values, struct json *object,
    struct str *why)
{
    if (field->kind == RULE_FIELD_NUMBER)
        return json_add_int(object, field->name, field->number);
    if (field->kind == RULE_FIELD_BOOL)
        return json_add_bool(object, field->name, field->number != 0);
    return fill_text_field(rule, field, facts, values, object, why);
}

int rule_fill(const struct rule *rule, const struct rule_fields *fields,
    const struct template_facts *facts, const struct json *values, struct json **ret_fields,
    struct str *why)
{
    struct json *object = json_object();
    int result = object ? 0 : -ENOMEM;
    for (size_t i = 0; i < fields->count && result == 0; i++)
        result = fill_field(rule, &fields->all[i], facts, values, object, why);
    if (result == 0)
        *ret_fields = object;
    else
        json_free(object);
    return result;
}
