/**
 * Finds the job of a file by one of the two indexes of files, and neither is simply believed: what
 * was asked for is read from the index, the rest from the row, and the sum is over both. So a row
 * to which the index leads from another file looks damaged.
 */
#include "store_find.h"

#include "sqlite.h"
#include "store_query.h"
#include "store_row.h"

#include <string.h>

/** Jobs that have ended otherwise say nothing about their file, if there is another. */
static bool speaks_for_file(const struct job *job)
{
    return !job->ending || job->ending == JOB_FORGOTTEN;
}

static bool is_better(const struct job *job, const struct job *than)
{
    bool speaks = speaks_for_file(job);
    return speaks == speaks_for_file(than) ? job->id > than->id : speaks;
}

/** The one of two jobs of a file by which it is known: the newest that speaks for it, or else the
 * newest. The other is freed; NULL is none. */
static struct job *better_of(struct job *one, struct job *other)
{
    bool is_other = !one || (other && is_better(other, one));
    job_free(is_other ? one : other);
    return is_other ? other : one;
}

static struct job *find_best(struct store *store, enum query_kind kind, const struct query *query)
{
    sqlite3_stmt *rows = statement_of_query(store, kind, query);
    struct job *found = NULL;
    while (!(found && speaks_for_file(found)) && next_row(store, rows))
        found = better_of(found, read_job(store, rows));
    sqlite3_reset(rows);
    return found;
}

/**
 * A file that one index does not find is as good as new, and would be filed again: if the other has
 * it under this very name, the first is damaged.
 */
static void doubt_that_none_is_there(
    struct store *store, enum query_kind kind, const struct query *query)
{
    const struct identity *identity = query->identity;
    sqlite3_stmt *other = statement_of(
        store, kind == QUERY_BY_HANDLE ? SQL_IS_THERE_BY_PATH : SQL_IS_THERE_BY_HANDLE);
    sqlite3_bind_text(other, 1, query->folder, -1, SQLITE_STATIC);
    sqlite3_bind_blob(other, 2, query->path, (int)strlen(query->path), SQLITE_STATIC);
    sqlite3_bind_blob(other, 3, identity->handle, (int)identity->handle_length, SQLITE_STATIC);
    sqlite3_bind_int64(other, 4, identity->size);
    sqlite3_bind_int64(other, 5, identity->mtime_ns);
    if (next_row(store, other))
        fail_as_damaged(store);
    sqlite3_reset(other);
}

/** An index may also lead to a row that is sound, but is not what was asked for. */
static bool is_of_file(const struct job *job, enum query_kind kind, const struct query *query)
{
    const struct identity *of = &job->identity, *asked = query->identity;
    return kind == QUERY_BY_HANDLE ? identity_equal(of, asked)
                                   : strcmp(job->path, query->path) == 0 &&
                                         of->size == asked->size && of->mtime_ns == asked->mtime_ns;
}

/** What was found, if it can be believed; NULL is not believed either. */
static struct job *believe(
    struct store *store, enum query_kind kind, const struct query *query, struct job *job)
{
    if (!job && query->path)
        doubt_that_none_is_there(store, kind, query);
    if (job && !is_of_file(job, kind, query))
        fail_as_damaged(store);
    if (!store->failure)
        return job;
    job_free(job);
    return NULL;
}

struct job *find_job(struct store *store, enum query_kind kind, const struct query *query)
{
    return believe(store, kind, query, find_best(store, kind, query));
}

/* ---- several files by one statement ---- */

static bool can_be_together(const struct lookup *one, const struct lookup *other)
{
    return one->kind == other->kind && strcmp(one->query.folder, other->query.folder) == 0;
}

static size_t count_together(const struct lookup *lookups, size_t count)
{
    size_t together = 0;
    while (together < count && together < SQL_FILES &&
           can_be_together(&lookups[0], &lookups[together]))
        together++;
    return together;
}

/** Bind what is asked about one file, from a parameter on. */
static void bind_file(sqlite3_stmt *rows, int parameter, const struct lookup *lookup)
{
    const struct query *query = &lookup->query;
    const struct identity *identity = query->identity;
    if (lookup->kind == QUERY_BY_HANDLE)
        sqlite3_bind_blob(
            rows, parameter, identity->handle, (int)identity->handle_length, SQLITE_STATIC);
    else
        sqlite3_bind_blob(rows, parameter, query->path, (int)strlen(query->path), SQLITE_STATIC);
    sqlite3_bind_int64(rows, parameter + 1, identity->size);
    sqlite3_bind_int64(rows, parameter + 2, identity->mtime_ns);
}

static void find_together(struct store *store, struct lookup *lookups, size_t count)
{
    enum query_kind kind = lookups[0].kind;
    sqlite3_stmt *rows =
        statement_of(store, kind == QUERY_BY_HANDLE ? SQL_OF_HANDLES : SQL_OF_PATHS);
    for (size_t i = 0; i < count; i++)
        bind_file(rows, 1 + 3 * (int)i, &lookups[i]);
    sqlite3_bind_text(rows, 1 + 3 * SQL_FILES, lookups[0].query.folder, -1, SQLITE_STATIC);
    while (next_row(store, rows)) {
        struct lookup *of = &lookups[sqlite3_column_int64(rows, 0)];
        of->job = better_of(of->job, read_job_from(store, rows, 1));
    }
    sqlite3_reset(rows);
    for (size_t i = 0; i < count; i++)
        lookups[i].job = believe(store, kind, &lookups[i].query, lookups[i].job);
}

size_t find_jobs(struct store *store, struct lookup *lookups, size_t count)
{
    bool is_about_files = lookups->kind == QUERY_BY_HANDLE || lookups->kind == QUERY_BY_PATH;
    size_t together = is_about_files ? count_together(lookups, count) : 0;
    if (together < 2)
        return 0;
    find_together(store, lookups, together);
    return together;
}
