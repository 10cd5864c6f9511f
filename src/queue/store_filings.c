/** The content memory in SQLite: which bytes were filed as what on which lead. */
#include "sqlite.h"
#include "store_row.h"

#include "closedrop/queue/checksum.h"

/** A statement about the bytes of `sha256`, filed as `activity`; NULL: that is no hash. */
static sqlite3_stmt *statement_of_content(struct store *store, enum sql sql, const char *sha256,
    enum activity_kind activity, uint8_t bytes[DIGEST_SHA256_SIZE])
{
    if (!sha256 || !digest_from_hex(sha256, bytes, DIGEST_SHA256_SIZE))
        return NULL;
    sqlite3_stmt *statement = statement_of(store, sql);
    bind_bytes(statement, ":sha256", bytes, DIGEST_SHA256_SIZE);
    bind_text(statement, ":activity", activity_kind_names[activity]);
    return statement;
}

void store_remember(struct store *store, const char *sha256, enum activity_kind activity,
    const struct filing *filing)
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    sqlite3_stmt *statement = statement_of_content(store, SQL_REMEMBER, sha256, activity, bytes);
    if (!statement || !filing->lead_id)
        return;
    bind_text(statement, ":lead_id", filing->lead_id);
    bind_int(statement, ":job", filing->job);
    bind_text(statement, ":rule", filing->rule);
    bind_int(statement, ":at_ms", filing->at_ms);
    bind_int(statement, ":checksum", checksum_filing(bytes, activity_kind_names[activity], filing));
    carry_out(store, statement);
}

void store_unremember(struct store *store, const char *sha256, enum activity_kind activity,
    const char *lead_id, int64_t job)
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    sqlite3_stmt *statement = statement_of_content(store, SQL_UNREMEMBER, sha256, activity, bytes);
    if (!statement)
        return;
    bind_text(statement, ":lead_id", lead_id);
    bind_int(statement, ":job", job);
    carry_out(store, statement);
}

void store_filings(struct store *store, const char *sha256, enum activity_kind activity,
    const char *lead_id, void (*each)(void *context, const struct filing *filing), void *context)
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    sqlite3_stmt *statement = statement_of_content(store, SQL_FILINGS, sha256, activity, bytes);
    if (statement)
        bind_text(statement, ":lead_id", lead_id);
    while (statement && next_row(store, statement)) {
        struct filing filing = read_filing(store, statement);
        if (!store->failure)
            each(context, &filing);
    }
    sqlite3_reset(statement);
}

bool store_is_unclear_by_hand(struct store *store, const char *sha256, const char *lead_id)
{
    sqlite3_stmt *statement = statement_of(store, SQL_UNCLEAR_BY_HAND);
    bind_text(statement, ":sha256", sha256);
    bind_text(statement, ":lead_id", lead_id);
    return read_one_int(store, statement, 0) > 0;
}

bool store_is_filed_elsewhere(
    struct store *store, const char *sha256, enum activity_kind activity, const char *lead_id)
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    sqlite3_stmt *statement =
        statement_of_content(store, SQL_FILED_ELSEWHERE, sha256, activity, bytes);
    if (!statement)
        return false;
    bind_text(statement, ":lead_id", lead_id);
    return read_one_int(store, statement, 0) != 0;
}

struct job *store_already_filed(struct store *store, const char *sha256, int64_t after)
{
    sqlite3_stmt *statement = statement_of(store, SQL_ALREADY_FILED);
    bind_text(statement, ":sha256", sha256);
    bind_int(statement, ":id", after);
    return read_one_job(store, statement);
}
