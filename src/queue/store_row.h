/** A job's row in SQLite, and the check that it is still what was written. */
#ifndef CLOSEDROP_QUEUE_STORE_ROW_H
#define CLOSEDROP_QUEUE_STORE_ROW_H

#include "closedrop/queue/job.h"
#include "closedrop/queue/store.h"

#include <sqlite3.h>

/** Size and mtime; the handle is bound by who needs it. */
void bind_identity(sqlite3_stmt *statement, const struct identity *identity);

/** A row must be what was written; those of before there were checksums are believed. */
void check_row(struct store *store, int64_t written, int64_t now);

/** The job in the current row, whose columns are SQL_COLUMNS; NULL after a failure. */
struct job *read_job(struct store *store, sqlite3_stmt *statement);

/** The job in the one row, NULL where there is none. */
struct job *read_one_job(struct store *store, sqlite3_stmt *statement);

/** Read every row that has a checksum: SQLITE_OK, SQLITE_CORRUPT where one is not what was written.
 */
int store_read_all(struct store *store);

#endif
