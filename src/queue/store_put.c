/**
 * How a job is written: a new one whole, a known one where its row differs. So an update touches
 * only the indexes of what has changed.
 */
#include "sqlite.h"
#include "store_count.h"
#include "store_names.h"

#include "closedrop/base/str.h"
#include "closedrop/queue/checksum.h"
#include "job_fields.h"

#include <string.h>

static void bind_field(
    sqlite3_stmt *statement, int parameter, const struct job *job, const struct job_field *field)
{
    const char *text = job_field_text(job, field);
    if (field->kind == COLUMN_HANDLE)
        sqlite3_bind_blob(statement, parameter, job->identity.handle,
            (int)job->identity.handle_length, SQLITE_STATIC);
    else if (field->kind == COLUMN_PATH)
        sqlite3_bind_blob(statement, parameter, text, text ? (int)strlen(text) : 0, SQLITE_STATIC);
    else if (field->kind >= COLUMN_NAME)
        sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_int64(statement, parameter, job_field_number(job, field));
}

static void insert(struct store *store, struct job *job)
{
    sqlite3_stmt *statement = statement_of(store, SQL_INSERT);
    int parameter = 1;
    for (const struct job_field *field = job_fields; field->column; field++)
        bind_field(statement, parameter++, job, field);
    sqlite3_bind_int64(statement, parameter, checksum_job(job));
    carry_out(store, statement);
    job->id = sqlite3_last_insert_rowid(store->database);
    names_note(store, job);
    count_job_after(store, job);
}

/* ---- what has changed ---- */

static bool has_bytes(sqlite3_stmt *row, int column, const void *bytes, size_t length)
{
    const void *written = sqlite3_column_blob(row, column);
    return (size_t)sqlite3_column_bytes(row, column) == length &&
           (!length || memcmp(written, bytes, length) == 0);
}

static bool is_as_written(
    sqlite3_stmt *row, int column, const struct job *job, const struct job_field *field)
{
    if (field->kind == COLUMN_HANDLE)
        return has_bytes(row, column, job->identity.handle, job->identity.handle_length);
    if (field->kind < COLUMN_NAME)
        return sqlite3_column_int64(row, column) == job_field_number(job, field);
    const char *text = job_field_text(job, field);
    bool is_null = sqlite3_column_type(row, column) == SQLITE_NULL;
    return text && !is_null ? has_bytes(row, column, text, strlen(text)) : !text && is_null;
}

/** The fields that the job's row has otherwise, a bit each. */
static uint64_t changed_fields(struct store *store, const struct job *job)
{
    uint64_t changed = 0;
    sqlite3_stmt *row = statement_of(store, QUERY_LOAD);
    sqlite3_bind_int64(row, 1, job->id);
    if (next_row(store, row))
        for (int i = 0; job_fields[i].column; i++)
            if (!is_as_written(row, i + 1, job, &job_fields[i]))
                changed |= UINT64_C(1) << i;
    if (changed & count_fields())
        count_row_before(store, row);
    sqlite3_reset(row);
    return changed;
}

/* ---- the statement for it ---- */

static sqlite3_stmt *prepare_update(struct store *store, uint64_t fields)
{
    sqlite3_stmt *statement = NULL;
    struct str sql = STR_INIT(4096);
    str_add(&sql, SQL_UPDATE);
    for (int i = 0; job_fields[i].column; i++)
        if (fields >> i & 1)
            str_printf(&sql, "%s = ?, ", job_fields[i].column);
    str_add(&sql, SQL_UPDATE_END);
    int code = str_error(&sql) ? SQLITE_NOMEM
                               : sqlite3_prepare_v3(store->database, str_text(&sql), -1,
                                     SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    str_release(&sql);
    fail(store, code);
    return statement;
}

/** One that was prepared before, or now, in place of the one that was prepared first. */
static sqlite3_stmt *update_of(struct store *store, uint64_t fields)
{
    for (size_t i = 0; i < UPDATES_KEPT; i++)
        if (store->updates[i].fields == fields)
            return store->updates[i].statement;
    struct update *update = &store->updates[store->oldest_update];
    store->oldest_update = (store->oldest_update + 1) % UPDATES_KEPT;
    sqlite3_finalize(update->statement);
    update->statement = prepare_update(store, fields);
    update->fields = update->statement ? fields : 0;
    return update->statement;
}

static void write_fields(struct store *store, uint64_t fields, const struct job *job)
{
    sqlite3_stmt *statement = update_of(store, fields);
    int parameter = 1;
    if (!statement)
        return;
    for (int i = 0; job_fields[i].column; i++)
        if (fields >> i & 1)
            bind_field(statement, parameter++, job, &job_fields[i]);
    sqlite3_bind_int64(statement, parameter++, checksum_job(job));
    sqlite3_bind_int64(statement, parameter, job->id);
    carry_out(store, statement);
}

static uint64_t bit_of(const char *column)
{
    return UINT64_C(1) << (job_field_of(column) - job_fields);
}

void store_put(struct store *store, struct job *job)
{
    if (!job->id) {
        insert(store, job);
        return;
    }
    uint64_t changed = changed_fields(store, job);
    if (changed)
        write_fields(store, changed, job);
    if (changed & count_fields())
        count_job_after(store, job);
    if (changed & (bit_of("path") | bit_of("queued_ms")))
        names_note(store, job);
}
