/* The queue's rows in SQLite: jobs, groups and history, read and written by prepared statements. */
#include "sqlite.h"
#include "store_row.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/checksum.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- jobs ---- */

struct job *store_load(struct store *store, int64_t id)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LOAD);
    bind_int(statement, ":id", id);
    return read_one_job(store, statement);
}

static struct job *find_by_handle(
    struct store *store, const char *folder, const struct identity *identity)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND);
    bind_text(statement, ":folder", folder);
    bind_bytes(statement, ":handle", identity->handle, identity->handle_length);
    bind_identity(statement, identity);
    return read_one_job(store, statement);
}

static struct job *find_by_path(
    struct store *store, const char *folder, const struct identity *identity, const char *path)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND_BY_PATH);
    bind_text(statement, ":folder", folder);
    bind_path(statement, ":path", path);
    bind_identity(statement, identity);
    return read_one_job(store, statement);
}

struct job *store_find(
    struct store *store, const char *folder, const struct identity *identity, const char *path)
{
    struct job *job = identity->handle_length ? find_by_handle(store, folder, identity) : NULL;
    return job || !path ? job : find_by_path(store, folder, identity, path);
}

struct job *store_find_waiting(struct store *store, const char *folder, const char *path)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND_WAITING);
    bind_text(statement, ":folder", folder);
    bind_path(statement, ":path", path);
    return read_one_job(store, statement);
}

struct job *store_find_kept(struct store *store, const struct job *than)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND_KEPT);
    bind_int(statement, ":id", than->id);
    bind_text(statement, ":folder", than->folder);
    bind_bytes(statement, ":handle", than->identity.handle, than->identity.handle_length);
    bind_path(statement, ":path", than->path);
    bind_int(statement, ":size", than->identity.size);
    return read_one_job(store, statement);
}

bool store_has_successor(struct store *store, const struct job *job)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HAS_SUCCESSOR);
    bind_text(statement, ":folder", job->folder);
    bind_path(statement, ":path", job->path);
    bind_int(statement, ":id", job->id);
    return read_one_int(store, statement, 0) > 0;
}

bool store_has_put_away(struct store *store, const char *folder, const char *directory,
    int64_t since_ms, int64_t until_ms)
{
    CLEANUP(free_text) char *first = str_format("%s/", directory);
    CLEANUP(free_text) char *beyond = str_format("%s0", directory); /* the next byte after '/' */
    if (!first || !beyond)
        return false;
    sqlite3_stmt *statement = statement_of(store, SQL_HAS_PUT_AWAY);
    bind_text(statement, ":folder", folder);
    bind_path(statement, ":path", first);
    bind_path(statement, ":beyond", beyond);
    bind_int(statement, ":since_ms", since_ms);
    bind_int(statement, ":until_ms", until_ms);
    return read_one_int(store, statement, 0) > 0;
}

struct job *store_due(
    struct store *store, const char *folder, enum job_state state, bool suspects, int64_t now_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_DUE);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":state", job_state_names[state]);
    bind_int(statement, ":suspect", suspects);
    bind_int(statement, ":due_ms", now_ms);
    return read_one_job(store, statement);
}

int64_t store_next_due(struct store *store, const char *folder, enum job_state state, bool suspects)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NEXT_DUE);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":state", job_state_names[state]);
    bind_int(statement, ":suspect", suspects);
    return read_one_int(store, statement, INT64_MAX);
}

int64_t store_suspects(struct store *store)
{
    return read_one_int(store, statement_of(store, SQL_SUSPECTS), 0);
}

void store_wake(struct store *store, const char *error_code, int64_t due_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_WAKE);
    bind_text(statement, ":error_code", error_code);
    bind_int(statement, ":due_ms", due_ms);
    carry_out(store, statement);
}

void store_wake_changed(
    struct store *store, const char *folder, const char *rules_digest, int64_t due_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_WAKE_CHANGED);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":mark", rules_digest);
    bind_int(statement, ":due_ms", due_ms);
    carry_out(store, statement);
}

/* ---- groups, and what was posted ---- */

struct job *store_unsorted(struct store *store, const char *folder, const char *rules_digest)
{
    sqlite3_stmt *statement = statement_of(store, SQL_UNSORTED);
    bind_text(statement, ":folder", folder);
    bind_text(statement, ":mark", rules_digest);
    return read_one_job(store, statement);
}

static sqlite3_stmt *statement_of_group(struct store *store, enum sql sql, const struct job *member)
{
    sqlite3_stmt *statement = statement_of(store, sql);
    bind_text(statement, ":folder", member->folder);
    bind_text(statement, ":rule", member->rule);
    bind_text(statement, ":group_key", member->group);
    bind_text(statement, ":lead_id", member->lead_id);
    bind_text(statement, ":contact_id", member->contact_id);
    bind_text(statement, ":mark", member->rules_digest ? member->rules_digest : "");
    bind_int(statement, ":closed", member->closed);
    return statement;
}

void store_group(struct store *store, const struct job *member, struct store_group *ret_group)
{
    sqlite3_stmt *statement = statement_of_group(store, SQL_GROUP, member);
    *ret_group = (struct store_group){0};
    if (next_row(store, statement))
        *ret_group = (struct store_group){
            .newest_ms = sqlite3_column_int64(statement, 0),
            .open = sqlite3_column_int64(statement, 1),
            .failing = sqlite3_column_int64(statement, 2),
        };
    sqlite3_reset(statement);
}

static size_t read_jobs(
    struct store *store, sqlite3_stmt *statement, struct job **ret_jobs, size_t most)
{
    size_t count = 0;
    while (count < most && next_row(store, statement)) {
        struct job *job = read_job(store, statement);
        if (job)
            ret_jobs[count++] = job;
    }
    sqlite3_reset(statement);
    return count;
}

size_t store_group_members(
    struct store *store, const struct job *member, struct job **ret_members, size_t most)
{
    sqlite3_stmt *statement = statement_of_group(store, SQL_GROUP_MEMBERS, member);
    bind_int(statement, ":id", member->id);
    bind_int(statement, ":limit", (int64_t)most);
    return read_jobs(store, statement, ret_members, most);
}

void store_delay_group(struct store *store, const struct job *member, int64_t due_ms)
{
    sqlite3_stmt *statement = statement_of_group(store, SQL_GROUP_DELAY, member);
    bind_int(statement, ":due_ms", due_ms);
    carry_out(store, statement);
}

void store_wake_group(struct store *store, const struct job *member, int64_t due_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_WAKE_GROUP);
    bind_text(statement, ":folder", member->folder);
    bind_text(statement, ":rule", member->rule);
    bind_text(statement, ":group_key", member->group);
    bind_int(statement, ":due_ms", due_ms);
    bind_int(statement, ":never", JOB_DUE_NEVER);
    carry_out(store, statement);
}

int64_t store_new_posting(struct store *store)
{
    return read_one_int(store, statement_of(store, SQL_LAST_POSTING), 0) + 1;
}

void store_post(struct store *store, const struct job *job, int64_t at_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_POST);
    bind_int(statement, ":posting", job->posting);
    bind_int(statement, ":id", job->id);
    bind_text(statement, ":token", job->token ? job->token : "");
    bind_text(statement, ":lead_id", job->lead_id);
    bind_text(statement, ":activity", activity_kind_names[job->activity]);
    bind_int(statement, ":at_ms", at_ms);
    bind_int(statement, ":checksum",
        checksum_posting(job->posting, job->id, job->token ? job->token : "", job->lead_id,
            activity_kind_names[job->activity], at_ms));
    carry_out(store, statement);
}

/** The posting in the current row; columns in the order of SQL_POSTING_COLUMNS. */
struct posting {
    const char *token;
    const char *lead_id;
    int activity;
    int64_t at_ms;
};

static struct posting read_posting(struct store *store, sqlite3_stmt *statement)
{
    struct posting posting = {.token = (const char *)sqlite3_column_text(statement, 0),
        .lead_id = (const char *)sqlite3_column_text(statement, 1),
        .activity = column_name(statement, 2, activity_kind_names, ACTIVITY_KINDS),
        .at_ms = sqlite3_column_int64(statement, 3)};
    if (posting.activity < 0 || !posting.token || !posting.lead_id)
        fail_as_damaged(store);
    else
        check_row(store, sqlite3_column_int64(statement, 6),
            checksum_posting(sqlite3_column_int64(statement, 4), sqlite3_column_int64(statement, 5),
                posting.token, posting.lead_id, activity_kind_names[posting.activity],
                posting.at_ms));
    return posting;
}

void store_postings(struct store *store, int64_t job,
    void (*each)(void *context, const char *token, const char *lead_id, enum activity_kind activity,
        int64_t at_ms),
    void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_POSTINGS);
    bind_int(statement, ":id", job);
    while (next_row(store, statement)) {
        struct posting posting = read_posting(store, statement);
        if (!store->failure)
            each(context, posting.token, posting.lead_id, (enum activity_kind)posting.activity,
                posting.at_ms);
    }
    sqlite3_reset(statement);
}

size_t store_by_posting(
    struct store *store, const struct job *job, struct job **ret_jobs, size_t most)
{
    sqlite3_stmt *statement = statement_of(store, SQL_BY_POSTING);
    bind_int(statement, ":posting", job->posting);
    bind_int(statement, ":id", job->id);
    bind_text(statement, ":state", job_state_names[job->state]);
    bind_int(statement, ":limit", (int64_t)most);
    return read_jobs(store, statement, ret_jobs, most);
}

bool store_has_activity(struct store *store, const char *activity_id, const char *md5)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HAS_ACTIVITY);
    bind_text(statement, ":activity_id", activity_id);
    bind_text(statement, ":md5", md5);
    return read_one_int(store, statement, 0) > 0;
}

/* ---- the content memory ---- */

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

/** The filing in the current row; columns in the order of SQL_FILING_COLUMNS. */
static struct filing read_filing(struct store *store, sqlite3_stmt *statement)
{
    struct filing filing = {.lead_id = (const char *)sqlite3_column_text(statement, 0),
        .rule = (const char *)sqlite3_column_text(statement, 1),
        .at_ms = sqlite3_column_int64(statement, 2),
        .job = sqlite3_column_int64(statement, 3)};
    const uint8_t *sha256 = sqlite3_column_blob(statement, 4);
    const char *activity = (const char *)sqlite3_column_text(statement, 5);
    bool is_whole = sha256 && sqlite3_column_bytes(statement, 4) == DIGEST_SHA256_SIZE;
    if (!is_whole || !activity || !filing.lead_id || !filing.rule)
        fail_as_damaged(store);
    else
        check_row(
            store, sqlite3_column_int64(statement, 6), checksum_filing(sha256, activity, &filing));
    return filing;
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

/* ---- the clock was wrong, or is set ---- */

void store_clamp(struct store *store, int64_t most_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_CLAMP);
    bind_int(statement, ":due_ms", most_ms);
    bind_int(statement, ":never", JOB_DUE_NEVER);
    carry_out(store, statement);
}

void store_shift(struct store *store, int64_t by_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_SHIFT);
    bind_int(statement, ":by_ms", by_ms);
    bind_int(statement, ":never", JOB_DUE_NEVER);
    carry_out(store, statement);
    statement = statement_of(store, SQL_LEFT_SHIFT);
    bind_int(statement, ":by_ms", by_ms);
    carry_out(store, statement);
}

/* ---- what an unclean end left ---- */

struct job *store_next_claimed(struct store *store, int64_t after)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NEXT_CLAIMED);
    bind_int(statement, ":id", after);
    return read_one_job(store, statement);
}

int64_t store_count_claimed(struct store *store)
{
    return read_one_int(store, statement_of(store, SQL_COUNT_CLAIMED), 0);
}

/* ---- history, lists, numbers ---- */

void store_note(struct store *store, int64_t job, int64_t at_ms, const char *state, const char *why)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NOTE);
    bind_int(statement, ":id", job);
    bind_int(statement, ":at_ms", at_ms);
    bind_text(statement, ":state", state);
    bind_text(statement, ":why", why ? why : "");
    carry_out(store, statement);
}

int64_t store_last_note(struct store *store)
{
    return read_one_int(store, statement_of(store, SQL_LAST_NOTE), 0);
}

void store_history(struct store *store, int64_t job,
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HISTORY);
    bind_int(statement, ":id", job);
    while (next_row(store, statement))
        each(context, sqlite3_column_int64(statement, 0),
            (const char *)sqlite3_column_text(statement, 1),
            (const char *)sqlite3_column_text(statement, 2));
    sqlite3_reset(statement);
}

static void for_each_job(struct store *store, sqlite3_stmt *statement,
    void (*each)(void *context, const struct job *job), void *context)
{
    while (next_row(store, statement)) {
        CLEANUP(job_freep) struct job *job = read_job(store, statement);
        if (job)
            each(context, job);
    }
    sqlite3_reset(statement);
}

void store_list(struct store *store, const struct store_filter *filter,
    void (*each)(void *context, const struct job *job), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LIST);
    bind_text(statement, ":folder", filter->folder);
    bind_text(statement, ":rule", filter->rule);
    bind_text(statement, ":state", filter->state < 0 ? NULL : job_state_names[filter->state]);
    bind_int(statement, ":held", filter->held);
    bind_int(statement, ":below", filter->below ? filter->below : INT64_MAX);
    bind_int(statement, ":limit", filter->limit);
    for_each_job(store, statement, each, context);
}

void store_not_put_away(struct store *store, int most,
    void (*each)(void *context, const struct job *job), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NOT_PUT_AWAY);
    bind_int(statement, ":limit", most);
    for_each_job(store, statement, each, context);
}

size_t store_failed(struct store *store, const struct failed_filter *filter, int64_t after,
    int64_t *ids, size_t most)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FAILED);
    bind_text(statement, ":folder", filter->folder);
    bind_text(statement, ":rule", filter->rule);
    bind_text(statement, ":code", filter->code);
    bind_int(statement, ":id", after);
    bind_int(statement, ":limit", (int64_t)most);
    return read_ids(store, statement, ids, most);
}

size_t store_in_failed(
    struct store *store, const char *folder, int64_t after, int64_t *ids, size_t most)
{
    sqlite3_stmt *statement = statement_of(store, SQL_IN_FAILED);
    bind_text(statement, ":folder", folder);
    bind_int(statement, ":id", after);
    bind_int(statement, ":limit", (int64_t)most);
    return read_ids(store, statement, ids, most);
}

void store_count(struct store *store, const char *folder, struct store_counts *ret_counts)
{
    struct store_counts counts = {0};
    sqlite3_stmt *statement = statement_of(store, SQL_COUNT);
    bind_text(statement, ":folder", folder);
    while (next_row(store, statement)) {
        int state = column_name(statement, 0, job_state_names, JOB_STATES);
        int64_t number = sqlite3_column_int64(statement, 2);
        if (state < 0)
            continue;
        counts.by_state[state] += number;
        if ((state == JOB_DONE || state == JOB_FAILED) && !sqlite3_column_int(statement, 1))
            counts.not_put_away += number;
    }
    sqlite3_reset(statement);
    *ret_counts = counts;
}

void store_folders(struct store *store,
    void (*each)(void *context, const char *folder, int64_t jobs, int64_t waiting), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FOLDERS);
    while (next_row(store, statement))
        each(context, (const char *)sqlite3_column_text(statement, 0),
            sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 2));
    sqlite3_reset(statement);
}

void store_rules_gone(
    struct store *store, void (*each)(void *context, const char *rule, int64_t jobs), void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_RULES_GONE);
    bind_int(statement, ":never", JOB_DUE_NEVER);
    while (next_row(store, statement))
        each(context, (const char *)sqlite3_column_text(statement, 0),
            sqlite3_column_int64(statement, 1));
    sqlite3_reset(statement);
}

int64_t store_number(struct store *store, const char *name)
{
    sqlite3_stmt *statement = statement_of(store, SQL_NUMBER);
    bind_text(statement, ":name", name);
    return read_one_int(store, statement, 0);
}

void store_set_number(struct store *store, const char *name, int64_t value)
{
    sqlite3_stmt *statement = statement_of(store, SQL_SET_NUMBER);
    bind_text(statement, ":name", name);
    bind_int(statement, ":value", value);
    carry_out(store, statement);
}

int store_read_all(struct store *store)
{
    sqlite3_stmt *jobs = statement_of(store, SQL_ALL_JOBS);
    sqlite3_stmt *postings = statement_of(store, SQL_ALL_POSTINGS);
    sqlite3_stmt *filings = statement_of(store, SQL_ALL_FILINGS);
    store->failure = SQLITE_OK;
    while (next_row(store, jobs))
        job_free(read_job(store, jobs));
    while (next_row(store, postings))
        (void)read_posting(store, postings);
    while (next_row(store, filings))
        (void)read_filing(store, filings);
    sqlite3_reset(jobs);
    sqlite3_reset(postings);
    sqlite3_reset(filings);
    return store->failure;
}
