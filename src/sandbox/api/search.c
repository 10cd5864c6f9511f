/**
 * Parses a query into a tree of nodes, each with a function that tells whether an object answers
 * it.
 */
#include "api/search.h"

#include "crm/leads.h"
#include "util/pick.h"
#include "util/text_match.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum subject_type { SUBJECT_LEAD, SUBJECT_CONTACT, SUBJECT_EMAIL, SUBJECT_PHONE, SUBJECTS };

static const char *const subject_names[SUBJECTS] = {
    "lead", "contact", "contact_email", "contact_phone"};

/** What a node of the tree is held against: an object, or one email or phone of a contact. */
struct subject {
    enum subject_type type;
    const struct object *object;
    const char *text; /* the email or phone, else NULL */
};

/** One node of the tree; what does not concern its kind is zero. */
struct search {
    bool (*match)(const struct search *search, const struct subject *subject);
    bool negate;
    struct search *first, *next; /* below it; next to it */
    enum subject_type type;      /* it can only match such a one */
    const struct relation *relation;
    const char *(*text)(const struct subject *subject); /* a regular field's */
    const char *custom_field;
    bool (*holds)(const struct search *search, const char *text); /* its condition */
    bool (*compare)(const char *text, const char *wanted);        /* of a text condition */
    const char *wanted;
    const struct json *values; /* of a term condition */
};

static bool match(const struct search *search, const struct subject *subject)
{
    return search->match(search, subject) != search->negate;
}

/* ---- reading JSON ---- */

static bool is_text(const struct json *object, const char *key, const char *wanted)
{
    const char *text = json_get_text(object, key);
    return text && strcmp(text, wanted) == 0;
}

static int wrong(struct str *why, const char *what)
{
    str_add(why, what);
    return -EINVAL;
}

static int check_keys(const struct json *object, const char *known, struct str *why)
{
    for (const struct json *one = json_first(object); one; one = json_next(one))
        if (!pick_names(known, json_key(one))) {
            str_printf(why, "%s: unknown field", json_key(one));
            return -EINVAL;
        }
    return 0;
}

static int read_type(
    const struct json *query, const char *key, enum subject_type *ret_type, struct str *why)
{
    for (enum subject_type i = 0; i < SUBJECTS; i++)
        if (is_text(query, key, subject_names[i])) {
            *ret_type = i;
            return 0;
        }
    str_printf(why, "%s: not a valid choice", key);
    return -EINVAL;
}

/* ---- conditions ---- */

static bool holds_text(const struct search *search, const char *text)
{
    return text && search->compare(text, search->wanted);
}

static int read_text(struct search *search, const struct json *condition, struct str *why)
{
    static const struct {
        const char *name;
        bool (*compare)(const char *text, const char *wanted);
    } modes[] = {
        {"full_words", text_matches_words},
        {"phrase", text_matches_phrase},
        {"exact_value", text_matches_whole},
    };
    for (size_t i = 0; i < COUNT(modes); i++)
        if (is_text(condition, "mode", modes[i].name))
            search->compare = modes[i].compare;
    search->wanted = json_get_text(condition, "value");
    if (!search->compare)
        return wrong(why, "condition.mode: not one of full_words, phrase, exact_value");
    return search->wanted ? 0 : wrong(why, "condition.value: value must be of string type");
}

static bool holds_term(const struct search *search, const char *text)
{
    const struct json *one = json_first(search->values);
    for (; text && one; one = json_next(one))
        if (strcmp(json_text(one), text) == 0)
            return true;
    return false;
}

static int read_term(struct search *search, const struct json *condition, struct str *why)
{
    search->values = json_get(condition, "values");
    if (!json_is_array(search->values))
        return wrong(why, "condition.values: value must be of list type");
    for (const struct json *one = json_first(search->values); one; one = json_next(one))
        if (!json_text(one))
            return wrong(why, "condition.values: value must be of string type");
    return 0;
}

static bool holds_exists(const struct search *search, const char *text)
{
    (void)search;
    return text && *text;
}

static int read_exists(struct search *search, const struct json *condition, struct str *why)
{
    (void)search, (void)condition, (void)why;
    return 0;
}

static const struct condition {
    const char *type, *keys;
    int (*read)(struct search *search, const struct json *condition, struct str *why);
    bool (*holds)(const struct search *search, const char *text);
} conditions[] = {
    {"text", "type,mode,value", read_text, holds_text},
    {"term", "type,values", read_term, holds_term},
    {"exists", "type", read_exists, holds_exists},
};

static int read_condition(struct search *search, const struct json *condition, struct str *why)
{
    for (size_t i = 0; i < COUNT(conditions); i++) {
        if (!is_text(condition, "type", conditions[i].type))
            continue;
        search->holds = conditions[i].holds;
        int result = check_keys(condition, conditions[i].keys, why);
        return result < 0 ? result : conditions[i].read(search, condition, why);
    }
    return wrong(why, "condition.type: not one of text, term, exists");
}

/* ---- fields ---- */

static const char *text_of_name(const struct subject *subject)
{
    return subject->object->indexed->name;
}

static const char *text_of_id(const struct subject *subject)
{
    return subject->object->id;
}

static const char *text_itself(const struct subject *subject)
{
    return subject->text;
}

static const struct {
    enum subject_type type;
    const char *name;
    const char *(*text)(const struct subject *subject);
} fields[] = {
    {SUBJECT_LEAD, "id", text_of_id},
    {SUBJECT_LEAD, "name", text_of_name},
    {SUBJECT_LEAD, "display_name", text_of_name},
    {SUBJECT_CONTACT, "id", text_of_id},
    {SUBJECT_CONTACT, "name", text_of_name},
    {SUBJECT_CONTACT, "display_name", text_of_name},
    {SUBJECT_EMAIL, "email", text_itself},
    {SUBJECT_PHONE, "phone", text_itself},
};

static bool match_field(const struct search *search, const struct subject *subject)
{
    return subject->type == search->type && search->holds(search, search->text(subject));
}

static int read_regular_field(struct search *search, const struct json *field, struct str *why)
{
    enum subject_type type;
    int result = read_type(field, "object_type", &type, why);
    for (size_t i = 0; result == 0 && i < COUNT(fields); i++)
        if (fields[i].type == type && is_text(field, "field_name", fields[i].name)) {
            search->match = match_field;
            search->type = type;
            search->text = fields[i].text;
            return check_keys(field, "type,object_type,field_name", why);
        }
    return result < 0 ? result : wrong(why, "field.field_name: there is no such field");
}

static bool match_custom(const struct search *search, const struct subject *subject)
{
    if (subject->text)
        return false;
    const struct json *value = json_get(subject->object->indexed->custom, search->custom_field);
    if (!json_is_array(value))
        return search->holds(search, json_text(value));
    for (const struct json *one = json_first(value); one; one = json_next(one))
        if (search->holds(search, json_text(one)))
            return true;
    return false;
}

static int read_custom_field(struct search *search, const struct json *field, struct str *why)
{
    search->match = match_custom;
    search->custom_field = json_get_text(field, "custom_field_id");
    if (!search->custom_field)
        return wrong(why, "field.custom_field_id: this field is required");
    return check_keys(field, "type,custom_field_id", why);
}

static int read_field_condition(struct search *search, const struct json *query, struct str *why)
{
    const struct json *field = json_get(query, "field");
    int result = 0;
    if (is_text(field, "type", "regular_field"))
        result = read_regular_field(search, field, why);
    else if (is_text(field, "type", "custom_field"))
        result = read_custom_field(search, field, why);
    else
        result = wrong(why, "field.type: not one of regular_field, custom_field");
    return result < 0 ? result : read_condition(search, json_get(query, "condition"), why);
}

/* ---- relations ---- */

static bool any_text(const struct search *search, enum subject_type type, const struct json *texts,
    const struct object *contact)
{
    for (const struct json *one = json_first(texts); one; one = json_next(one)) {
        struct subject subject = {type, contact, json_text(one)};
        if (match(search, &subject))
            return true;
    }
    return false;
}

static bool any_email(const struct search *search, const struct object *contact)
{
    return any_text(search, SUBJECT_EMAIL, contact->indexed->emails, contact);
}

static bool any_phone(const struct search *search, const struct object *contact)
{
    return any_text(search, SUBJECT_PHONE, contact->indexed->phones, contact);
}

static bool any_contact(const struct search *search, const struct object *lead)
{
    for (size_t i = 0; i < lead->contacts.count; i++) {
        const struct object *contact = lead->contacts.items[i];
        if (object_is_of(contact, lead, SIGHT_INDEX) && search_matches(search, contact))
            return true;
    }
    return false;
}

static const struct relation {
    enum subject_type from, to;
    bool (*any)(const struct search *search, const struct object *object);
} relations[] = {
    {SUBJECT_LEAD, SUBJECT_CONTACT, any_contact},
    {SUBJECT_CONTACT, SUBJECT_EMAIL, any_email},
    {SUBJECT_CONTACT, SUBJECT_PHONE, any_phone},
};

static bool match_related(const struct search *search, const struct subject *subject)
{
    return subject->type == search->type && search->relation->any(search->first, subject->object);
}

static int read_related(struct search *search, const struct json *query, struct str *why)
{
    enum subject_type from, to;
    int result = read_type(query, "this_object_type", &from, why);
    if (result == 0)
        result = read_type(query, "related_object_type", &to, why);
    for (size_t i = 0; result == 0 && i < COUNT(relations); i++)
        if (relations[i].from == from && relations[i].to == to)
            search->relation = &relations[i];
    if (result == 0 && !search->relation)
        result = wrong(why, "has_related: these two object types are not related");
    if (result < 0)
        return result;
    search->match = match_related;
    search->type = from;
    return search_read(json_get(query, "related_query"), &search->first, why);
}

/* ---- the rest of the tree ---- */

static bool match_type(const struct search *search, const struct subject *subject)
{
    return subject->type == search->type;
}

static int read_object_type(struct search *search, const struct json *query, struct str *why)
{
    search->match = match_type;
    return read_type(query, "object_type", &search->type, why);
}

static bool match_all(const struct search *search, const struct subject *subject)
{
    for (const struct search *one = search->first; one; one = one->next)
        if (!match(one, subject))
            return false;
    return true;
}

static bool match_any(const struct search *search, const struct subject *subject)
{
    for (const struct search *one = search->first; one; one = one->next)
        if (match(one, subject))
            return true;
    return false;
}

static int read_list(struct search *search, const struct json *query, struct str *why)
{
    const struct json *queries = json_get(query, "queries");
    if (!json_is_array(queries))
        return wrong(why, "queries: value must be of list type");
    struct search **end = &search->first;
    int result = 0;
    for (const struct json *one = json_first(queries); result == 0 && one; one = json_next(one)) {
        result = search_read(one, end, why);
        if (result == 0)
            end = &(*end)->next;
    }
    return result;
}

static int read_and(struct search *search, const struct json *query, struct str *why)
{
    search->match = match_all;
    return read_list(search, query, why);
}

static int read_or(struct search *search, const struct json *query, struct str *why)
{
    search->match = match_any;
    return read_list(search, query, why);
}

static const struct node {
    const char *type, *keys;
    int (*read)(struct search *search, const struct json *query, struct str *why);
} nodes[] = {
    {"and", "type,negate,queries", read_and},
    {"or", "type,negate,queries", read_or},
    {"object_type", "type,negate,object_type", read_object_type},
    {"has_related", "type,negate,this_object_type,related_object_type,related_query", read_related},
    {"field_condition", "type,negate,field,condition", read_field_condition},
};

static int read_negate(struct search *search, const struct json *query, struct str *why)
{
    search->negate = json_get_bool(query, "negate", false);
    bool other = json_get_bool(query, "negate", true);
    return !json_get(query, "negate") || other == search->negate
               ? 0
               : wrong(why, "negate: value must be of bool type");
}

static int read_node(struct search *search, const struct json *query, struct str *why)
{
    for (size_t i = 0; i < COUNT(nodes); i++) {
        if (!is_text(query, "type", nodes[i].type))
            continue;
        int result = check_keys(query, nodes[i].keys, why);
        if (result == 0)
            result = read_negate(search, query, why);
        return result < 0 ? result : nodes[i].read(search, query, why);
    }
    return wrong(why, "query.type: not a valid choice");
}

int search_read(const struct json *query, struct search **ret_search, struct str *why)
{
    struct search *search = calloc(1, sizeof(*search));
    int result = search ? read_node(search, query, why) : -ENOMEM;
    if (result < 0)
        search_free(search);
    else
        *ret_search = search;
    return result;
}

void search_free(struct search *search)
{
    while (search) {
        struct search *next = search->next;
        search_free(search->first);
        free(search);
        search = next;
    }
}

bool search_matches(const struct search *search, const struct object *object)
{
    struct subject subject = {
        object->kind == OBJECT_LEAD ? SUBJECT_LEAD : SUBJECT_CONTACT, object, NULL};
    return object->indexed && match(search, &subject);
}
