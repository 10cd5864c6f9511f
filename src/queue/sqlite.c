/** The connection to SQLite: statements, rows, transactions; the first failure of each is kept. */
#include "sqlite.h"
#include "store_end.h"

#include "closedrop/base/shortage.h"

#include <errno.h>
#include <string.h>

void fail(struct store *store, int code)
{
    if (!store->failure && code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
        store->failure = code;
}

void fail_as_damaged(struct store *store)
{
    bool is_short = sqlite3_errcode(store->database) == SQLITE_NOMEM;
    fail(store, is_short ? SQLITE_NOMEM : SQLITE_CORRUPT);
}

sqlite3_stmt *statement_of(struct store *store, int sql)
{
    sqlite3_stmt *statement = store->statements[sql];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return statement;
}

bool next_row(struct store *store, sqlite3_stmt *statement)
{
    if (store->failure)
        return false;
    int code = sqlite3_step(statement);
    fail(store, code);
    if (code != SQLITE_ROW)
        sqlite3_reset(statement);
    return code == SQLITE_ROW;
}

void carry_out(struct store *store, sqlite3_stmt *statement)
{
    (void)next_row(store, statement);
    sqlite3_reset(statement);
}

int ask_number(sqlite3 *database, const char *sql, int *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *ret_number = sqlite3_column_int(statement, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

/* ---- columns ---- */

char *column_copy(struct store *store, sqlite3_stmt *statement, int column)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    int length = sqlite3_column_bytes(statement, column);
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return NULL;
    char *copy = strndup(bytes ? bytes : "", (size_t)length);
    if (!copy)
        fail(store, SQLITE_NOMEM);
    return copy;
}

int column_name(sqlite3_stmt *statement, int column, const char *const *names, int count)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    for (int i = 0; text && i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}

/* ---- transactions ---- */

void store_leave_alone(struct store *store)
{
    if (store->database)
        sqlite3_db_config(store->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

static void execute(struct store *store, const char *sql)
{
    if (!store->failure)
        fail(store, sqlite3_exec(store->database, sql, NULL, NULL, NULL));
}

void store_begin(struct store *store)
{
    store->failure = SQLITE_OK;
    execute(store, "BEGIN IMMEDIATE");
}

void store_run_out_of_memory(struct store *store)
{
    fail(store, SQLITE_NOMEM);
}

/** Whatever it was, the next start reads all. */
static void doubt(struct store *store)
{
    store->is_sound = false;
    if (store->path)
        end_note_doubt(store->path);
}

int store_commit(struct store *store)
{
    execute(store, "COMMIT");
    if (!store->failure)
        return 0;
    if (!sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    store_leave_alone(store);
    if ((store->failure & 0xFF) == SQLITE_NOMEM)
        return -ENOMEM;
    if ((store->failure & 0xFF) != SQLITE_FULL) {
        doubt(store);
        return -EIO;
    }
    if (store->ballast)
        ballast_give_up(store->ballast);
    return -ENOSPC;
}

/** What the write-ahead log holds goes into the database, and its room back to the disk. */
static void shrink_log(struct store *store)
{
    if (!store->failure && sqlite3_get_autocommit(store->database))
        sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

bool store_is_short(struct store *store, struct room *ret_room)
{
    if (!store->ballast || !ballast_is_needed(store->ballast, ret_room))
        return false;
    shrink_log(store);
    return ballast_is_needed(store->ballast, ret_room);
}

enum store_problem problem_of(sqlite3 *database, int code)
{
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_IN_USE;
    case SQLITE_CANTOPEN:
        return is_shortage(sqlite3_system_errno(database)) ? STORE_BROKEN_MACHINE
                                                           : STORE_UNWRITABLE;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return STORE_UNWRITABLE;
    case SQLITE_FULL:
        return STORE_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STORE_DAMAGED;
    default:
        return STORE_BROKEN_MACHINE;
    }
}
