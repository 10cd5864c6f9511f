/**
 * The connection to SQLite, which all of store_*.c share: its statements, their rows, its
 * transactions. The one door to SQLite.
 *
 * The first failure of a transaction is kept: after it no statement has rows, and the commit tells
 * it.
 */
#ifndef CLOSEDROP_QUEUE_SQLITE_H
#define CLOSEDROP_QUEUE_SQLITE_H

#include "store.h"
#include "store_sql.h"

#include "closedrop/queue/ballast.h"

#include <sqlite3.h>

/** More than any query has. */
#define PARAMETERS_MAX 16

/** As many different updates of jobs are prepared at a time; a run has some twenty. */
#define UPDATES_KEPT 32

struct update {
    uint64_t fields; /* a bit for each of job_fields that it writes; 0: not prepared */
    sqlite3_stmt *statement;
};

/** Of the index of names (store_names.h). */
struct names {
    bool is_there;
    bool is_damaged; /* it is to be made again */
    int64_t upto_ms; /* what was queued until then is in it */
    sqlite3_stmt *statements[NAMES_STATEMENTS];
};

/** How many jobs of a folder are in each state and not put away (store_count.h). */
struct waiting_folder {
    char *name;
    int64_t jobs[JOB_STATES];
};

struct waiting {
    bool is_known;
    struct waiting_folder *folders;
    size_t count;
};

struct store {
    sqlite3 *database;
    sqlite3_stmt *statements[SQL_STATEMENTS];
    struct update updates[UPDATES_KEPT]; /* store_put() */
    size_t oldest_update;
    unsigned char parameters[QUERIES][PARAMETERS_MAX]; /* which is which (store_query.h) */
    int failure; /* the first SQLite result of this transaction that was none of OK, ROW, DONE */
    bool follows_another; /* should it begin empty: another was there before */
    struct names names;
    struct waiting waiting;
    int64_t verify_ms;       /* when the next slice is verified, on the steady clock */
    char *path;              /* of the database; NULL: in memory */
    bool is_open;            /* not only being opened */
    bool is_sound;           /* it was read, or need not be: as store_end.h says */
    struct ballast *ballast; /* NULL on :memory:, and for a command */
};

/** Keep a result, where it is a failure and the first one. */
void fail(struct store *store, int code);

/** What it means for the store that a call of SQLite failed. Where the machine is at fault, the
 * store is left as it is. */
enum store_problem problem_of(sqlite3 *database, int code);

/** A row is not what was written, if it was not only memory that was missing to read it. */
void fail_as_damaged(struct store *store);

/* ---- statements ---- */

/** The statement of an enum query_kind or enum sql, ready to be bound. */
sqlite3_stmt *statement_of(struct store *store, int sql);

/** Whether there is a (further) row; a failure is remembered and ends the rows. */
bool next_row(struct store *store, sqlite3_stmt *statement);

/** One that has no rows. */
void carry_out(struct store *store, sqlite3_stmt *statement);

/** Ask for one number, most often by a PRAGMA, with a statement that is not kept. Returns a result
 * of SQLite. */
int ask_number(sqlite3 *database, const char *sql, int *ret_number);

/* ---- columns ---- */

/** A text or path in new memory; NULL for NULL. */
char *column_copy(struct store *store, sqlite3_stmt *statement, int column);

/** Which of `names` the text is, -1: none. */
int column_name(sqlite3_stmt *statement, int column, const char *const *names, int count);

/* ---- transactions: store_begin(), store_commit() ---- */

/**
 * After a failure, do not checkpoint when the store is closed: a disk that lost one write may
 * report success for the retry.
 */
void store_leave_alone(struct store *store);

#endif
