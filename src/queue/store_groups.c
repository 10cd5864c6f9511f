/** Groups in SQLite, and what was posted: the jobs of one activity, and every token they posted. */
#include "sqlite.h"
#include "store_row.h"

#include "closedrop/queue/checksum.h"

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

/* ---- what was posted ---- */

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
