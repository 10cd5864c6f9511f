/** Reads the store a slice at a time: rows, their indexes, and the index of names. */
#include "store_verify.h"

#include "store_names.h"
#include "store_row.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"

#include <string.h>

/** As many jobs are read at a time, and as large a part of everything else: a few milliseconds. */
#define SLICE 64

/** All is read in this time, which leaves some of the week to a machine that is off at night. */
#define ALL_MS (4LL * 24 * 3600 * 1000)
#define WAIT_MIN_MS 50
#define WAIT_MAX_MS (3600LL * 1000)

/** The number of the queue that says how far it is: the last job that was read. */
#define VERIFIED "verified"

/** A part of the store, by the jobs in it: (after, upto] of `last`. */
struct part {
    int64_t after;
    int64_t upto;
    int64_t last;
};

/** The first number that a text answers. */
static int64_t ask(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    fail(store, sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL));
    int64_t number =
        statement && next_row(store, statement) ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return number;
}

/* ---- rows ---- */

/** Jobs, and whether each that is in the index by time is there. */
static void read_jobs(struct store *store, const struct part *part)
{
    sqlite3_stmt *jobs = statement_of(store, SQL_SOME_JOBS);
    int64_t first_ms = INT64_MAX, last_ms = INT64_MIN;
    sqlite3_bind_int64(jobs, 1, part->after);
    sqlite3_bind_int64(jobs, 2, part->upto);
    while (next_row(store, jobs)) {
        struct job *job = read_job(store, jobs);
        if (!job)
            break;
        first_ms = earlier(first_ms, job->queued_ms);
        last_ms = later(last_ms, job->queued_ms);
        names_verify(store, job);
        job_free(job);
    }
    sqlite3_reset(jobs);
    sqlite3_stmt *lost = statement_of(store, SQL_LOST_JOB);
    sqlite3_bind_int64(lost, 1, first_ms);
    sqlite3_bind_int64(lost, 2, last_ms);
    if (next_row(store, lost))
        fail_as_damaged(store);
    sqlite3_reset(lost);
}

/** The part of a range that is as large as this part of the jobs. */
static uint64_t scale(uint64_t range, int64_t jobs, const struct part *part)
{
    return jobs >= part->last ? range : range / (uint64_t)part->last * (uint64_t)jobs;
}

static void bind_digest_from(sqlite3_stmt *statement, int number, uint64_t first)
{
    unsigned char bytes[DIGEST_SHA256_SIZE + 1];
    memset(bytes, first == UINT64_MAX ? 0xFF : 0, sizeof(bytes));
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(first >> (56 - 8 * i));
    sqlite3_bind_blob(statement, number, bytes, first ? sizeof(bytes) : 0, SQLITE_TRANSIENT);
    if (!first)
        sqlite3_bind_zeroblob(statement, number, 0);
}

/** Filings are in the order of their digests, which are spread evenly. */
static void read_filings(struct store *store, const struct part *part)
{
    sqlite3_stmt *filings = statement_of(store, SQL_SOME_FILINGS);
    bind_digest_from(filings, 1, scale(UINT64_MAX, part->after, part));
    bind_digest_from(filings, 2, scale(UINT64_MAX, part->upto, part));
    while (next_row(store, filings))
        check_filing(store, filings);
    sqlite3_reset(filings);
}

static void read_postings(struct store *store, int64_t after, int64_t upto)
{
    sqlite3_stmt *postings = statement_of(store, SQL_SOME_POSTINGS);
    sqlite3_bind_int64(postings, 1, after);
    sqlite3_bind_int64(postings, 2, upto);
    while (next_row(store, postings))
        check_posting(store, postings);
    sqlite3_reset(postings);
}

static void read_effects(struct store *store, const struct part *part)
{
    sqlite3_stmt *effects = statement_of(store, SQL_SOME_EFFECTS);
    sqlite3_bind_int64(effects, 1, part->after);
    sqlite3_bind_int64(effects, 2, part->upto);
    while (next_row(store, effects))
        check_effect(store, effects);
    sqlite3_reset(effects);
}

/* ---- indexes ---- */

/** For a row of sqlite_schema that is an index of a table: how to find rows that it misses. */
static void print_misses(struct store *store, struct str *sql, const char *table, const char *index,
    const char *definition)
{
    const char *where = strstr(definition, " WHERE ");
    sqlite3_stmt *columns = statement_of(store, SQL_INDEX_COLUMNS);
    sqlite3_bind_text(columns, 1, index, -1, SQLITE_STATIC);
    str_printf(sql, SQL_MISSES_BEGIN, table, where ? where + 7 : "1", table, index);
    while (next_row(store, columns)) {
        const char *column = (const char *)sqlite3_column_text(columns, 0);
        str_printf(sql, SQL_MISSES_COLUMN, column, column);
    }
    str_printf(sql, SQL_MISSES_END, where ? where + 7 : "1");
    sqlite3_reset(columns);
}

static void check_index(struct store *store, const char *sql, int64_t after, int64_t upto)
{
    sqlite3_stmt *misses = NULL;
    fail(store, sqlite3_prepare_v2(store->database, sql, -1, &misses, NULL));
    sqlite3_bind_int64(misses, 1, after);
    sqlite3_bind_int64(misses, 2, upto);
    if (misses && next_row(store, misses))
        fail_as_damaged(store);
    sqlite3_finalize(misses);
}

static void check_indexes(struct store *store, const char *table, int64_t after, int64_t upto)
{
    sqlite3_stmt *indexes = statement_of(store, SQL_INDEXES);
    sqlite3_bind_text(indexes, 1, table, -1, SQLITE_STATIC);
    while (next_row(store, indexes)) {
        struct str sql = STR_INIT(16 * 1024);
        print_misses(store, &sql, table, (const char *)sqlite3_column_text(indexes, 0),
            (const char *)sqlite3_column_text(indexes, 1));
        if (str_error(&sql))
            fail(store, SQLITE_NOMEM);
        if (!store->failure)
            check_index(store, str_text(&sql), after, upto);
        str_release(&sql);
    }
    sqlite3_reset(indexes);
}

/* ---- a slice ---- */

static void read_part(struct store *store, const struct part *part)
{
    uint64_t postings = (uint64_t)ask(store, SQL_LAST_POSTING_ROW);
    uint64_t notes = (uint64_t)ask(store, SQL_LAST_NOTE_ROW);
    int64_t first_posting = (int64_t)scale(postings, part->after, part);
    int64_t last_posting = (int64_t)scale(postings, part->upto, part);
    read_jobs(store, part);
    read_filings(store, part);
    read_postings(store, first_posting, last_posting);
    read_effects(store, part);
    check_indexes(store, "job", part->after, part->upto);
    check_indexes(store, "posting", first_posting, last_posting);
    check_indexes(store, "history", (int64_t)scale(notes, part->after, part),
        (int64_t)scale(notes, part->upto, part));
}

int64_t verify_slice(struct store *store)
{
    int64_t last = ask(store, SQL_LAST_JOB);
    int64_t after = store_number(store, QUERY_NUMBER, &(struct query){.name = VERIFIED}, 0);
    if (last == 0 || store->failure)
        return WAIT_MAX_MS;
    const struct part part = {after, earlier(after + SLICE, last), last};
    if (after < last)
        read_part(store, &part);
    store_change(store, CHANGE_NUMBER,
        &(struct query){.name = VERIFIED, .number = part.upto < last ? part.upto : 0});
    return earlier(later(ALL_MS / (last / SLICE + 1), WAIT_MIN_MS), WAIT_MAX_MS);
}
