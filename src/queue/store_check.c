/** Whether a database is ours, of a format that is known, and sound. */
#include "store_check.h"

#include "store_row.h"

#include "closedrop/base/str.h"

#include <errno.h>
#include <string.h>

enum store_problem check_maker(sqlite3 *database, int *ret_version, struct str *why)
{
    int application = 0, tables = 0;
    int code = ask_number(database, "PRAGMA application_id", &application);
    if (code == SQLITE_OK)
        code = ask_number(database, "PRAGMA user_version", ret_version);
    if (code == SQLITE_OK)
        code = ask_number(database, "SELECT count(*) FROM sqlite_schema", &tables);
    if (code != SQLITE_OK) {
        str_printf(why, "the queue cannot be read: %.200s", sqlite3_errmsg(database));
        return problem_of(database, code);
    }
    if (application != SQL_APPLICATION_ID && (application || tables)) {
        str_add(why, "queue.db was created by another program; choose another state_dir");
        return STORE_NEWER;
    }
    if (*ret_version > SQL_VERSION) {
        str_printf(why,
            "queue.db was created by a newer closedrop (format %d; this one supports up to %d); "
            "install that version, or choose another state_dir",
            *ret_version, SQL_VERSION);
        return STORE_NEWER;
    }
    return 0;
}

static bool failed_to_read(sqlite3 *database, int which)
{
    sqlite3_file *file = NULL;
    int error = 0;
    sqlite3_file_control(database, "main", which, &file);
    if (file && file->pMethods)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
    return error != 0;
}

/** The check calls a page damaged that could not be read: the disk may only have a bad moment. */
static bool could_not_be_read(sqlite3 *database)
{
    return failed_to_read(database, SQLITE_FCNTL_FILE_POINTER) ||
           failed_to_read(database, SQLITE_FCNTL_JOURNAL_POINTER);
}

int check_soundness(sqlite3 *database, bool fully)
{
    sqlite3_stmt *statement = NULL;
    const char *sql = fully ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const char *answer = (const char *)sqlite3_column_text(statement, 0);
        code = !answer                       ? SQLITE_NOMEM
               : strcmp(answer, "ok") == 0   ? SQLITE_OK
               : could_not_be_read(database) ? SQLITE_IOERR
                                             : SQLITE_CORRUPT;
    }
    sqlite3_finalize(statement);
    return code;
}

int store_check(struct store *store, struct str *why)
{
    int code = check_soundness(store->database, false);
    if (code == SQLITE_OK)
        return 0;
    str_printf(why, "the queue cannot be used: %.200s",
        code == SQLITE_CORRUPT ? "it is damaged" : sqlite3_errmsg(store->database));
    return -EIO;
}

/* ---- every row ---- */

int check_rows(struct store *store)
{
    sqlite3_stmt *jobs = statement_of(store, SQL_ALL_JOBS);
    sqlite3_stmt *postings = statement_of(store, SQL_ALL_POSTINGS);
    sqlite3_stmt *effects = statement_of(store, SQL_ALL_EFFECTS);
    sqlite3_stmt *filings = statement_of(store, SQL_ALL_FILINGS);
    store->failure = SQLITE_OK;
    while (next_row(store, jobs))
        job_free(read_job(store, jobs));
    while (next_row(store, postings))
        check_posting(store, postings);
    while (next_row(store, effects))
        check_effect(store, effects);
    while (next_row(store, filings))
        check_filing(store, filings);
    sqlite3_reset(jobs);
    sqlite3_reset(postings);
    sqlite3_reset(effects);
    sqlite3_reset(filings);
    return store->failure;
}
