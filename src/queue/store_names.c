/** The index of names in SQLite (FTS5): filled in slices, and asked for jobs that may fit. */
#include "store_names.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/** How long a part of a name must be to be found by it, in characters. */
#define PART 3
/** More parts of what is searched for make the answer no better. */
#define PARTS_MAX 12

/** The index is searched for the beginning of the name of one job in so many: each takes a fraction
 * of a millisecond. */
#define VERIFY_EACH 16

/** As many jobs are added at a time: a few milliseconds. */
#define SLICE 256
/** As many of the latest are not in the index: they may still be renamed, and more at once costs
 * less. */
#define NEW 1000
/** If they are more, the index is still being made. */
#define BEHIND 8000

/** As long a document is added at once; jobs of one millisecond may be more than one. */
#define DOCUMENT_MAX (64 * 1024)

/* ---- opened and made ---- */

void names_close(struct store *store)
{
    for (size_t i = 0; i < NAMES_STATEMENTS; i++)
        sqlite3_finalize(store->names.statements[i]);
    store->names = (struct names){.is_there = false};
}

static int64_t read_number(struct store *store, enum names_sql sql)
{
    sqlite3_stmt *statement = store->names.statements[sql];
    int64_t number = next_row(store, statement) ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return number;
}

static void write_upto(struct store *store, int64_t upto_ms)
{
    store_change(store, CHANGE_NUMBER, &(struct query){.name = SQL_NAMES_UPTO, .number = upto_ms});
    store->names.upto_ms = upto_ms;
}

static bool prepare(struct store *store)
{
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < NAMES_STATEMENTS; i++)
        code = sqlite3_prepare_v3(store->database, names_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
            &store->names.statements[i], NULL);
    if (code != SQLITE_OK)
        names_close(store);
    store->names.is_there = code == SQLITE_OK;
    if (code == SQLITE_OK)
        store->names.upto_ms = read_number(store, NAMES_UPTO);
    return store->names.is_there;
}

/** From the beginning, in a transaction. */
static int make(struct store *store)
{
    names_close(store);
    int code = sqlite3_exec(store->database, SQL_NAMES_DROP SQL_NAMES_MAKE, NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        write_upto(store, 0);
        store_change(store, CHANGE_NUMBER, &(struct query){.name = STORE_REMOVED});
    }
    return code == SQLITE_OK ? store->failure : code;
}

/** What has no index is only slower, so that nothing is a failure but that of the disk. */
static int make_alone(struct store *store)
{
    store_begin(store);
    fail(store, make(store));
    (void)store_commit(store);
    const int code = store->failure;
    store->failure = SQLITE_OK;
    if (code == SQLITE_OK)
        (void)prepare(store);
    return (code & 0xFF) == SQLITE_IOERR ? code : SQLITE_OK;
}

int names_open(struct store *store, bool create, bool is_sound)
{
    bool is_usable = prepare(store) && (is_sound || !store->names.upto_ms);
    return is_usable || !create ? SQLITE_OK : make_alone(store);
}

/** Whether a call succeeded; if the index is to blame, it is not used until it is made again. */
static bool has_worked(struct store *store, int code)
{
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return true;
    if ((code & 0xFF) == SQLITE_CORRUPT)
        store->names.is_damaged = true;
    else
        fail(store, code);
    return false;
}

/* ---- added to ---- */

static void add(struct store *store, int64_t queued_ms, struct str *document)
{
    sqlite3_stmt *statement = store->names.statements[NAMES_ADD];
    if (str_error(document))
        fail(store, SQLITE_NOMEM);
    if (store->failure || store->names.is_damaged || !document->length)
        return;
    sqlite3_bind_int64(statement, 1, queued_ms);
    sqlite3_bind_text(statement, 2, str_text(document), (int)document->length, SQLITE_STATIC);
    (void)has_worked(store, sqlite3_step(statement));
    sqlite3_reset(statement);
    str_clear(document);
}

static void add_name(struct store *store, struct str *document, const char *path)
{
    CLEANUP(free_text) char *name = path ? text_searched(path) : NULL;
    if (!name)
        fail(store, SQLITE_NOMEM);
    else
        str_printf(document, "%s\n", name);
}

static bool is_usable(const struct store *store)
{
    return store->names.is_there && !store->names.is_damaged;
}

void names_note(struct store *store, const struct job *job)
{
    struct str document = STR_INIT(DOCUMENT_MAX);
    if (!is_usable(store) || job->queued_ms > store->names.upto_ms)
        return;
    add_name(store, &document, job->path);
    add(store, job->queued_ms, &document);
    str_release(&document);
}

/** When the job with this number was queued, counted from `after_ms` on; 0: there are fewer. */
static int64_t nth(struct store *store, int64_t after_ms, int number)
{
    sqlite3_stmt *statement = store->names.statements[NAMES_NTH];
    sqlite3_bind_int64(statement, 1, after_ms);
    sqlite3_bind_int(statement, 2, number - 1);
    int64_t at_ms = next_row(store, statement) ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return at_ms;
}

/** A document for each millisecond of (after_ms, upto_ms]. */
static void add_documents(struct store *store, int64_t after_ms, int64_t upto_ms)
{
    sqlite3_stmt *rows = store->names.statements[NAMES_OF];
    struct str document = STR_INIT(DOCUMENT_MAX);
    int64_t of_ms = after_ms;
    sqlite3_bind_int64(rows, 1, after_ms);
    sqlite3_bind_int64(rows, 2, upto_ms);
    while (next_row(store, rows)) {
        CLEANUP(free_text) char *path = column_copy(store, rows, 1);
        if (sqlite3_column_int64(rows, 0) != of_ms || document.length > DOCUMENT_MAX / 2)
            add(store, of_ms, &document);
        of_ms = sqlite3_column_int64(rows, 0);
        add_name(store, &document, path);
    }
    add(store, of_ms, &document);
    sqlite3_reset(rows);
    str_release(&document);
}

/** Whether more of its jobs have been removed than are left. */
static bool is_mostly_of_the_past(struct store *store)
{
    int64_t removed = store->names.is_there ? read_number(store, NAMES_REMOVED) : 0;
    return removed > NEW && removed > read_number(store, NAMES_LEFT);
}

bool names_tend(struct store *store)
{
    struct names *names = &store->names;
    if (names->is_damaged || is_mostly_of_the_past(store)) {
        fail(store, make(store));
        return prepare(store);
    }
    if (!names->is_there || !nth(store, names->upto_ms, NEW + SLICE))
        return false;
    int64_t upto_ms = nth(store, names->upto_ms, SLICE);
    add_documents(store, names->upto_ms, upto_ms);
    if (names->is_damaged)
        return true;
    write_upto(store, upto_ms);
    return true;
}

bool names_are_behind(struct store *store)
{
    return nth(store, store->names.upto_ms, BEHIND) != 0;
}

/* ---- asked ---- */

bool names_can_find(const struct store *store, const char *part)
{
    size_t length = 0, step, characters = 0;
    for (; part && part[length]; length += step, characters++)
        if (!(step = utf8_length((const unsigned char *)part + length, strnlen(part + length, 4))))
            return false;
    return is_usable(store) && characters >= PART;
}

/** As many bytes as the next three characters of valid UTF-8 have; 0: there are not so many. */
static size_t part_length(const char *text)
{
    size_t length = 0;
    for (int i = 0; i < PART; i++) {
        if (!text[length])
            return 0;
        length += utf8_length((const unsigned char *)text + length, strnlen(text + length, 4));
    }
    return length;
}

/** The part behind one, none of whose characters is in it, or else the last; NULL behind the last.
 */
static const char *next_part(const char *text)
{
    const char *next = text + part_length(text);
    if (!*next)
        return NULL;
    if (part_length(next))
        return next;
    while (text[part_length(text)])
        text += utf8_length((const unsigned char *)text, strnlen(text, 4));
    return text;
}

static void print_part(struct str *out, const char *part)
{
    const char *end = part + part_length(part);
    str_add_char(out, '"');
    for (; part < end; part++) {
        str_add_char(out, *part);
        if (*part == '"')
            str_add_char(out, '"');
    }
    str_add_char(out, '"');
}

/**
 * Its parts, as FTS5 reads them: in quotes, each with a quote of it twice. Those that overlap would
 * leave out hardly any more, and each is a list to be read.
 */
static void print_parts(struct str *out, const char *text)
{
    for (int i = 0; text && i < PARTS_MAX; i++, text = next_part(text)) {
        str_add(out, i ? " AND " : "");
        print_part(out, text);
    }
}

bool names_find(struct store *store, const char *part, int64_t since_ms, int64_t until_ms)
{
    sqlite3_stmt *statement = store->names.statements[NAMES_FIND];
    struct str parts = STR_INIT(PARTS_MAX * 64);
    print_parts(&parts, part);
    if (str_error(&parts))
        fail(store, SQLITE_NOMEM);
    sqlite3_reset(statement);
    sqlite3_bind_text(statement, 1, str_text(&parts), (int)parts.length, SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 2, since_ms);
    sqlite3_bind_int64(statement, 3, until_ms);
    str_release(&parts);
    return !store->failure;
}

bool names_next(struct store *store, int64_t *ret_ms, bool *ret_failed)
{
    sqlite3_stmt *statement = store->names.statements[NAMES_FIND];
    int code = store->failure ? SQLITE_DONE : sqlite3_step(statement);
    *ret_failed = !has_worked(store, code);
    if (code == SQLITE_ROW)
        *ret_ms = sqlite3_column_int64(statement, 0);
    else
        sqlite3_reset(statement);
    return code == SQLITE_ROW;
}

void names_verify(struct store *store, const struct job *job)
{
    int64_t at_ms;
    bool has_failed = false;
    bool is_drawn = job->id % VERIFY_EACH == 0;
    if (!is_usable(store) || job->queued_ms > store->names.upto_ms || !is_drawn)
        return;
    CLEANUP(free_text) char *name = text_searched(job->path);
    if (!name) {
        fail(store, SQLITE_NOMEM);
        return;
    }
    name[part_length(name)] = '\0';
    if (*name && names_find(store, name, job->queued_ms, job->queued_ms) &&
        !names_next(store, &at_ms, &has_failed) && !store->failure)
        store->names.is_damaged = true;
    sqlite3_reset(store->names.statements[NAMES_FIND]);
}
