/** Jobs in SQLite: one is loaded, found by its file, due, waits, or is claimed. */
#include "sqlite.h"
#include "store_row.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

struct job *store_load(struct store *store, int64_t id)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LOAD);
    bind_int(statement, ":id", id);
    return read_one_job(store, statement);
}

static struct job *find_by_handle(
    struct store *store, const char *folder, const struct identity *identity)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND);
    bind_text(statement, ":folder", folder);
    bind_bytes(statement, ":handle", identity->handle, identity->handle_length);
    bind_identity(statement, identity);
    return read_one_job(store, statement);
}

static struct job *find_by_path(
    struct store *store, const char *folder, const struct identity *identity, const char *path)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND_BY_PATH);
    bind_text(statement, ":folder", folder);
    bind_path(statement, ":path", path);
    bind_identity(statement, identity);
    return read_one_job(store, statement);
}

struct job *store_find(
    struct store *store, const char *folder, const struct identity *identity, const char *path)
{
    struct job *job = identity->handle_length ? find_by_handle(store, folder, identity) : NULL;
    return job || !path ? job : find_by_path(store, folder, identity, path);
}

struct job *store_find_waiting(struct store *store, const char *folder, const char *path)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND_WAITING);
    bind_text(statement, ":folder", folder);
    bind_path(statement, ":path", path);
    return read_one_job(store, statement);
}

struct job *store_find_kept(struct store *store, const struct job *than)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND_KEPT);
    bind_int(statement, ":id", than->id);
    bind_text(statement, ":folder", than->folder);
    bind_bytes(statement, ":handle", than->identity.handle, than->identity.handle_length);
    bind_path(statement, ":path", than->path);
    bind_int(statement, ":size", than->identity.size);
    return read_one_job(store, statement);
}

bool store_has_successor(struct store *store, const struct job *job)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HAS_SUCCESSOR);
    bind_text(statement, ":folder", job->folder);
    bind_path(statement, ":path", job->path);
    bind_int(statement, ":id", job->id);
    return read_one_int(store, statement, 0) > 0;
}

bool store_has_put_away(struct store *store, const char *folder, const char *directory,
    int64_t since_ms, int64_t until_ms)
{
    CLEANUP(free_text) char *first = str_format("%s/", directory);
    CLEANUP(free_text) char *beyond = str_format("%s0", directory); /* the next byte after '/' */
    if (!first || !beyond)
        return false;
    sqlite3_stmt *statement = statement_of(store, SQL_HAS_PUT_AWAY);
    bind_text(statement, ":folder", folder);
    bind_path(statement, ":path", first);
    bind_path(statement, ":beyond", beyond);
    bind_int(statement, ":since_ms", since_ms);
    bind_int(statement, ":until_ms", until_ms);
    return read_one_int(store, statement, 0) > 0;
}

/* ---- what is due ---- */

struct job *store_due(
    struct store *store, const char *folder, enum job_state state, bool suspects, int64_t now_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_DUE);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":state", job_state_names[state]);
    bind_int(statement, ":suspect", suspects);
    bind_int(statement, ":due_ms", now_ms);
    return read_one_job(store, statement);
}

int64_t store_next_due(struct store *store, const char *folder, enum job_state state, bool suspects)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NEXT_DUE);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":state", job_state_names[state]);
    bind_int(statement, ":suspect", suspects);
    return read_one_int(store, statement, INT64_MAX);
}

int64_t store_suspects(struct store *store)
{
    return read_one_int(store, statement_of(store, SQL_SUSPECTS), 0);
}

struct job *store_unsorted(struct store *store, const char *folder, const char *rules_digest)
{
    sqlite3_stmt *statement = statement_of(store, SQL_UNSORTED);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":mark", rules_digest);
    return read_one_job(store, statement);
}

void store_wake(struct store *store, const char *error_code, int64_t due_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_WAKE);
    bind_text(statement, ":error_code", error_code);
    bind_int(statement, ":due_ms", due_ms);
    carry_out(store, statement);
}

void store_wake_changed(
    struct store *store, const char *folder, const char *rules_digest, int64_t due_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_WAKE_CHANGED);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":mark", rules_digest);
    bind_int(statement, ":due_ms", due_ms);
    carry_out(store, statement);
}

void store_clamp(struct store *store, int64_t most_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_CLAMP);
    bind_int(statement, ":due_ms", most_ms);
    bind_int(statement, ":never", JOB_DUE_NEVER);
    carry_out(store, statement);
}

void store_shift(struct store *store, int64_t by_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_SHIFT);
    bind_int(statement, ":by_ms", by_ms);
    bind_int(statement, ":never", JOB_DUE_NEVER);
    carry_out(store, statement);
    statement = statement_of(store, SQL_LEFT_SHIFT);
    bind_int(statement, ":by_ms", by_ms);
    carry_out(store, statement);
}

/* ---- what a crash left claimed ---- */

struct job *store_next_claimed(struct store *store, int64_t after)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NEXT_CLAIMED);
    bind_int(statement, ":id", after);
    return read_one_job(store, statement);
}

int64_t store_count_claimed(struct store *store)
{
    return read_one_int(store, statement_of(store, SQL_COUNT_CLAIMED), 0);
}
