/** The tables that were asked so far, and what each has in the row of a key. */
#include "closedrop/rules/table.h"

#include "table_far.h"
#include "table_file.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

struct tables {
    struct table *first;
    struct mounts *mounts; /* NULL: this process reads all tables */
    int epoll;             /* of the processes that read some */
    int64_t timeout_ms;    /* and when they are silent */
};

struct tables *tables_new(void)
{
    struct tables *tables = calloc(1, sizeof(struct tables));
    if (tables)
        tables->epoll = -1;
    return tables;
}

static void free_table(struct table *table)
{
    if (!table)
        return;
    table_drop(table);
    far_table_end(table);
    free(table->file);
    free(table->encoding);
    free(table->column);
    free(table);
}

void tables_free(struct tables *tables)
{
    while (tables && tables->first) {
        struct table *table = tables->first;
        tables->first = table->next;
        free_table(table);
    }
    if (tables)
        mounts_free(tables->mounts);
    if (tables)
        close_fd(&tables->epoll);
    free(tables);
}

static struct table_patience patience_of(const struct table_ask *ask)
{
    return (struct table_patience){
        ask->settle_ms, ask->incomplete_ms, ask->waited_ms, ask->takes_young};
}

static const char *key_column(const struct table_ask *ask)
{
    return ask->column ? ask->column : "key";
}

static bool is_of(const struct table *table, const struct table_ask *ask)
{
    const char *encoding = ask->encoding ? ask->encoding : "";
    return strcmp(table->file, ask->file) == 0 && strcmp(table->column, key_column(ask)) == 0 &&
           strcmp(table->encoding ? table->encoding : "", encoding) == 0;
}

static bool fill_in(struct table *table, const struct table_ask *ask)
{
    table->file = strdup(ask->file);
    table->column = strdup(key_column(ask));
    table->encoding = ask->encoding ? strdup(ask->encoding) : NULL;
    return table->file && table->column && (table->encoding || !ask->encoding);
}

static struct table *find_known(const struct tables *tables, const struct table_ask *ask)
{
    for (struct table *it = tables->first; it; it = it->next)
        if (is_of(it, ask))
            return it;
    return NULL;
}

/** The table that is asked, a new one where it was not asked before; NULL when memory is short. */
static struct table *find_or_add(struct tables *tables, const struct table_ask *ask)
{
    struct table *known = find_known(tables, ask);
    if (known)
        return known;
    struct table *table = calloc(1, sizeof(*table));
    if (!table || !fill_in(table, ask)) {
        free_table(table);
        return NULL;
    }
    table->next = tables->first;
    tables->first = table;
    return table;
}

/** The same, read by whoever may read it: what is mounted may have changed. */
static struct table *find_table(struct tables *tables, const struct table_ask *ask)
{
    dev_t device;
    struct table *table = find_or_add(tables, ask);
    if (!table || !tables->mounts)
        return table;
    mounts_follow(tables->mounts);
    bool may_hang = mounts_may_hang(tables->mounts, table->file, &device);
    if (!may_hang)
        far_table_end(table);
    else if (!table->far && far_table_begin(table, tables->epoll) < 0)
        return NULL;
    return table;
}

/* ---- read by another process ---- */

int tables_read_apart(struct tables *tables, int64_t timeout_ms)
{
    tables->timeout_ms = timeout_ms;
    if (tables->epoll < 0)
        tables->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!tables->mounts)
        tables->mounts = mounts_new();
    return tables->mounts && tables->epoll >= 0 ? 0 : -ENOMEM;
}

int tables_descriptor(const struct tables *tables)
{
    return tables->epoll;
}

bool tables_take(struct tables *tables)
{
    bool is_news = false;
    for (struct table *it = tables->first; it; it = it->next)
        is_news |= it->far && far_table_take(it, tables->timeout_ms);
    return is_news;
}

int64_t tables_next(const struct tables *tables)
{
    int64_t next = INT64_MAX;
    for (const struct table *it = tables->first; it; it = it->next)
        if (it->far)
            next = earlier(next, far_table_next(it, tables->timeout_ms));
    return next;
}

bool tables_are_apart(const struct tables *tables, const struct table_ask *ask)
{
    const struct table *table = find_known(tables, ask);
    return table && table->far;
}

void tables_list_silent(const struct tables *tables,
    void (*each)(void *context, const char *file, const char *message), void *context)
{
    for (const struct table *it = tables->first; it; it = it->next) {
        struct str message = STR_INIT(4096);
        if (!far_table_is_silent(it))
            continue;
        far_table_explain(it, &message);
        each(context, it->file, str_text(&message));
        str_release(&message);
    }
}

/* ---- columns ---- */

static const char *const target_columns[] = {"lead_id", "contact_id"};

static int check_column(const struct table *table, const char *name, struct str *why)
{
    size_t column;
    int result = contents_find_column(&table->contents, name, &column);
    if (result == 0)
        return 0;
    table_refuse(table->file, why, result == -EEXIST ? "has two columns " : "has no column ");
    contents_add_quoted(why, name);
    if (result == -EEXIST)
        str_add(why, REMEDY "give one of them another name");
    else
        contents_add_columns(&table->contents, why);
    return -EINVAL;
}

/** One of them is enough. */
static int check_target(const struct table *table, struct str *why)
{
    bool is_there = false;
    for (size_t i = 0; i < COUNT(target_columns); i++) {
        size_t column;
        int result = contents_find_column(&table->contents, target_columns[i], &column);
        if (result == -EEXIST)
            return check_column(table, target_columns[i], why);
        is_there |= result == 0;
    }
    if (is_there)
        return 0;
    table_refuse(table->file, why, "has no column \"lead_id\" or \"contact_id\"");
    contents_add_columns(&table->contents, why);
    return -EINVAL;
}

static int check_columns(const struct table *table, const struct table_ask *ask, struct str *why)
{
    int result = ask->is_for_values ? 0 : check_target(table, why);
    for (const struct json *it = json_first(ask->columns); it && !result; it = json_next(it))
        result = check_column(table, json_text(it), why);
    return result;
}

/** One that is there already has the same value, or is one that nobody asks for. */
static int add_value(struct json *values, const char *column, const char *text)
{
    CLEANUP(free_text) char *name = str_format("row.%s", column);
    if (!name)
        return -ENOMEM;
    return json_get(values, name) ? 0 : json_add_text(values, name, text);
}

/** In the spelling of who asks. */
static int add_asked(
    const struct contents *contents, const struct row *row, const char *name, struct json *values)
{
    size_t column;
    if (contents_find_column(contents, name, &column) < 0)
        return 0;
    return add_value(values, name, row_field(row, column));
}

static int add_values(const struct contents *contents, const struct table_ask *ask,
    const struct row *row, struct json *values)
{
    int result = 0;
    for (size_t i = 0; i < contents->column_count && !result; i++)
        if (*contents->columns[i])
            result = add_value(values, contents->columns[i], row_field(row, i));
    for (const struct json *it = json_first(ask->columns); it && !result; it = json_next(it))
        result = add_asked(contents, row, json_text(it), values);
    for (size_t i = 0; i < COUNT(target_columns) && !result; i++)
        result = add_asked(contents, row, target_columns[i], values);
    return result;
}

/* ---- looking up ---- */

static char *without_blanks(const char *text)
{
    size_t length = strlen(text);
    utf8_trim(&text, &length);
    return strndup(text, length);
}

/** Whether a row may not be whole yet: the last one, of a table that looks cut off. */
static bool is_growing(
    const struct table *table, const struct table_patience *patience, const struct row *row)
{
    bool is_last = table_may_grow(table, patience);
    for (size_t i = 0; i < table->contents.count && is_last; i++)
        is_last = table->contents.rows[i].line <= row->line;
    return is_last;
}

static void refuse_key(const struct table_ask *ask, const char *key, struct str *why)
{
    contents_add_quoted(why, key);
    str_add(why, ask->key_is_in_name ? ", taken from the file's name," : "");
    str_add(why, " is not in the list ");
    utf8_escape(why, ask->file, strlen(ask->file));
    if (ask->column) {
        str_add(why, ", column ");
        contents_add_quoted(why, ask->column);
    }
}

static int find_values(struct table *table, const struct table_ask *ask, const char *key,
    struct json *values, struct str *why)
{
    const struct row *rows[2];
    int result = contents_find_rows(&table->contents, key, rows);
    if (result)
        return result;
    const struct table_patience patience = patience_of(ask);
    if (rows[0] && is_growing(table, &patience, rows[0])) {
        table_refuse(table->file, why, "may be truncated in its last row");
        return -ENODATA;
    }
    if (rows[0] && !rows[1])
        return add_values(&table->contents, ask, rows[0], values);
    refuse_key(ask, key, why);
    if (rows[0] && rows[1])
        str_printf(why, ", but several like it, as in lines %u and %u", (unsigned)rows[0]->line,
            (unsigned)rows[1]->line);
    str_add(why, REMEDY "compare ");
    contents_add_quoted(why, key);
    str_add(why, " with the document; if it is wrong, rename the file so that it has the right "
                 "one; if it is "
                 "right, ask the administrator to add it to the list");
    return -ENOENT;
}

/** Returns what `answers` has. */
static int lookup(struct tables *tables, const struct table_ask *ask, const char *key,
    struct json *values, struct str *why)
{
    struct table *table = find_table(tables, ask);
    CLEANUP(free_text) char *bare = without_blanks(key);
    const struct table_patience patience = patience_of(ask);
    int result = table && bare ? table_refresh(table, &patience, why) : -ENOMEM;
    if (result == 0)
        result = check_columns(table, ask, why);
    if (result == 0)
        result = find_values(table, ask, bare, values, why);
    bool is_lacking = result == -EINVAL || result == -ENOENT;
    bool may_come = is_lacking && (table_may_grow(table, &patience) || far_table_is_silent(table));
    return may_come ? -ENODATA : result;
}

static const struct {
    int result;
    enum table_answer answer;
    const char *words;
} answers[] = {
    {0, TABLE_FOUND, NULL},
    {-ENOENT, TABLE_NO_SUCH_KEY, NULL},
    {-EINVAL, TABLE_UNUSABLE, NULL},
    {-ENODATA, TABLE_INCOMPLETE, NULL},
    {-EAGAIN, TABLE_CHANGING, "changed a moment ago and may not be complete yet"},
    {-EBUSY, TABLE_CHANGING, "is open for writing in another program"},
    {-ENOMEM, TABLE_CHANGING, "cannot be read: out of memory"},
    {-EINPROGRESS, TABLE_CHANGING, "is being read from its file server"},
    {-ETIMEDOUT, TABLE_INCOMPLETE, NULL},
};

enum table_answer tables_lookup(struct tables *tables, const struct table_ask *ask, const char *key,
    struct json *values, struct str *why)
{
    size_t i = 0;
    int result = lookup(tables, ask, key, values, why);
    while (answers[i].result != result)
        i++;
    if (answers[i].words)
        table_refuse(ask->file, why, answers[i].words);
    return answers[i].answer;
}

int tables_check(struct tables *tables, const struct table_ask *ask, struct str *why)
{
    struct table_ask now = *ask;
    now.takes_young = true;
    struct table *table = find_table(tables, &now);
    const struct table_patience patience = patience_of(&now);
    int result = table ? table_refresh(table, &patience, why) : -ENOMEM;
    if (result == -EAGAIN)
        return table_refuse(ask->file, why, "is being written by another program; retry later");
    if (result == -ENOMEM)
        return table_refuse(ask->file, why, "cannot be read: out of memory");
    return result ? result : check_columns(table, ask, why);
}
