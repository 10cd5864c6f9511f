/**
 * Opening the queue's database: whose it is, whether it is sound and of our format, and what of the
 * disk it may count on.
 */
#include "sqlite.h"
#include "store_row.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** What a store that is set aside has behind its name, and then the time. */
#define ASIDE ".damaged-"
#define VERSION_KNOWN ((int)COUNT(sql_migrations))

/** What it means that an SQLite call failed; where it is the machine's fault, nothing is done. */
static enum store_problem problem_of(sqlite3 *database, int code)
{
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_IN_USE;
    case SQLITE_CANTOPEN:
        return is_shortage(sqlite3_system_errno(database)) ? STORE_BROKEN_MACHINE
                                                           : STORE_UNWRITABLE;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return STORE_UNWRITABLE;
    case SQLITE_FULL:
        return STORE_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STORE_DAMAGED;
    default:
        return STORE_BROKEN_MACHINE;
    }
}

static int ask_int(sqlite3 *database, const char *sql, int *ret_value)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *ret_value = sqlite3_column_int(statement, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

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

static int migrate(const struct store *store, int version)
{
    int code = sqlite3_create_function(store->database, "unhex", 1,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, unhex, NULL, NULL);
    for (; code == SQLITE_OK && version < VERSION_KNOWN; version++) {
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

/**
 * Look for damage: for a command a quick look; before work begins a full one, for an index that
 * misses a row would have its file filed again. It takes about 9 s for a million jobs.
 */
static int check_soundness(sqlite3 *database, bool fully)
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

/** The pragmas that make one connection durable and alone (reference: reliability, SQLite). */
static int configure(sqlite3 *database)
{
    char sql[1024];
    snprintf(sql, sizeof(sql),
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
        "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 8388608;"
        "BEGIN IMMEDIATE; PRAGMA application_id = %d; COMMIT;",
        SQL_APPLICATION_ID);
    return sqlite3_exec(database, sql, NULL, NULL, NULL);
}

/** Refuse what another program, or a newer closedrop, has made. */
static enum store_problem check_maker(sqlite3 *database, int *ret_version, struct str *why)
{
    int application = 0, tables = 0;
    int code = ask_int(database, "PRAGMA application_id", &application);
    if (code == SQLITE_OK)
        code = ask_int(database, "PRAGMA user_version", ret_version);
    if (code == SQLITE_OK)
        code = ask_int(database, "SELECT count(*) FROM sqlite_schema", &tables);
    if (code != SQLITE_OK) {
        str_printf(why, "the queue cannot be read: %s", sqlite3_errmsg(database));
        return problem_of(database, code);
    }
    if (application != SQL_APPLICATION_ID && (application || tables)) {
        str_add(why, "queue.db was made by another program; name another state_dir");
        return STORE_NEWER;
    }
    if (*ret_version > VERSION_KNOWN) {
        str_printf(why,
            "queue.db was made by a newer closedrop (format %d, this one knows %d); "
            "install that version, or name another state_dir",
            *ret_version, VERSION_KNOWN);
        return STORE_NEWER;
    }
    return 0;
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
        str_add(why, "the queue is not made yet; `closedrop run` makes it");
        return STORE_MISSING;
    }
    code = configure(database);
    if (code == SQLITE_OK)
        code = check_soundness(database, create);
    if (code == SQLITE_OK)
        code = migrate(store, version);
    if (code == SQLITE_OK)
        return 0;
    if (code == SQLITE_ERROR) /* the SQL is right: it is the tables that are not as they were */
        code = SQLITE_CORRUPT;
    str_printf(why, "the queue cannot be used: %s",
        code == SQLITE_CORRUPT ? "it is damaged" : sqlite3_errmsg(database));
    return problem_of(database, code);
}

static enum store_problem prepare_statements(struct store *store)
{
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < SQL_STATEMENTS; i++)
        code = sqlite3_prepare_v3(store->database, sql_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
            &store->statements[i], NULL);
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
    int made = create ? make_directories(directory) : 0;
    char *path = str_format("%s/queue.db", directory);
    enum store_problem problem = 0;
    if (!path) {
        problem = STORE_BROKEN_MACHINE;
    } else if (made < 0 || (create && access(directory, W_OK | X_OK) < 0)) {
        str_printf(why,
            "state_dir %s cannot be %s: %s; make it writable for this user, or name another",
            directory, made < 0 ? "made" : "written", strerror(made < 0 ? -made : errno));
        problem = is_shortage(made) ? STORE_BROKEN_MACHINE : STORE_UNWRITABLE;
    } else if (!create && access(path, F_OK) < 0) {
        problem = errno == EACCES ? STORE_UNWRITABLE : STORE_MISSING;
        str_printf(why,
            problem == STORE_MISSING
                ? "there is no queue in %s yet; `closedrop run` makes it"
                : "you may not look into %s; ask as the user closedrop runs as, or, while it runs, "
                  "as a member of its group",
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
    int code = store_read_all(store);
    if (code == SQLITE_CORRUPT)
        str_add(why, "the queue cannot be used: a row of it is not what was written");
    return code == SQLITE_OK ? 0 : problem_of(store->database, code);
}

/** Open, check and prepare the database of `store`. */
static enum store_problem open_database(
    struct store *store, const char *path, bool create, struct str *why)
{
    mode_t before = umask(0077);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, &store->database, flags, NULL);
    enum store_problem problem = code == SQLITE_OK ? prepare_database(store, create, why)
                                                   : problem_of(store->database, code);
    umask(before);
    if (!problem)
        problem = prepare_statements(store);
    return problem || !create ? problem : read_all(store, why);
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

/** What to say of a problem that nothing was said of yet. */
static void tell_problem(
    struct store *store, enum store_problem problem, const char *directory, struct str *why)
{
    if (problem == STORE_IN_USE) {
        str_clear(why);
        str_printf(why, "the queue in %s is in use by another closedrop", directory);
    } else if (problem == STORE_FULL) {
        tell_full(store, directory, why);
    } else if (!why->length) {
        int error = sqlite3_system_errno(store->database);
        str_printf(why, "the queue in %s cannot be opened: %s%s%s", directory,
            sqlite3_errmsg(store->database), error ? ": " : "", error ? strerror(error) : "");
    }
}

static bool was_set_aside(const char *directory)
{
    static const char prefix[] = "queue.db" ASIDE;
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    bool found = false;
    while (entries && !found && (entry = readdir(entries)) != NULL)
        found = strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0;
    if (entries)
        closedir(entries);
    return found;
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
        store->ballast && (ballast_was_there(store->ballast) || was_set_aside(directory));
    enum store_problem problem = open_database(store, path, create, why);
    struct room room;
    if (!problem) {
        (void)store_is_short(store, &room);
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
    if (problem == STORE_FULL && create) { /* once more, without the ballast */
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
    sqlite3_close(store->database);
    ballast_free(store->ballast);
    free(store);
}

/** A name beside the store that no earlier one was set aside under. */
static char *free_aside_name(const char *path)
{
    for (int64_t at = clock_wall_ms();; at++) {
        char *aside = str_format("%s" ASIDE "%lld", path, (long long)at);
        if (!aside || access(aside, F_OK) < 0)
            return aside;
        free(aside);
    }
}

int store_set_aside(const char *directory, char **ret_aside)
{
    /* the database first: a log without it is nothing, but it without its log is an older one */
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    CLEANUP(free_text) char *path = str_format("%s/queue.db", directory);
    CLEANUP(free_text) char *aside = path ? free_aside_name(path) : NULL;
    if (!aside)
        return -ENOMEM;
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        CLEANUP(free_text) char *from = str_format("%s%s", path, suffixes[i]);
        CLEANUP(free_text) char *to = str_format("%s%s", aside, suffixes[i]);
        if (!from || !to)
            return -ENOMEM;
        if (rename(from, to) < 0 && errno != ENOENT)
            return -errno;
    }
    CLEANUP(close_fd) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return -errno;
    *ret_aside = TAKE_PTR(aside);
    return 0;
}
