/**
 * What a body may look like: tables of fields, and the check that holds a body against one. Pure.
 *
 * As Close does it: a field that the table does not have is wrong, and every wrong field is named,
 * in its words.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_SCHEMA_H
#define CLOSEDROP_SANDBOX_CRM_SCHEMA_H

#include "closedrop/base/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum schema_type {
    SCHEMA_TEXT,   /* min to max characters */
    SCHEMA_NAME,   /* a text that something is to be seen of, without control characters, ends of
                      lines, and what turns the reading direction round */
    SCHEMA_TEXTS,  /* a list of at most `max` texts of at most `each` characters */
    SCHEMA_FLAG,   /* true or false */
    SCHEMA_WHOLE,  /* a whole number from min to max */
    SCHEMA_DATE,   /* a date-time */
    SCHEMA_CHOICE, /* one of `choices` */
    SCHEMA_LIST,   /* a list of at most `max` objects like `items` (NULL: of any kind) */
    SCHEMA_OBJECT  /* an object with whatever is in it */
};

enum schema_need {
    SCHEMA_REQUIRED,
    SCHEMA_OPTIONAL,
    SCHEMA_NULLABLE /* optional, and null is the same as leaving it out */
};

struct schema_field {
    const char *key;
    enum schema_need need;
    enum schema_type type;
    int64_t min, max, each; /* a `max` of 0: no limit */
    const char *const *choices;
    const struct schema *items;
    const char *named; /* how Close calls the field when it complains; NULL: as the key */
};

struct schema {
    const struct schema_field *fields;
    size_t count;
    bool takes_custom; /* any "custom.cf_..." as well */
};

#define SCHEMA(rows)                                                                               \
    {                                                                                              \
        (rows), COUNT(rows), false                                                                 \
    }

#define SCHEMA_WITH_CUSTOM(rows)                                                                   \
    {                                                                                              \
        (rows), COUNT(rows), true                                                                  \
    }

/** Add what is wrong with `body` to `wrong`, a member a field. Returns 0 or -ENOMEM. */
int schema_check(const struct schema *schema, const struct json *body, struct json *wrong);

/** Add a complaint about one element of a list: {"errors": {"INDEX": text}}. 0 or -ENOMEM. */
int schema_complain_element(struct json *wrong, const char *key, size_t index, const char *text);

/** {"errors": [], "field-errors": wrong}: takes `wrong` over. NULL when memory is short. */
struct json *schema_complaint(struct json *wrong);

/** Whether the member is null or not there at all. */
bool schema_is_absent(const struct json *object, const char *key);

#endif
