/**
 * A rule: which files it takes, whom they belong to, and what is created for them
 * (closedrop.conf(5), "LIST rules"). Plain data that the configuration fills, and the decisions
 * made from it. Pure.
 */
#ifndef CLOSEDROP_RULES_RULE_H
#define CLOSEDROP_RULES_RULE_H

#include "closedrop/queue/job.h"
#include "closedrop/rules/pattern.h"
#include "closedrop/rules/table.h"
#include "closedrop/rules/template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;
struct str;

/** Where the target comes from: exactly one of these. Beside the first two a table gives values. */
enum target_source {
    SOURCE_IDS,   /* lead_id and contact_id, either or both */
    SOURCE_FIND,  /* a question to Close */
    SOURCE_TABLE, /* a row of a table */
    SOURCES
};

enum rule_field_kind { RULE_FIELD_TEXT, RULE_FIELD_LIST, RULE_FIELD_NUMBER, RULE_FIELD_BOOL };

/** One field of the activity. */
struct rule_field {
    const char *name; /* Close's own; static */
    enum rule_field_kind kind;
    struct template **templates; /* one, or for a list any number; ends with NULL */
    enum template_manner manner;
    size_t most;    /* characters in each text */
    bool required;  /* Close wants it: it may not come out empty */
    int64_t number; /* also of a boolean */
};

struct rule {
    char *name;
    struct pattern *path; /* NULL: any */
    char *content_type;   /* a shell pattern, "" for any */
    int64_t min_size;
    int64_t max_size; /* 0: no limit */

    enum target_source source;
    struct template *lead_id, *contact_id; /* SOURCE_IDS; either may be NULL */
    int find_by; /* SOURCE_FIND: an enum search_by of close/search.h, passed through */
    struct template *find;
    char *custom_field;   /* the id of the field to find it by, or NULL */
    char *find_country;   /* the calling code of where a phone number is dialled, or NULL */
    char *table;          /* an absolute path; NULL: the rule has none */
    char *table_encoding; /* as iconv(3) calls it; NULL: UTF-8 */
    unsigned table_line;  /* of the configuration file, where it stands */
    char *table_column;   /* of the key; NULL: "key" */
    struct template *table_key;

    struct template *group; /* the key of its group; NULL: each file goes alone */
    int64_t group_wait_ms;

    enum activity activity;
    bool is_sent; /* an email that really leaves: status outbox or scheduled */
    struct rule_field *fields;
    size_t field_count;
};

/** Free what a rule owns. */
void rule_release(struct rule *rule);

/** Whether any of its templates uses a variable that begins with `prefix`, e.g. "meta.". */
bool rule_uses(const struct rule *rule, const char *prefix);

/** The columns that its templates use, an array; NULL when memory is short. */
struct json *rule_columns(const struct rule *rule);

/** What is asked of its table, which must have `columns`; everything in it stays whose it is. */
struct table_ask rule_table_ask(const struct rule *rule, const struct json *columns);

enum rule_choice { RULE_CHOSEN, RULE_NONE, RULE_ERROR, RULE_NO_MEMORY };

/**
 * The first of `rules` (which ends with NULL) that takes a file. On RULE_CHOSEN its named groups
 * are added to the object `values`. RULE_ERROR: the pattern of `ret_rule` could not be held against
 * the path; `why` says so, and no later rule is asked, for the file may have been this one's.
 */
enum rule_choice rule_choose(struct rule *const *rules, const struct template_facts *facts,
    struct json *values, const struct rule **ret_rule, struct str *why);

/**
 * The first of `rules` ahead of `chosen` (NULL: of all) that would take the file if the case of
 * letters in its path did not count; NULL where there is none.
 */
const struct rule *rule_but_for_case(
    struct rule *const *rules, const struct rule *chosen, const struct template_facts *facts);

/**
 * Expand one text of a rule, as one line without blanks around it, of at most `most` characters.
 * Returns 0 and the text, to be freed; -ENOMEM; or -EINVAL where it is longer, with the reason in
 * `why`, which calls it `what`.
 */
int rule_expand(const struct template *template, const struct template_facts *facts,
    const struct json *values, const char *what, size_t most, char **ret_text, struct str *why);

/**
 * Expand all fields of a rule's activity into an object, as Close calls them. A field that comes
 * out empty is left out; a text of a list is split into the addresses it holds. Returns 0 and the
 * object; -ENOMEM; or -EINVAL with the reason in `why`: a text is too long, or one that Close wants
 * is empty.
 */
int rule_fill(const struct rule *rule, const struct template_facts *facts,
    const struct json *values, struct json **ret_fields, struct str *why);

#endif
