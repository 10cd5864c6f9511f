/** What is in a table, and how it is made of text: a part of table.c. Pure. */
#ifndef CLOSEDROP_RULES_TABLE_PARSE_H
#define CLOSEDROP_RULES_TABLE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

#define COLUMNS_MAX 200

/** One row; its fields lie behind one another, each with its NUL. Those left out at its end are "".
 */
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
    char *texts; /* the fields of all rows, which never take more room than the file */
    size_t length;
    const char *columns[COLUMNS_MAX]; /* their names; "": a column nobody may use */
    size_t column_count, key_column;
    struct row *rows; /* by key */
    size_t count, room;
    struct spelling *spellings; /* of all rows, by hash; NULL: not needed yet */
};

/** Where a text is from, and what is its key. */
struct table_source {
    const char *file;     /* as complaints name it */
    const char *encoding; /* NULL: UTF-8 */
    const char *column;
};

/**
 * Make the empty `contents` of the bytes of a file, which become text. Returns 0, -ENOMEM, or
 * -EINVAL with what is wrong added to `why`; to be released in any case. `ret_is_cut`: it looks as
 * if more were to come.
 */
int contents_parse(struct contents *contents, const struct table_source *source, char **text,
    size_t length, bool *ret_is_cut, struct str *why);
void contents_release(struct contents *contents);

/**
 * The column that is called `name`, just so or else as people would take it (base/text.h). Returns
 * 0; -ENOENT where there is none; or -EEXIST where there are several.
 */
int contents_find_column(const struct contents *contents, const char *name, size_t *ret_column);

/** Add what the columns are called to a complaint: `; there are only "a", "b"`. */
void contents_add_columns(const struct contents *contents, struct str *why);

/** Add a key or name to a complaint, in quotes, and cut where it is long. */
void contents_add_quoted(struct str *why, const char *text);

#endif
