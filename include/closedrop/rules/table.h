/**
 * Tables of customers: CSV files that say to which lead or contact a key belongs.
 *
 * The first row names the columns: that of the key, at least one of `lead_id` and `contact_id`
 * where the table gives a target, and any others. A column is found in any spelling (base/text.h),
 * one that is just so before all others; two may be called alike as long as neither is asked for.
 * Fields may be quoted, or written as Excel keeps a number's zeros (="0123"); a byte order mark,
 * CRLF and a Ctrl-Z at the end are taken. The delimiter is what a line sep=; above says; else the
 * comma, semicolon or tab under which the first row has the columns it must have, or that it has
 * most of. Text is UTF-8, or UTF-16 where a byte order mark says so, or in the encoding that the
 * rule names. Blanks of any kind and line ends around a field, quoted or not, are dropped; empty
 * rows are skipped, and columns without a name where they are empty.
 *
 * A file is read when it is first asked, and again when it has changed and is settled: quiet for a
 * while, and with nobody who writes. It has 64 MiB, a million rows, 200 columns, and 64 KiB in a
 * row at most. One thread; where a table is asked with `incomplete_ms`, SIGIO must be blocked
 * (lease.h).
 */
#ifndef CLOSEDROP_RULES_TABLE_H
#define CLOSEDROP_RULES_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct json;
struct str;

/** All tables that were asked so far. */
struct tables;

struct tables *tables_new(void);
void tables_free(struct tables *tables);

/** Which table, and how patient whoever asks is. */
struct table_ask {
    const char *file;
    const char *encoding;       /* what iconv(3) calls it; NULL: UTF-8 */
    const char *column;         /* where the key is looked up; NULL: "key" */
    const struct json *columns; /* the others that must be there, texts; NULL: none */
    bool is_for_values;         /* lead_id and contact_id need not be there */
    int64_t settle_ms;          /* for so long it must be unchanged; TABLE_YOUNG_MS at least */
    int64_t incomplete_ms; /* so long after its last change it may still be away, cut off, or open
                              for writing */
    int64_t
        waited_ms; /* so long it was waited for already: if less, one that is away may come, too */
    bool takes_young; /* as it is now */
};

enum table_answer {
    TABLE_FOUND,
    TABLE_NO_SUCH_KEY,
    TABLE_CHANGING,   /* it changed a moment ago, or another program has it open to write, or the
                         machine is short of memory or descriptors: ask again in TABLE_YOUNG_MS */
    TABLE_INCOMPLETE, /* it is away, or the key is not in it and it ends as if more were to come:
                         ask again in TABLE_INCOMPLETE_MS */
    TABLE_UNUSABLE    /* missing, empty, no table, a key twice, without a column that is asked for:
                         `why` says which, with its line */
};

/** A file that changed less than this ago may still be written. */
#define TABLE_YOUNG_MS 2000
#define TABLE_INCOMPLETE_MS 5000

/**
 * Look `key` up in a table: the row with just this key, else the one that people would take for it
 * (base/text.h), where there is one and not two. On TABLE_FOUND each column is added to the object
 * `values` as "row.COLUMN", in the spelling of the table and in that of who asks; else `why` says
 * what is wrong, for a person who knows spreadsheets.
 */
enum table_answer tables_lookup(struct tables *tables, const struct table_ask *ask, const char *key,
    struct json *values, struct str *why);

/**
 * Whether the file, however young, is a table that has all that is asked of it. Returns 0, or
 * -EINVAL with the reason added to `why`.
 */
int tables_check(struct tables *tables, const struct table_ask *ask, struct str *why);

#endif
