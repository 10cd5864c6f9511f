/** Opening the database of the queue: its directory, its format, its room on the disk. */
#include "sqlite.h"
#include "store_aside.h"
#include "store_check.h"
#include "store_count.h"
#include "store_end.h"
#include "store_names.h"
#include "store_query.h"

#include "closedrop/base/account.h"
#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "job_fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Several jobs' pages. What is more goes to a temporary file in one write, of which SQLite's VFS
 * takes less than 128 KiB: it would count as a full disk. */
#define UNDO_MAX (120 * 1024)

/** SQL function: the bytes of a digest in hex, NULL where it is none (SQLite has it from 3.41 on).
 */
static void unhex(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    uint8_t bytes[DIGEST_SHA256_SIZE];
    const char *hex = (const char *)sqlite3_value_text(values[0]);
    if (hex && digest_from_hex(hex, bytes, sizeof(bytes)))
        sqlite3_result_blob(context, bytes, sizeof(bytes), SQLITE_TRANSIENT);
}

/** SQL function: whether a path contains a part, which is a text_key(); SQLite's LIKE knows upper
 * and lower case of ASCII only. */
static void contains(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const char *path = (const char *)sqlite3_value_text(values[0]);
    const char *part = (const char *)sqlite3_value_text(values[1]);
    sqlite3_result_int(context, path && part && text_contains(path, part));
}

/** SQL function: how many jobs of a folder are not put away. */
static void waiting(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const char *folder = (const char *)sqlite3_value_text(values[0]);
    if (folder)
        sqlite3_result_int64(context, count_all_waiting(sqlite3_user_data(context), folder));
}

static int add_functions(struct store *store)
{
    static const struct {
        const char *name;
        int arguments, flags;
        void (*function)(sqlite3_context *context, int count, sqlite3_value **values);
    } functions[] = {
        {"unhex", 1, SQLITE_DETERMINISTIC, unhex},
        {"contains", 2, SQLITE_DETERMINISTIC, contains},
        {"waiting", 1, 0, waiting},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < COUNT(functions); i++)
        code = sqlite3_create_function(store->database, functions[i].name, functions[i].arguments,
            SQLITE_UTF8 | SQLITE_DIRECTONLY | functions[i].flags, store, functions[i].function,
            NULL, NULL);
    return code;
}

static int migrate(const struct store *store, int version)
{
    int code = SQLITE_OK;
    for (; code == SQLITE_OK && version < SQL_VERSION; version++) {
        struct str sql = STR_INIT(64 * 1024);
        str_printf(&sql, "BEGIN IMMEDIATE; %s PRAGMA user_version = %d;", sql_migrations[version],
            version + 1);
        if (version == 0)
            str_printf(&sql, "INSERT INTO number VALUES ('" STORE_BEGINS "', %d);",
                store->follows_another ? 2 : 1);
        str_add(&sql, "COMMIT;");
        code = str_error(&sql) ? SQLITE_NOMEM
                               : sqlite3_exec(store->database, str_text(&sql), NULL, NULL, NULL);
        str_release(&sql);
    }
    return code;
}

/** The pragmas that make one connection durable and alone (reference: reliability, SQLite). */
static int configure(sqlite3 *database)
{
    char sql[1024];
    snprintf(sql, sizeof(sql),
        /* of an earlier database that it was not made with, it takes effect when it is rewritten */
        "PRAGMA auto_vacuum = INCREMENTAL;"
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
        "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 8388608;"
        "BEGIN IMMEDIATE; PRAGMA application_id = %d; COMMIT;",
        SQL_APPLICATION_ID);
    return sqlite3_exec(database, sql, NULL, NULL, NULL);
}

static enum store_problem prepare_database(struct store *store, bool create, struct str *why)
{
    sqlite3 *database = store->database;
    int version = 0;
    sqlite3_busy_timeout(database, 0);
    int code = sqlite3_exec(database, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
    enum store_problem problem =
        code ? problem_of(database, code) : check_maker(database, &version, why);
    if (problem)
        return problem;
    if (!create && version == 0) {
        str_add(why, "the queue does not exist yet; \"closedrop run\" creates it");
        return STORE_MISSING;
    }
    code = configure(database);
    if (code == SQLITE_OK)
        code = create && !store->is_sound ? check_soundness(database, true) : SQLITE_OK;
    if (code == SQLITE_OK)
        code = add_functions(store);
    if (code == SQLITE_OK)
        code = migrate(store, version);
    if (code == SQLITE_OK)
        return 0;
    if (code == SQLITE_ERROR) /* the SQL is right: it is the tables that are not as they were */
        code = SQLITE_CORRUPT;
    str_printf(why, "the queue cannot be used: %.200s",
        code == SQLITE_CORRUPT ? "it is damaged" : sqlite3_errmsg(database));
    return problem_of(database, code);
}

/** The names of a job's columns, or a numbered parameter for each; the checksum is the last. */
static void add_columns(struct str *sql, bool names)
{
    int number = 1;
    for (const struct job_field *field = job_fields; field->column; field++, number++)
        names ? str_printf(sql, "%s, ", field->column) : str_printf(sql, "?%d, ", number);
    names ? str_add(sql, "checksum") : str_printf(sql, "?%d", number);
}

/** A text of store_sql.h with a job's columns filled in. */
static void expand(struct str *sql, const char *text)
{
    for (const char *at; (at = strchr(text, *SQL_FIELDS)) != NULL;) {
        bool names = str_starts_with(at, SQL_FIELDS);
        str_add_bytes(sql, text, (size_t)(at - text));
        add_columns(sql, names);
        text = at + strlen(names ? SQL_FIELDS : SQL_VALUES);
    }
    str_add(sql, text);
}

static int prepare(struct store *store, int number)
{
    struct str sql = STR_INIT(64 * 1024);
    expand(&sql, sql_texts[number]);
    int code = str_error(&sql) ? SQLITE_NOMEM
                               : sqlite3_prepare_v3(store->database, str_text(&sql), -1,
                                     SQLITE_PREPARE_PERSISTENT, &store->statements[number], NULL);
    str_release(&sql);
    if (code == SQLITE_OK && number < QUERIES)
        prepare_query(store, (enum query_kind)number);
    return code;
}

static enum store_problem prepare_statements(struct store *store)
{
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < SQL_STATEMENTS; i++)
        code = prepare(store, i);
    /* tables that are not as they were made are damage, though SQLite has no word for it */
    return code == SQLITE_OK      ? 0
           : code == SQLITE_ERROR ? STORE_DAMAGED
                                  : problem_of(store->database, code);
}

static int make_directories(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    int result = 0;
    for (char *slash = strchr(copy + 1, '/'); slash && !result; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0755) < 0 && errno != EEXIST)
            result = -errno;
        *slash = '/';
    }
    if (!result && mkdir(copy, 0700) < 0 && errno != EEXIST)
        result = -errno;
    free(copy);
    return result;
}

static enum store_problem find_file(
    const char *directory, bool create, char **ret_path, struct str *why)
{
    if (strcmp(directory, ":memory:") == 0) {
        *ret_path = strdup(directory);
        return *ret_path ? 0 : STORE_BROKEN_MACHINE;
    }
    char user[ACCOUNT_NAME];
    int made = create ? make_directories(directory) : 0;
    char *path = str_format("%s/queue.db", directory);
    enum store_problem problem = 0;
    if (!path) {
        problem = STORE_BROKEN_MACHINE;
    } else if (made < 0 || (create && access(directory, W_OK | X_OK) < 0)) {
        str_printf(why,
            "state_dir %s cannot be %s: %s; make it writable for the user %s, or choose another",
            directory, made < 0 ? "created" : "written", strerror(made < 0 ? -made : errno),
            account_user(geteuid(), user));
        problem = is_shortage(made) ? STORE_BROKEN_MACHINE : STORE_UNWRITABLE;
    } else if (!create && access(path, F_OK) < 0) {
        problem = errno == EACCES ? STORE_UNWRITABLE : STORE_MISSING;
        str_printf(why,
            problem == STORE_MISSING
                ? "there is no queue in %s yet; \"closedrop run\" creates it"
                : "you have no permission to read %s; run this as the user closedrop runs as or, "
                  "while it is running, as a member of its group",
            directory);
    }
    if (problem)
        free(path);
    else
        *ret_path = path;
    return problem;
}

static enum store_problem read_all(struct store *store, struct str *why)
{
    int code = check_rows(store);
    if (code == SQLITE_CORRUPT)
        str_add(why, "the queue cannot be used: one of its rows is not what was written");
    return code == SQLITE_OK ? 0 : problem_of(store->database, code);
}

/**
 * What can be set once in a process, before SQLite is used. A change with triggers must be undone
 * whole if one of them fails, so SQLite remembers each page that it overwrites: beyond a size in a
 * temporary file, and from then on for every change, in two writes a page. Its own limit of 64 KB
 * is one job with its indexes. And it need not count its memory, under a lock.
 */
static void prepare_sqlite(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, UNDO_MAX);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/** Open, check and prepare the database of `store`. */

static enum store_problem open_database(
    struct store *store, const char *path, bool create, struct str *why)
{
    prepare_sqlite();
    mode_t before = umask(0077);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, &store->database, flags, NULL);
    enum store_problem problem = code == SQLITE_OK ? prepare_database(store, create, why)
                                                   : problem_of(store->database, code);
    umask(before);
    if (!problem)
        problem = prepare_statements(store);
    code = problem ? SQLITE_OK : names_open(store, create, store->is_sound);
    if (code != SQLITE_OK)
        problem = problem_of(store->database, code);
    return problem || !create || store->is_sound ? problem : read_all(store, why);
}

static void tell_full(struct store *store, const char *directory, struct str *why)
{
    struct room room;
    str_clear(why);
    if (store_is_short(store, &room))
        room_print(&room, directory, why);
    else /* a quota, of which the disk says nothing */
        str_printf(why, "the disk that holds %s is full; free some space", directory);
}

/** What to say about a problem that was not reported yet. */
static void tell_problem(
    struct store *store, enum store_problem problem, const char *directory, struct str *why)
{
    if (problem == STORE_IN_USE) {
        str_clear(why);
        str_printf(why,
            "the queue in %s is in use by another closedrop; stop that one, or set another "
            "state_dir",
            directory);
    } else if (problem == STORE_FULL) {
        tell_full(store, directory, why);
    } else if (!why->length) {
        int error = sqlite3_system_errno(store->database);
        /* about a damaged table, SQLite may quote all of it */
        str_printf(why, "the queue in %s cannot be opened: %.200s%s%s", directory,
            sqlite3_errmsg(store->database), error ? ": " : "", error ? strerror(error) : "");
    }
}

static enum store_problem open_store(
    const char *directory, const char *path, bool create, struct store **ret_store, struct str *why)
{
    struct store *store = calloc(1, sizeof(*store));
    bool has_ballast = create && strcmp(directory, ":memory:") != 0;
    if (!store)
        return STORE_BROKEN_MACHINE;
    store->ballast = has_ballast ? ballast_new(directory) : NULL;
    store->follows_another =
        store->ballast && (ballast_was_there(store->ballast) || store_was_set_aside(directory));
    if (strcmp(path, ":memory:") != 0)
        store->path = strdup(path);
    store->is_sound = store->path && end_was_sound(path);
    enum store_problem problem = open_database(store, path, create, why);
    struct room room;
    if (!problem) {
        (void)store_is_short(store, &room);
        store->is_sound = store->is_sound || create;
        store->is_open = true;
        if (store->is_sound && store->path)
            end_note_open(path, create);
        *ret_store = store;
        return 0;
    }
    tell_problem(store, problem, directory, why);
    if (problem == STORE_FULL && store->ballast)
        ballast_give_up(store->ballast);
    store_leave_alone(store);
    store_close(store);
    return problem;
}

int store_open(const char *directory, bool create, struct store **ret_store, struct str *why)
{
    CLEANUP(free_text) char *path = NULL;
    enum store_problem problem = find_file(directory, create, &path, why);
    if (problem)
        return (int)problem;
    problem = open_store(directory, path, create, ret_store, why);
    if (problem == STORE_FULL && create) { /* again, without the ballast */
        str_clear(why);
        problem = open_store(directory, path, create, ret_store, why);
    }
    return (int)problem;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < SQL_STATEMENTS; i++)
        sqlite3_finalize(store->statements[i]);
    for (size_t i = 0; i < UPDATES_KEPT; i++)
        sqlite3_finalize(store->updates[i].statement);
    names_close(store);
    count_release(store);
    sqlite3_close(store->database);
    if (store->is_sound && store->path && store->is_open)
        end_note_closed(store->path);
    free(store->path);
    ballast_free(store->ballast);
    free(store);
}
