/**
 * Tables of customers: CSV files that say to which lead or contact a key belongs. The only door to
 * libcsv.
 *
 * The first row names the columns: `key` and at least one of `lead_id`, `contact_id`; any further
 * column is {row.COLUMN}. Fields may be quoted; a byte order mark and CRLF are taken; the delimiter
 * is the comma, or the semicolon or tab where the first row has that and no comma (spreadsheets of
 * many countries write it so). Text is UTF-8. Blanks and line ends around a field, quoted or not,
 * are dropped; empty rows are skipped, and columns without a name where they are empty.
 *
 * A file is read when it is first asked, and again when it has changed. It has 64 MiB, a million
 * rows, 200 columns, and 64 KiB in a row at most. One thread.
 */
#ifndef CLOSEDROP_RULES_TABLE_H
#define CLOSEDROP_RULES_TABLE_H

struct json;
struct str;

/** All tables that were asked so far. */
struct tables;

struct tables *tables_new(void);
void tables_free(struct tables *tables);

enum table_answer {
    TABLE_FOUND,
    TABLE_NO_SUCH_KEY,
    TABLE_CHANGING, /* it changed a moment ago, or another program has a lease to write it, or the
                       machine is short of memory or descriptors: ask again in 2 s */
    TABLE_UNUSABLE  /* missing, empty, no table, a key twice: `why` says which, with its line */
};

/** A file that changed less than this ago may still be written. */
#define TABLE_YOUNG_MS 2000

/**
 * Look `key` up in `file`. On TABLE_FOUND each column is added to the object `values` as
 * "row.COLUMN"; else `why` says what is wrong, for a person who knows spreadsheets.
 */
enum table_answer tables_look_up(
    struct tables *tables, const char *file, const char *key, struct json *values, struct str *why);

/**
 * Whether `file`, however young, is a table that has all columns of the array `columns` (of texts).
 * Returns 0, or -EINVAL with the reason added to `why`.
 */
int tables_check(
    struct tables *tables, const char *file, const struct json *columns, struct str *why);

#endif
