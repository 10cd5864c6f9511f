/**
 * People: a table of those who drop files (rules/table.h), with their email addresses and who they
 * are in Close. Its columns are `owner` and, as far as they are asked for, `email` and `user_id`.
 */
#ifndef CLOSEDROP_RULES_PEOPLE_H
#define CLOSEDROP_RULES_PEOPLE_H

#include "closedrop/rules/table.h"
#include "closedrop/rules/template.h"

struct people {
    char *file;           /* absolute; NULL: there is no table */
    unsigned line;        /* of it in the configuration file */
    struct template *key; /* what is looked up in the column `owner` */
};

/** What is asked for. */
struct people_columns {
    bool email;
    bool user_id;
};

/** Free what it owns. */
void people_release(struct people *people);

/** The columns that templates use, which `uses` reports by the prefix of a variable. */
struct json *people_columns(const struct people_columns *columns);

/** The query for the table, which must have `columns`. The query owns nothing that it points to. */
struct table_ask people_ask(const struct people *people, const struct json *columns);

/**
 * Look up who dropped a file. The answer is as from tables_lookup(), but somebody who is not in the
 * table is TABLE_FOUND with empty values. TABLE_FOUND: "owner.email" and "owner.user_id" are added
 * to the object `values`.
 */
enum table_answer people_lookup(const struct people *people, struct tables *tables,
    const struct table_ask *ask, const struct template_facts *facts, struct json *values,
    struct str *why);

#endif
