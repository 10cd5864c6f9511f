/**
 * A rule: which files it takes, which lead or contact they belong to, and what is created for them
 * (closedrop.conf(5), "LIST rules"). Plain data that the configuration fills in, and the decisions
 * based on it. Pure.
 */
#ifndef CLOSEDROP_RULES_RULE_H
#define CLOSEDROP_RULES_RULE_H

#include "closedrop/close/activity_kind.h"
#include "closedrop/rules/pattern.h"
#include "closedrop/rules/table.h"
#include "closedrop/rules/template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;
struct str;

/**
 * Where the target comes from: exactly one of these. A table next to the others gives values.
 */
enum target_source {
    SOURCE_IDS,      /* lead_id, contact_id or both */
    SOURCE_FIND,     /* a search in Close */
    SOURCE_TABLE,    /* a row of a table */
    SOURCE_TEMPLATE, /* what gets the file is a template of Close, which belongs to no lead */
    SOURCES
};

enum rule_field_kind {
    RULE_FIELD_TEXT,
    RULE_FIELD_LIST,
    RULE_FIELD_WHOLE, /* a text that gives a whole number */
    RULE_FIELD_NUMBER,
    RULE_FIELD_BOOL
};

/** One field of what is created. */
struct rule_field {
    const char *name; /* Close's name for it; static, or own_name */
    char *own_name;   /* of a custom field; NULL: it has none */
    enum rule_field_kind kind;
    struct template **templates; /* one, or any number for a list; NULL-terminated */
    enum template_manner manner;
    size_t most;    /* maximum number of characters in each text */
    bool required;  /* Close requires it: it must not be empty */
    int64_t number; /* also for a boolean */
};

struct rule_fields {
    struct rule_field *all;
    size_t count;
};

/** What is created in Close next to what carries the file, after it. */
struct rule_effect {
    enum activity_kind kind;
    struct rule_fields fields;
};

#define RULE_EFFECTS_MAX 2

struct rule {
    char *name;
    struct pattern *path; /* NULL: any */
    char *content_type;   /* a shell pattern; "": any */
    int64_t min_size;
    int64_t max_size; /* 0: no limit */

    enum target_source source;
    struct template *lead_id, *contact_id; /* for SOURCE_IDS; either may be NULL */
    int find_by; /* for SOURCE_FIND: enum search_by of close/search.h, passed through */
    struct template *find;
    char *custom_field;   /* ID of the custom field to search, or NULL */
    char *find_country;   /* calling code for phone numbers as they are dialled, or NULL */
    char *table;          /* absolute path; NULL: no table */
    char *table_encoding; /* name for iconv(3); NULL: UTF-8 */
    unsigned table_line;  /* of the table in the configuration file */
    char *table_column;   /* that holds the keys; NULL: "key" */
    struct template *table_key;

    struct template *group; /* gives the key of its group; NULL: no groups */
    int64_t group_wait_ms;

    enum activity_kind activity; /* what carries the file; where nothing does, the first effect */
    bool is_sent;                /* an outgoing email or text message: status outbox or scheduled */
    struct rule_fields fields;
    struct rule_effect effects[RULE_EFFECTS_MAX];
    size_t effect_count;
    bool sets_contact; /* custom fields are set on the contact, not on the lead */
};

/** Free what the rule owns. */
void rule_release(struct rule *rule);

/** Whether any of its templates uses a variable that starts with `prefix`, such as "meta.". */
bool rule_uses(const struct rule *rule, const char *prefix);

/** An array of the columns that its templates use; NULL if out of memory. */
struct json *rule_columns(const struct rule *rule);

/** The query for its table, which must have `columns`. The query owns nothing that it points to. */
struct table_ask rule_table_ask(const struct rule *rule, const struct json *columns);

enum rule_choice { RULE_CHOSEN, RULE_NONE, RULE_ERROR, RULE_NO_MEMORY };

/**
 * Find the first of `rules` (NULL-terminated) that takes a file. RULE_CHOSEN: its named groups are
 * added to the object `values`. RULE_ERROR: the pattern of `ret_rule` could not be matched against
 * the path, and `why` gives the reason; later rules are not tried, because this one might have
 * taken the file.
 */
enum rule_choice rule_choose(struct rule *const *rules, const struct template_facts *facts,
    struct json *values, const struct rule **ret_rule, struct str *why);

/**
 * The first of `rules` before `chosen` (NULL: of all rules) that would take the file if the case of
 * its path were ignored; NULL if there is none.
 */
const struct rule *rule_but_for_case(
    struct rule *const *rules, const struct rule *chosen, const struct template_facts *facts);

/**
 * Expand a template of a rule to one line without surrounding spaces, of at most `most` characters.
 * Returns 0 and the text, which the caller frees; -ENOMEM; or -EINVAL if it is longer, with a
 * reason in `why` that calls it `what`.
 */
int rule_expand(const struct template *template, const struct template_facts *facts,
    const struct json *values, const char *what, size_t most, char **ret_text, struct str *why);

/**
 * Expand `fields` of a rule into an object with Close's field names. Empty fields are
 * left out; an entry of a list is split into the addresses it contains. Returns 0 and the object;
 * -ENOMEM; or -EINVAL with the reason in `why`: a text is too long, no whole number where one must
 * be, or one that Close requires is empty.
 */
int rule_fill(const struct rule *rule, const struct rule_fields *fields,
    const struct template_facts *facts, const struct json *values, struct json **ret_fields,
    struct str *why);

#endif
