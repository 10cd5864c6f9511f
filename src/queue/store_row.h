/** Rows in SQLite, and the check that each is still what was written. */
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

/** A token that was posted, in the current row of SQL_POSTING_COLUMNS; its texts are valid as long
 * as that row. */
struct posting {
    const char *token;
    const char *lead_id;
    int activity;
    int64_t at_ms;
};

/** After a failure the store has it, and the posting is not to be used. */
struct posting read_posting(struct store *store, sqlite3_stmt *statement);

/** The same for what was filed; the columns are SQL_FILING_COLUMNS. */
struct filing read_filing(struct store *store, sqlite3_stmt *statement);

#endif
