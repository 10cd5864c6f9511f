/** Rows of SQLite: read, column by column, written, and checked that they are what was written. */
#include "store_row.h"

#include "sqlite.h"

#include "closedrop/base/array.h"
#include "closedrop/queue/checksum.h"

#include <stdlib.h>
#include <string.h>

void bind_identity(sqlite3_stmt *statement, const struct identity *identity)
{
    bind_int(statement, ":size", identity->size);
    bind_int(statement, ":mtime_ns", identity->mtime_ns);
}

static void read_identity(sqlite3_stmt *statement, int column, struct identity *identity)
{
    size_t length = (size_t)sqlite3_column_bytes(statement, column);
    const void *handle = sqlite3_column_blob(statement, column);
    if (handle && length <= sizeof(identity->handle)) {
        memcpy(identity->handle, handle, length);
        identity->handle_length = length;
    }
    identity->size = sqlite3_column_int64(statement, column + 1);
    identity->mtime_ns = sqlite3_column_int64(statement, column + 2);
}

void check_row(struct store *store, int64_t written, int64_t now)
{
    if (now == CHECKSUM_NONE)
        fail(store, SQLITE_NOMEM);
    else if (written != CHECKSUM_NONE && written != now)
        fail_as_damaged(store);
}

struct job *read_job(struct store *store, sqlite3_stmt *statement)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job) {
        fail(store, SQLITE_NOMEM);
        return NULL;
    }
    int c = 0;
    job->id = sqlite3_column_int64(statement, c++);
    job->folder = column_copy(store, statement, c++);
    job->path = column_copy(store, statement, c++);
    read_identity(statement, c, &job->identity);
    c += 3;
    int state = column_name(statement, c++, job_state_names, JOB_STATES);
    int ending = column_name(statement, c++, job_ending_names, JOB_ENDINGS);
    job->claimed = sqlite3_column_int(statement, c++);
    job->suspect = sqlite3_column_int(statement, c++);
    int put_away = sqlite3_column_int(statement, c++);
    job->put_away = put_away < JOB_NOT_PUT_AWAY || put_away > JOB_DISCARDED
                        ? JOB_PUT_AWAY
                        : (enum job_put_away)put_away;
    job->attempts = sqlite3_column_int(statement, c++);
    job->crashes = sqlite3_column_int(statement, c++);
    job->due_ms = sqlite3_column_int64(statement, c++);
    char **const texts[] = {&job->location, &job->error_code, &job->error_message,
        &job->content_type, &job->sha256, &job->md5, &job->download_url, &job->token,
        &job->rules_digest, &job->rule, &job->group, &job->values, &job->lead_id, &job->contact_id,
        &job->activity_id};
    for (size_t i = 0; i < COUNT(texts); i++)
        *texts[i] = column_copy(store, statement, c++);
    job->queued_ms = sqlite3_column_int64(statement, c++);
    job->uploaded_ms = sqlite3_column_int64(statement, c++);
    job->done_ms = sqlite3_column_int64(statement, c++);
    int activity = column_name(statement, c++, activity_kind_names, ACTIVITY_KINDS);
    job->posting = sqlite3_column_int64(statement, c++);
    job->verifications = sqlite3_column_int(statement, c++);
    job->reconcile = sqlite3_column_int(statement, c++);
    int64_t checksum = sqlite3_column_int64(statement, c++);
    job->queued_path = column_copy(store, statement, c++);
    job->filed_path = column_copy(store, statement, c++);
    job->approved = sqlite3_column_int(statement, c++);
    job->entered = sqlite3_column_int64(statement, c++);
    job->released = sqlite3_column_int(statement, c++);
    job->sender = column_copy(store, statement, c++);
    int held = sqlite3_column_int(statement, c++);
    job->closed = sqlite3_column_int64(statement, c++);
    if (state < 0 || ending < 0 || activity < 0 || !job->folder || !job->path)
        fail_as_damaged(store);
    job->state = (enum job_state)(state < 0 ? 0 : state);
    job->ending = (enum job_ending)(ending < 0 ? 0 : ending);
    job->activity = (enum activity_kind)(activity < 0 ? 0 : activity);
    job->held = held < HELD_NEVER || held > HELD_BEFORE ? HELD_BEFORE : (enum job_held)held;
    if (!store->failure)
        check_row(store, checksum, checksum_job(job));
    if (store->failure) {
        job_free(job);
        return NULL;
    }
    return job;
}

struct job *read_one_job(struct store *store, sqlite3_stmt *statement)
{
    struct job *job = next_row(store, statement) ? read_job(store, statement) : NULL;
    sqlite3_reset(statement);
    return job;
}

void store_insert(struct store *store, struct job *job)
{
    sqlite3_stmt *statement = statement_of(store, SQL_INSERT);
    bind_text(statement, ":folder", job->folder);
    bind_path(statement, ":path", job->path);
    bind_bytes(statement, ":handle", job->identity.handle, job->identity.handle_length);
    bind_identity(statement, &job->identity);
    bind_text(statement, ":state", job_state_names[job->state]);
    bind_int(statement, ":due_ms", job->due_ms);
    bind_int(statement, ":queued_ms", job->queued_ms);
    bind_int(statement, ":reconcile", job->reconcile);
    bind_int(statement, ":checksum", checksum_job(job));
    bind_int(statement, ":entered", job->entered);
    carry_out(store, statement);
    job->id = sqlite3_last_insert_rowid(store->database);
}

void store_update(struct store *store, const struct job *job)
{
    sqlite3_stmt *statement = statement_of(store, SQL_UPDATE);
    bind_int(statement, ":id", job->id);
    bind_path(statement, ":path", job->path);
    bind_bytes(statement, ":handle", job->identity.handle, job->identity.handle_length);
    bind_identity(statement, &job->identity);
    bind_text(statement, ":state", job_state_names[job->state]);
    bind_text(statement, ":ending", job_ending_names[job->ending]);
    bind_int(statement, ":in_hand", job->claimed);
    bind_int(statement, ":suspect", job->suspect);
    bind_int(statement, ":filed", job->put_away);
    bind_int(statement, ":attempts", job->attempts);
    bind_int(statement, ":deaths", job->crashes);
    bind_int(statement, ":due_ms", job->due_ms);
    bind_path(statement, ":place", job->location);
    bind_text(statement, ":error_code", job->error_code);
    bind_text(statement, ":error_message", job->error_message);
    bind_text(statement, ":content_type", job->content_type);
    bind_text(statement, ":sha256", job->sha256);
    bind_text(statement, ":md5", job->md5);
    bind_text(statement, ":download_url", job->download_url);
    bind_text(statement, ":token", job->token);
    bind_int(statement, ":uploaded_ms", job->uploaded_ms);
    bind_int(statement, ":done_ms", job->done_ms);
    bind_text(statement, ":mark", job->rules_digest ? job->rules_digest : "");
    bind_text(statement, ":rule", job->rule);
    bind_text(statement, ":group_key", job->group);
    bind_text(statement, ":job_values", job->values);
    bind_text(statement, ":lead_id", job->lead_id);
    bind_text(statement, ":contact_id", job->contact_id);
    bind_text(statement, ":activity_id", job->activity_id);
    bind_text(statement, ":activity", activity_kind_names[job->activity]);
    bind_int(statement, ":posting", job->posting);
    bind_int(statement, ":looks", job->verifications);
    bind_int(statement, ":reconcile", job->reconcile);
    bind_int(statement, ":checksum", checksum_job(job));
    bind_path(statement, ":queued_path", job->queued_path);
    bind_path(statement, ":filed_path", job->filed_path);
    bind_int(statement, ":approved", job->approved);
    bind_int(statement, ":entered", job->entered);
    bind_int(statement, ":released", job->released);
    bind_text(statement, ":sender", job->sender);
    bind_int(statement, ":held", job->held);
    bind_int(statement, ":closed", job->closed);
    carry_out(store, statement);
}

/* ---- other rows ---- */

struct posting read_posting(struct store *store, sqlite3_stmt *statement)
{
    struct posting posting = {.token = (const char *)sqlite3_column_text(statement, 0),
        .lead_id = (const char *)sqlite3_column_text(statement, 1),
        .activity = column_name(statement, 2, activity_kind_names, ACTIVITY_KINDS),
        .at_ms = sqlite3_column_int64(statement, 3)};
    if (posting.activity < 0 || !posting.token || !posting.lead_id)
        fail_as_damaged(store);
    else
        check_row(store, sqlite3_column_int64(statement, 6),
            checksum_posting(sqlite3_column_int64(statement, 4), sqlite3_column_int64(statement, 5),
                posting.token, posting.lead_id, activity_kind_names[posting.activity],
                posting.at_ms));
    return posting;
}

struct filing read_filing(struct store *store, sqlite3_stmt *statement)
{
    struct filing filing = {.lead_id = (const char *)sqlite3_column_text(statement, 0),
        .rule = (const char *)sqlite3_column_text(statement, 1),
        .at_ms = sqlite3_column_int64(statement, 2),
        .job = sqlite3_column_int64(statement, 3)};
    const uint8_t *sha256 = sqlite3_column_blob(statement, 4);
    const char *activity = (const char *)sqlite3_column_text(statement, 5);
    bool is_whole = sha256 && sqlite3_column_bytes(statement, 4) == DIGEST_SHA256_SIZE;
    if (!is_whole || !activity || !filing.lead_id || !filing.rule)
        fail_as_damaged(store);
    else
        check_row(
            store, sqlite3_column_int64(statement, 6), checksum_filing(sha256, activity, &filing));
    return filing;
}
