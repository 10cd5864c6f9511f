/** The contents of a table: its columns, its rows, and the row of a key. Part of table.c. Pure. */
#ifndef CLOSEDROP_RULES_TABLE_CONTENTS_H
#define CLOSEDROP_RULES_TABLE_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

#define COLUMNS_MAX 200

/** One row. Its fields follow one another, each ending in a NUL; missing ones at its end are "". */
struct row {
    const char *key;
    const char *fields;
    uint32_t count;
    uint32_t line;
};

/** A row, by its key in any spelling. */
struct spelling {
    uint64_t hash;
    const struct row *row;
};

struct contents {
    char *texts; /* the fields of all rows; never larger than the file */
    size_t length;
    const char *columns[COLUMNS_MAX]; /* their names; "": a column that cannot be used */
    size_t column_count, key_column;
    struct row *rows; /* by key */
    size_t count, room;
    struct spelling *spellings; /* of all rows, by hash; NULL: not needed yet */
};

/** Whether the values of a column can be asked for: it has a name. */
bool contents_has_name(const struct contents *contents, size_t column);

/**
 * Find the column called `name`: an exact match, else one that people would read as the same
 * (base/text.h). Returns 0; -ENOENT if there is none; or -EEXIST if there are several.
 */
int contents_find_column(const struct contents *contents, const char *name, size_t *ret_column);

/**
 * Find the row with this key; else the one whose key people would read as the same (base/text.h),
 * in `ret_rows[0]`, NULL if there is none; and if there are several that are equally alike, a
 * second one in `ret_rows[1]`. Returns 0 or -ENOMEM.
 */
int contents_find_rows(struct contents *contents, const char *key, const struct row *ret_rows[2]);

/** The value in a column of a row. */
const char *row_field(const struct row *row, size_t column);

/** Add the names of the columns to an error message: `; there are only "a", "b"`. */
void contents_add_columns(const struct contents *contents, struct str *why);

/** Add a key or name to an error message, in quotes and truncated if it is long. */
void contents_add_quoted(struct str *why, const char *text);

/** Free everything in it. It is empty then. */
void contents_release(struct contents *contents);

#endif
