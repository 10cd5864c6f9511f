/** Rows in SQLite, and the check that each is still what was written. */
#ifndef CLOSEDROP_QUEUE_STORE_ROW_H
#define CLOSEDROP_QUEUE_STORE_ROW_H

#include "store.h"

#include <sqlite3.h>

/** The job in the current row, whose columns from the `first` on are SQL_COLUMNS; NULL after a
 * failure, which the store has then. */
struct job *read_job_from(struct store *store, sqlite3_stmt *row, int first);

/** The same from the first column on. */
struct job *read_job(struct store *store, sqlite3_stmt *row);

/** Whether the current row, of SQL_POSTING_COLUMNS, EFFECT or FILING, is what was written; if
 * not, the store has that failure. Rows of before there were checksums are believed. */
void check_posting(struct store *store, sqlite3_stmt *row);
void check_effect(struct store *store, sqlite3_stmt *row);
void check_filing(struct store *store, sqlite3_stmt *row);

#endif
