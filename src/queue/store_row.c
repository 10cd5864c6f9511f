/** Rows of SQLite: read, column by column, and checked that they are what was written. */
#include "store_row.h"

#include "sqlite.h"

#include "closedrop/base/array.h"
#include "closedrop/queue/checksum.h"
#include "closedrop/queue/filed_memory.h"
#include "job_fields.h"

#include <stdlib.h>
#include <string.h>

static void read_handle(sqlite3_stmt *statement, int column, struct identity *identity)
{
    bool is_blob = sqlite3_column_type(statement, column) == SQLITE_BLOB; /* in an index, too */
    size_t length = (size_t)sqlite3_column_bytes(statement, column);
    const void *handle = sqlite3_column_blob(statement, column);
    if (is_blob && handle && length <= sizeof(identity->handle)) {
        memcpy(identity->handle, handle, length);
        identity->handle_length = length;
    }
}

/** Rows of before there were checksums are believed. */
static void check_row(struct store *store, int64_t written, int64_t now)
{
    if (written != CHECKSUM_NONE && written != now)
        fail_as_damaged(store);
}

static void read_field(struct store *store, sqlite3_stmt *statement, int column, struct job *job,
    const struct job_field *field)
{
    char **text = job_field_owned(job, field);
    if (text)
        *text = (char *)(uintptr_t)sqlite3_column_text(statement, column);
    else if (field->kind == COLUMN_HANDLE)
        read_handle(statement, column, &job->identity);
    else if (field->kind != COLUMN_NAME)
        job_field_set_number(job, field, sqlite3_column_int64(statement, column));
    else {
        int name = column_name(statement, column, field->names, field->count);
        if (name < 0)
            fail_as_damaged(store);
        else
            job_field_set_number(job, field, name);
    }
}

/** The first column is the id, the last the checksum. The texts are the row's. */
static void read_fields(
    struct store *store, sqlite3_stmt *statement, int column, struct job *ret_job)
{
    *ret_job = (struct job){.id = sqlite3_column_int64(statement, column++)};
    for (const struct job_field *field = job_fields; field->column; field++)
        read_field(store, statement, column++, ret_job, field);
    if (sqlite3_errcode(store->database) == SQLITE_NOMEM)
        fail(store, SQLITE_NOMEM);
    else if (!ret_job->folder || !ret_job->path)
        fail_as_damaged(store);
    if (!store->failure)
        check_row(store, sqlite3_column_int64(statement, column), checksum_job(ret_job));
}

/** A job with texts of its own; NULL if memory is short. */
static struct job *copy_of(const struct job *row)
{
    struct job *job = malloc(sizeof(*job));
    bool is_whole = job != NULL;
    if (job)
        *job = *row;
    for (const struct job_field *field = job_fields; job && field->column; field++) {
        char **text = job_field_owned(job, field);
        if (text && *text) {
            *text = strdup(*text);
            is_whole = is_whole && *text;
        }
    }
    if (is_whole)
        return job;
    job_free(job);
    return NULL;
}

struct job *read_job_from(struct store *store, sqlite3_stmt *statement, int first)
{
    struct job row;
    read_fields(store, statement, first, &row);
    if (store->failure)
        return NULL;
    struct job *job = copy_of(&row);
    if (!job)
        fail(store, SQLITE_NOMEM);
    return job;
}

struct job *read_job(struct store *store, sqlite3_stmt *statement)
{
    return read_job_from(store, statement, 0);
}

/* ---- other rows ---- */

void check_posting(struct store *store, sqlite3_stmt *row)
{
    const char *token = (const char *)sqlite3_column_text(row, 0);
    const char *lead_id = (const char *)sqlite3_column_text(row, 1);
    int activity = column_name(row, 2, activity_kind_names, ACTIVITY_KINDS);
    if (activity < 0 || !token || !lead_id)
        fail_as_damaged(store);
    else
        check_row(store, sqlite3_column_int64(row, 6),
            checksum_posting(sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5), token,
                lead_id, activity_kind_names[activity], sqlite3_column_int64(row, 3)));
}

void check_effect(struct store *store, sqlite3_stmt *row)
{
    const struct query effect = {.activity = (const char *)sqlite3_column_text(row, 0),
        .state = (const char *)sqlite3_column_text(row, 1),
        .why = (const char *)sqlite3_column_text(row, 2),
        .name = (const char *)sqlite3_column_text(row, 3),
        .at_ms = sqlite3_column_int64(row, 4),
        .number = sqlite3_column_int64(row, 5),
        .nth = sqlite3_column_int64(row, 6),
        .id = sqlite3_column_int64(row, 7)};
    check_row(store, sqlite3_column_int64(row, 8), checksum_effect(&effect));
}

/** Its key is of these types, or it was not found by the same bytes of another. */
static bool has_types_of_filing(sqlite3_stmt *row)
{
    return sqlite3_column_type(row, 6) == SQLITE_BLOB &&
           sqlite3_column_type(row, 0) == SQLITE_TEXT && sqlite3_column_type(row, 2) == SQLITE_TEXT;
}

void check_filing(struct store *store, sqlite3_stmt *row)
{
    bool is_of_its_types = has_types_of_filing(row); /* which reading may change */
    const struct filing filing = {.lead_id = (const char *)sqlite3_column_text(row, 0),
        .rule = (const char *)sqlite3_column_text(row, 1),
        .at_ms = sqlite3_column_int64(row, 3),
        .job = sqlite3_column_int64(row, 4)};
    const char *activity = (const char *)sqlite3_column_text(row, 2);
    const uint8_t *sha256 = sqlite3_column_blob(row, 6);
    bool is_whole = is_of_its_types && sha256 && sqlite3_column_bytes(row, 6) == DIGEST_SHA256_SIZE;
    if (!is_whole || !activity || !filing.lead_id || !filing.rule)
        fail_as_damaged(store);
    else
        check_row(store, sqlite3_column_int64(row, 5), checksum_filing(sha256, activity, &filing));
}
