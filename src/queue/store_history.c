/** History, lists, counts and numbers in SQLite. */
#include "sqlite.h"
#include "store_row.h"

#include "closedrop/base/cleanup.h"

void store_note(struct store *store, int64_t job, int64_t at_ms, const char *state, const char *why)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NOTE);
    bind_int(statement, ":id", job);
    bind_int(statement, ":at_ms", at_ms);
    bind_text(statement, ":state", state);
    bind_text(statement, ":why", why ? why : "");
    carry_out(store, statement);
}

int64_t store_last_note(struct store *store)
{
    return read_one_int(store, statement_of(store, SQL_LAST_NOTE), 0);
}

void store_history(struct store *store, int64_t job,
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HISTORY);
    bind_int(statement, ":id", job);
    while (next_row(store, statement))
        each(context, sqlite3_column_int64(statement, 0),
            (const char *)sqlite3_column_text(statement, 1),
            (const char *)sqlite3_column_text(statement, 2));
    sqlite3_reset(statement);
}

/* ---- lists ---- */

static void for_each_job(struct store *store, sqlite3_stmt *statement,
    void (*each)(void *context, const struct job *job), void *context)
{
    while (next_row(store, statement)) {
        CLEANUP(job_freep) struct job *job = read_job(store, statement);
        if (job)
            each(context, job);
    }
    sqlite3_reset(statement);
}

void store_list(struct store *store, const struct store_filter *filter,
    void (*each)(void *context, const struct job *job), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LIST);
    bind_text(statement, ":folder", filter->folder);
    bind_text(statement, ":rule", filter->rule);
    bind_text(statement, ":state", filter->state < 0 ? NULL : job_state_names[filter->state]);
    bind_int(statement, ":held", filter->held);
    bind_int(statement, ":below", filter->below ? filter->below : INT64_MAX);
    bind_int(statement, ":limit", filter->limit);
    for_each_job(store, statement, each, context);
}

void store_not_put_away(struct store *store, int most,
    void (*each)(void *context, const struct job *job), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NOT_PUT_AWAY);
    bind_int(statement, ":limit", most);
    for_each_job(store, statement, each, context);
}

size_t store_failed(struct store *store, const struct failed_filter *filter, int64_t after,
    int64_t *ids, size_t most)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FAILED);
    bind_text(statement, ":folder", filter->folder);
    bind_text(statement, ":rule", filter->rule);
    bind_text(statement, ":code", filter->code);
    bind_int(statement, ":id", after);
    bind_int(statement, ":limit", (int64_t)most);
    return read_ids(store, statement, ids, most);
}

size_t store_in_failed(
    struct store *store, const char *folder, int64_t after, int64_t *ids, size_t most)
{
    sqlite3_stmt *statement = statement_of(store, SQL_IN_FAILED);
    bind_text(statement, ":folder", folder);
    bind_int(statement, ":id", after);
    bind_int(statement, ":limit", (int64_t)most);
    return read_ids(store, statement, ids, most);
}

/* ---- counts ---- */

void store_count(struct store *store, const char *folder, struct store_counts *ret_counts)
{
    struct store_counts counts = {0};
    sqlite3_stmt *statement = statement_of(store, SQL_COUNT);
    bind_text(statement, ":folder", folder);
    while (next_row(store, statement)) {
        int state = column_name(statement, 0, job_state_names, JOB_STATES);
        int64_t number = sqlite3_column_int64(statement, 2);
        if (state < 0)
            continue;
        counts.by_state[state] += number;
        if ((state == JOB_DONE || state == JOB_FAILED) && !sqlite3_column_int(statement, 1))
            counts.not_put_away += number;
    }
    sqlite3_reset(statement);
    *ret_counts = counts;
}

void store_folders(struct store *store,
    void (*each)(void *context, const char *folder, int64_t jobs, int64_t waiting), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FOLDERS);
    while (next_row(store, statement))
        each(context, (const char *)sqlite3_column_text(statement, 0),
            sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 2));
    sqlite3_reset(statement);
}

void store_rules_gone(
    struct store *store, void (*each)(void *context, const char *rule, int64_t jobs), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_RULES_GONE);
    bind_int(statement, ":never", JOB_DUE_NEVER);
    while (next_row(store, statement))
        each(context, (const char *)sqlite3_column_text(statement, 0),
            sqlite3_column_int64(statement, 1));
    sqlite3_reset(statement);
}

/* ---- numbers ---- */

int64_t store_number(struct store *store, const char *name)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NUMBER);
    bind_text(statement, ":name", name);
    return read_one_int(store, statement, 0);
}

void store_set_number(struct store *store, const char *name, int64_t value)
{
    sqlite3_stmt *statement = statement_of(store, SQL_SET_NUMBER);
    bind_text(statement, ":name", name);
    bind_int(statement, ":value", value);
    carry_out(store, statement);
}
