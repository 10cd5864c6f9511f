/** What store_open.c and store_sqlite.c, the two halves of the door to SQLite, know of each other.
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

/** Read every job and posting: SQLITE_OK, SQLITE_CORRUPT where a row is not what was written. */
int store_read_all(struct store *store);

#endif
