/** Columns and rows of a table that was read, found by exact names and keys or by ones alike. */
#include "table_contents.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** How much of a key or a name a message repeats, and how many names. */
#define REPEAT_MAX 60
#define NAMES_MAX 20

void contents_release(struct contents *contents)
{
    free(contents->texts);
    free(contents->rows);
    free(contents->spellings);
    *contents = (struct contents){0};
}

void contents_add_quoted(struct str *why, const char *text)
{
    size_t length = utf8_cut(text, REPEAT_MAX);
    str_add_char(why, '"');
    utf8_escape(why, text, length);
    str_add(why, text[length] ? "...\"" : "\"");
}

/* ---- columns ---- */

bool contents_has_name(const struct contents *contents, size_t column)
{
    return column < contents->column_count && *contents->columns[column];
}

int contents_find_column(const struct contents *contents, const char *name, size_t *ret_column)
{
    enum text_likeness best = TEXT_OTHER;
    size_t found = 0, count = 0;
    for (size_t i = 0; i < contents->column_count; i++) {
        enum text_likeness likeness =
            contents_has_name(contents, i) ? text_compare(contents->columns[i], name) : TEXT_OTHER;
        if (likeness == TEXT_OTHER || likeness < best)
            continue;
        count = likeness > best ? 1 : count + 1;
        best = likeness;
        found = i;
    }
    if (count != 1)
        return count ? -EEXIST : -ENOENT;
    *ret_column = found;
    return 0;
}

void contents_add_columns(const struct contents *contents, struct str *why)
{
    size_t named = 0;
    for (size_t i = 0; i < contents->column_count && named <= NAMES_MAX; i++) {
        if (!*contents->columns[i])
            continue;
        str_add(why, named ? ", " : "; there are only ");
        if (++named <= NAMES_MAX)
            contents_add_quoted(why, contents->columns[i]);
        else
            str_add(why, "...");
    }
}

const char *row_field(const struct row *row, size_t column)
{
    const char *field = row->fields;
    if (column >= row->count)
        return "";
    while (column--)
        field += strlen(field) + 1;
    return field;
}

/* ---- keys ---- */

static int compare_key(const void *key, const void *row)
{
    return strcmp(key, ((const struct row *)row)->key);
}

static const struct row *find_row(const struct contents *contents, const char *key)
{
    return contents->count
               ? bsearch(key, contents->rows, contents->count, sizeof(struct row), compare_key)
               : NULL;
}

/** FNV-1a of what all spellings of a key have in common. */
static int hash_key(const char *key, uint64_t *ret_hash)
{
    CLEANUP(free_text) char *common = text_key(key);
    uint64_t hash = 0xCBF29CE484222325;
    if (!common)
        return -ENOMEM;
    for (const char *at = common; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001B3;
    *ret_hash = hash;
    return 0;
}

static int compare_spellings(const void *a, const void *b)
{
    const struct spelling *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

/** List all rows by their hashes; only now, for most tables are never asked for another spelling.
 */
static int list_spellings(struct contents *contents)
{
    int result = 0;
    if (contents->spellings || !contents->count)
        return 0;
    struct spelling *spellings = malloc(contents->count * sizeof(*spellings));
    if (!spellings)
        return -ENOMEM;
    for (size_t i = 0; i < contents->count && !result; i++) {
        spellings[i].row = &contents->rows[i];
        result = hash_key(contents->rows[i].key, &spellings[i].hash);
    }
    if (result) {
        free(spellings);
        return result;
    }
    qsort(spellings, contents->count, sizeof(*spellings), compare_spellings);
    contents->spellings = spellings;
    return 0;
}

/** The first of the rows with the hash, or where it would stand. */
static size_t find_spelling(const struct contents *contents, uint64_t hash)
{
    size_t low = 0, high = contents->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (contents->spellings[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/** The rows whose keys are most like `key`: the first, and another one that is just as like. */
static int find_like(struct contents *contents, const char *key, const struct row *ret_rows[2])
{
    uint64_t hash;
    enum text_likeness best = TEXT_BUT_FOR_CASE;
    int result = hash_key(key, &hash);
    if (!result)
        result = list_spellings(contents);
    if (result)
        return result;
    for (size_t i = find_spelling(contents, hash);
         i < contents->count && contents->spellings[i].hash == hash; i++) {
        const struct row *row = contents->spellings[i].row;
        enum text_likeness likeness = text_compare(row->key, key);
        if (likeness < best)
            continue;
        bool is_better = likeness > best || !ret_rows[0];
        ret_rows[!is_better] = row;
        ret_rows[1] = is_better ? NULL : ret_rows[1];
        best = likeness;
    }
    return 0;
}

int contents_find_rows(struct contents *contents, const char *key, const struct row *ret_rows[2])
{
    ret_rows[0] = find_row(contents, key);
    ret_rows[1] = NULL;
    return ret_rows[0] ? 0 : find_like(contents, key, ret_rows);
}
