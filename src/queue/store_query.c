/** Queries in SQLite: each has a text in store_sql.h, whose parameters are fields of struct query.
 */
#include "store_query.h"

#include "sqlite.h"
#include "store_count.h"
#include "store_row.h"

#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"
#include "closedrop/queue/checksum.h"
#include "closedrop/queue/filed_memory.h"

#include <assert.h>
#include <string.h>

/* ---- parameters ---- */

enum parameter_kind {
    PARAMETER_TEXT,
    PARAMETER_PATH,
    PARAMETER_NUMBER,
    PARAMETER_FLAG,
    PARAMETER_DIGEST, /* in hex there, in bytes here */
    PARAMETER_IDENTITY,
    PARAMETER_NEVER,
    PARAMETER_CHECKSUM
};

struct parameter {
    const char *name;
    enum parameter_kind kind;
    size_t offset; /* in struct query, or in struct identity */
};

#define OF(kind, member) kind, offsetof(struct query, member)
#define TEXT(member)                                                                               \
    {                                                                                              \
        ":" #member, OF(PARAMETER_TEXT, member)                                                    \
    }
#define NUMBER(member)                                                                             \
    {                                                                                              \
        ":" #member, OF(PARAMETER_NUMBER, member)                                                  \
    }

static const struct parameter parameters[] = {
    TEXT(folder),
    TEXT(state),
    TEXT(rule),
    TEXT(group),
    TEXT(lead_id),
    TEXT(contact_id),
    TEXT(rules_digest),
    TEXT(sha256),
    TEXT(md5),
    TEXT(token),
    TEXT(activity),
    TEXT(activity_id),
    TEXT(code),
    TEXT(match),
    TEXT(sender),
    TEXT(name),
    TEXT(why),
    TEXT(channel),
    TEXT(event),
    TEXT(cause),
    NUMBER(id),
    NUMBER(posting),
    NUMBER(closed),
    NUMBER(other),
    NUMBER(below),
    NUMBER(number),
    NUMBER(nth),
    NUMBER(at_ms),
    NUMBER(since_ms),
    NUMBER(until_ms),
    NUMBER(by_ms),
    NUMBER(limit),
    NUMBER(held),
    {":path", OF(PARAMETER_PATH, path)},
    {":file_name", OF(PARAMETER_PATH, name)},
    {":beyond", OF(PARAMETER_PATH, beyond)},
    {":all", OF(PARAMETER_FLAG, all)},
    {":suspect", OF(PARAMETER_FLAG, suspect)},
    {":digest", OF(PARAMETER_DIGEST, sha256)},
    NUMBER(over),
    NUMBER(released),
    NUMBER(recalled),
    NUMBER(recalled_held),
    {":handle", PARAMETER_IDENTITY, offsetof(struct identity, handle)},
    {":size", PARAMETER_IDENTITY, offsetof(struct identity, size)},
    {":mtime_ns", PARAMETER_IDENTITY, offsetof(struct identity, mtime_ns)},
    {":never", PARAMETER_NEVER, 0},
    {":checksum", PARAMETER_CHECKSUM, 0},
};

static unsigned char find_parameter(const char *name)
{
    size_t i = 0;
    while (i < COUNT(parameters) && strcmp(parameters[i].name, name) != 0)
        i++;
    assert(i < COUNT(parameters));
    return (unsigned char)i;
}

void prepare_query(struct store *store, enum query_kind kind)
{
    sqlite3_stmt *statement = store->statements[kind];
    int count = sqlite3_bind_parameter_count(statement);
    assert(count <= PARAMETERS_MAX);
    for (int i = 0; i < count; i++)
        store->parameters[kind][i] = find_parameter(sqlite3_bind_parameter_name(statement, i + 1));
}

static int64_t checksum_of(enum query_kind kind, const struct query *query)
{
    uint8_t sha256[DIGEST_SHA256_SIZE] = {0};
    if (kind == CHANGE_POST)
        return checksum_posting(
            query->posting, query->id, query->token, query->lead_id, query->activity, query->at_ms);
    if (kind == CHANGE_EFFECT)
        return checksum_effect(query);
    const struct filing filing = {
        .lead_id = query->lead_id, .rule = query->rule, .at_ms = query->at_ms, .job = query->id};
    digest_from_hex(query->sha256, sha256, sizeof(sha256));
    return checksum_filing(sha256, query->activity, &filing);
}

static void bind_identity(sqlite3_stmt *statement, int index, const struct parameter *parameter,
    const struct identity *identity)
{
    const char *member = (const char *)identity + parameter->offset;
    if (parameter->offset == offsetof(struct identity, handle))
        sqlite3_bind_blob(statement, index, member, (int)identity->handle_length, SQLITE_STATIC);
    else
        sqlite3_bind_int64(statement, index, *(const int64_t *)(const void *)member);
}

static void bind_digest(sqlite3_stmt *statement, int index, const char *hex)
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    if (hex && digest_from_hex(hex, bytes, sizeof(bytes)))
        sqlite3_bind_blob(statement, index, bytes, sizeof(bytes), SQLITE_TRANSIENT);
}

static void bind(sqlite3_stmt *statement, int index, const struct parameter *parameter,
    enum query_kind kind, const struct query *query)
{
    const void *member = (const char *)query + parameter->offset;
    const char *text = parameter->kind <= PARAMETER_PATH ? *(const char *const *)member : NULL;
    switch (parameter->kind) {
    case PARAMETER_TEXT:
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
        break;
    case PARAMETER_PATH:
        sqlite3_bind_blob(statement, index, text, text ? (int)strlen(text) : 0, SQLITE_STATIC);
        break;
    case PARAMETER_NUMBER:
        sqlite3_bind_int64(statement, index, *(const int64_t *)member);
        break;
    case PARAMETER_FLAG:
        sqlite3_bind_int64(statement, index, *(const bool *)member);
        break;
    case PARAMETER_DIGEST:
        bind_digest(statement, index, *(const char *const *)member);
        break;
    case PARAMETER_IDENTITY:
        bind_identity(statement, index, parameter, query->identity);
        break;
    case PARAMETER_NEVER:
        sqlite3_bind_int64(statement, index, JOB_DUE_NEVER);
        break;
    case PARAMETER_CHECKSUM:
        sqlite3_bind_int64(statement, index, checksum_of(kind, query));
        break;
    }
}

sqlite3_stmt *statement_of_query(
    struct store *store, enum query_kind kind, const struct query *query)
{
    sqlite3_stmt *statement = statement_of(store, kind);
    int count = sqlite3_bind_parameter_count(statement);
    for (int i = 0; i < count; i++)
        bind(statement, i + 1, &parameters[store->parameters[kind][i]], kind, query);
    return statement;
}

/* ---- rows ---- */

/** How many of a row's first columns are texts. */
static const unsigned char texts_of[QUERIES] = {
    [QUERY_COUNT] = 1,
    [QUERY_COUNT_OUTCOMES] = 2,
    [QUERY_FOLDERS] = 1,
    [QUERY_RULES_GONE] = 1,
    [QUERY_POSTINGS] = 3,
    [QUERY_EFFECTS] = 4,
    [QUERY_FILINGS] = 3,
    [QUERY_HISTORY] = 2,
    [QUERY_HELD] = 1,
    [QUERY_PACED_SENDER] = 1,
    [QUERY_COUNT_PACED] = 1,
    [QUERY_NOTICES] = 3,
    [QUERY_NOTICES_OF_CAUSE] = 3,
    [QUERY_CAUSES] = 2,
};

static struct row read_row(sqlite3_stmt *statement, int texts)
{
    struct row row = {.texts = {NULL}};
    int columns = sqlite3_column_count(statement);
    for (int i = 0; i < texts; i++)
        row.texts[i] = (const char *)sqlite3_column_text(statement, i);
    for (int i = texts; i < columns && i - texts < ROW_NUMBERS; i++)
        row.numbers[i - texts] = sqlite3_column_int64(statement, i);
    return row;
}

/* What was filed and is not found is filed again. A search ends where the row would be, or next to
 * a row that is not what it was and has misled it: those to both sides must be sound, and in order,
 * as their last column says. */

static void check_neighbours(struct store *store, sqlite3_stmt *neighbours,
    void (*check)(struct store *store, sqlite3_stmt *row))
{
    int in_order = sqlite3_column_count(neighbours) - 1;
    while (next_row(store, neighbours)) {
        check(store, neighbours);
        if (!sqlite3_column_int(neighbours, in_order))
            fail_as_damaged(store);
    }
    sqlite3_reset(neighbours);
}

static void doubt_that_none_was_filed(struct store *store, const struct query *query)
{
    sqlite3_stmt *neighbours = statement_of(store, SQL_FILINGS_NEXT_TO);
    bind_digest(neighbours, 1, query->sha256);
    sqlite3_bind_text(neighbours, 2, query->activity, -1, SQLITE_STATIC);
    sqlite3_bind_text(neighbours, 3, query->lead_id, -1, SQLITE_STATIC);
    check_neighbours(store, neighbours, check_filing);
}

static void doubt_that_no_more_was_posted(struct store *store, const struct query *query)
{
    sqlite3_stmt *neighbours = statement_of(store, SQL_POSTINGS_NEXT_TO);
    sqlite3_bind_int64(neighbours, 1, query->id);
    check_neighbours(store, neighbours, check_posting);
}

void store_rows(struct store *store, enum query_kind kind, const struct query *query,
    void (*each)(void *context, const struct row *row), void *context)
{
    bool has_any = false;
    sqlite3_stmt *statement = statement_of_query(store, kind, query);
    for (; next_row(store, statement); has_any = true) {
        const struct row row = read_row(statement, texts_of[kind]);
        if (kind == QUERY_POSTINGS)
            check_posting(store, statement);
        if (kind == QUERY_EFFECTS)
            check_effect(store, statement);
        if (kind == QUERY_FILINGS)
            check_filing(store, statement);
        if (!store->failure)
            each(context, &row);
    }
    sqlite3_reset(statement);
    if (kind == QUERY_POSTINGS)
        doubt_that_no_more_was_posted(store, query);
    if (kind == QUERY_FILINGS && !has_any)
        doubt_that_none_was_filed(store, query);
    if (kind == QUERY_COUNT)
        count_waiting(store, query->folder, each, context);
}

void query_jobs(struct store *store, enum query_kind kind, const struct query *query,
    void (*take)(void *context, struct job *job), void *context)
{
    sqlite3_stmt *statement = statement_of_query(store, kind, query);
    while (next_row(store, statement)) {
        struct job *job = read_job(store, statement);
        if (job)
            take(context, job);
    }
    sqlite3_reset(statement);
}

void store_change(struct store *store, enum query_kind kind, const struct query *query)
{
    carry_out(store, statement_of_query(store, kind, query));
}
