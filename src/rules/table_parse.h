/** The contents of a table, and how text is parsed into them. Part of table.c. Pure. */
#ifndef CLOSEDROP_RULES_TABLE_PARSE_H
#define CLOSEDROP_RULES_TABLE_PARSE_H

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

/** Where a text comes from, and which column holds its keys. */
struct table_source {
    const char *file;     /* its name in error messages */
    const char *encoding; /* NULL: UTF-8 */
    const char *column;
};

/**
 * Parse the bytes of a file into the empty `contents`; `text` is converted in place. Returns 0,
 * -ENOMEM, or -EINVAL with the error added to `why`; release `contents` in any case. `ret_is_cut`:
 * the table looks truncated.
 */
int contents_parse(struct contents *contents, const struct table_source *source, char **text,
    size_t length, bool *ret_is_cut, struct str *why);
void contents_release(struct contents *contents);

/**
 * Find the column called `name`: an exact match, else one that people would read as the same
 * (base/text.h). Returns 0; -ENOENT if there is none; or -EEXIST if there are several.
 */
int contents_find_column(const struct contents *contents, const char *name, size_t *ret_column);

/** Add the names of the columns to an error message: `; there are only "a", "b"`. */
void contents_add_columns(const struct contents *contents, struct str *why);

/** Add a key or name to an error message, in quotes and truncated if it is long. */
void contents_add_quoted(struct str *why, const char *text);

#endif
