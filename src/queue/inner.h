/**
 * What store_open.c, store_sqlite.c and store_guard.c, which together are the door to SQLite, know
 * of each other.
 */
#ifndef CLOSEDROP_QUEUE_INNER_H
#define CLOSEDROP_QUEUE_INNER_H

#include "store_sql.h"

#include "closedrop/queue/ballast.h"
#include "closedrop/queue/store.h"

#include <sqlite3.h>

struct store {
    sqlite3 *database;
    sqlite3_stmt *statements[SQL_STATEMENTS];
    int failure; /* the first SQLite result of this transaction that was none of OK, ROW, DONE */
    bool follows_another;    /* should it begin empty: another was there before */
    struct ballast *ballast; /* NULL on :memory:, and for a command */
};

/**
 * Have no part in what comes after a failure: to close would tidy the files up, and a disk that has
 * once failed to keep something says of a second try that all is well.
 */
void store_leave_alone(struct store *store);

/* ---- statements (store_sqlite.c) ---- */

/** The statement, ready to be bound. */
sqlite3_stmt *statement_of(struct store *store, enum sql sql);

void bind_int(sqlite3_stmt *statement, const char *name, int64_t value);
void bind_text(sqlite3_stmt *statement, const char *name, const char *text);
void bind_path(sqlite3_stmt *statement, const char *name, const char *path);

/** Whether there is a (further) row; a failure is remembered and ends the rows. */
bool next_row(struct store *store, sqlite3_stmt *statement);

/** One that has no rows. */
void carry_out(struct store *store, sqlite3_stmt *statement);

/** The number in the one row, `fallback` where there is none. */
int64_t read_one_int(struct store *store, sqlite3_stmt *statement, int64_t fallback);

/** The ids in the first column, up to `most`; returns how many. */
size_t read_ids(struct store *store, sqlite3_stmt *statement, int64_t *ids, size_t most);

/** The job in the one row, NULL where there is none. */
struct job *read_one_job(struct store *store, sqlite3_stmt *statement);

/** Read every job and posting: SQLITE_OK, SQLITE_CORRUPT where a row is not what was written. */
int store_read_all(struct store *store);

#endif
