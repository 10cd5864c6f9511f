/**
 * Tables: CSV files that map a key to a lead or contact, and give values.
 *
 * The first row names the columns: the key, at least one of `lead_id` and `contact_id` if the table
 * gives the target, and any others. Column names are compared as people read them (base/text.h),
 * and an exact match takes precedence; two columns may have the same name if neither is used.
 *
 * Fields may be quoted, or written as Excel keeps leading zeros (="0123"). A byte order mark, CRLF
 * and a final Ctrl-Z are accepted. The delimiter is the one that a line such as sep=; above the
 * first row names; else the comma, semicolon or tab that gives the first row the required columns,
 * or that occurs in it most often. The text is UTF-8, UTF-16 with a byte order mark, or in the
 * encoding that the rule names. Spaces of any kind and line ends around a field, quoted or not, are
 * removed. Empty rows are skipped, and so are columns without a name if they are empty.
 *
 * A file is read when it is first needed, and again once it has changed and settled: unchanged for
 * a while, and not open for writing. The limits are 64 MB, a million rows, 200 columns, and 64 KB
 * per row. For one thread only; if `incomplete_ms` is used, SIGIO must be blocked (lease.h).
 */
#ifndef CLOSEDROP_RULES_TABLE_H
#define CLOSEDROP_RULES_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct json;
struct str;

/** All tables used so far. */
struct tables;

/** None yet; NULL if out of memory. */
struct tables *tables_new(void);

/** Free them all; NULL is ignored. */
void tables_free(struct tables *tables);

/** Which table to use, and how long to wait for it. */
struct table_ask {
    const char *file;
    const char *encoding;       /* name for iconv(3); NULL: UTF-8 */
    const char *column;         /* that holds the keys; NULL: "key" */
    const struct json *columns; /* other required columns, texts; NULL: none */
    bool is_for_values;         /* lead_id and contact_id are not required */
    bool key_is_in_name;        /* the key is part of the file's name, as messages mention */
    int64_t settle_ms;          /* it must be unchanged this long; at least FILE_YOUNG_MS */
    int64_t incomplete_ms; /* how long after its last change it may be missing, truncated or open
                              for writing */
    int64_t waited_ms;     /* waited so far; while less than that, a missing one may still come */
    bool takes_young;      /* use it even if it changed just now */
};

enum table_answer {
    TABLE_FOUND,
    TABLE_NO_SUCH_KEY,
    TABLE_CHANGING, /* it changed just now, is open for writing, or memory or descriptors are short:
                       retry in FILE_YOUNG_MS */
    TABLE_INCOMPLETE, /* it is missing, or it looks truncated and does not have the key: retry in
                         TABLE_INCOMPLETE_MS */
    TABLE_UNUSABLE    /* missing, empty, not a table, has a key twice or lacks a column: `why` says
                         which, with the line */
};

#define TABLE_INCOMPLETE_MS 5000

/**
 * Look `key` up in a table: the row with exactly this key, else the only one that people would read
 * as the same (base/text.h). TABLE_FOUND: each column is added to the object `values` as
 * "row.COLUMN", in the spelling of the table and in that of the caller. Otherwise `why` says what
 * is wrong, for a person who knows spreadsheets.
 */
enum table_answer tables_lookup(struct tables *tables, const struct table_ask *ask, const char *key,
    struct json *values, struct str *why);

/**
 * Check that the file is a table with everything that is required of it, even if it changed just
 * now. Returns 0; -EINVAL with the reason added to `why`; or -EINPROGRESS or -ETIMEDOUT, if another
 * process reads it and has not answered.
 */
int tables_check(struct tables *tables, const struct table_ask *ask, struct str *why);

/* ---- tables on file systems that can hang ---- */

/**
 * From now on, have such tables read by another process, which is left behind if it does not answer
 * within `timeout_ms`. Until it does, a lookup is TABLE_CHANGING; after that, what was read before
 * stays in use, or, if nothing was, the table is TABLE_INCOMPLETE. Returns 0 or -ENOMEM.
 */
int tables_read_apart(struct tables *tables, int64_t timeout_ms);

/** Readable when tables_take() has something to do; -1: never. */
int tables_descriptor(const struct tables *tables);

/** Take what has been read, and find out what does not answer. Whether those who wait for a table
 * should ask again. */
bool tables_take(struct tables *tables);

/** When it has something to do by itself, on the steady clock; INT64_MAX: never. */
int64_t tables_next(const struct tables *tables);

/** Whether another process reads the table, once it was asked for. */
bool tables_are_apart(const struct tables *tables, const struct table_ask *ask);

/** List the tables that do not answer, with a message that says since when. */
void tables_list_silent(const struct tables *tables,
    void (*each)(void *context, const char *file, const char *message), void *context);

#endif
