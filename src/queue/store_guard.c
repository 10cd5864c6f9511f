/** The rows of the send guard: the ledger of what left the house, and what waits for it. */
#include "sqlite.h"
#include "store_row.h"

#include <stdlib.h>
#include <string.h>

/* ---- the ledger ---- */

void store_leave(struct store *store, const struct leaving *leaving)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LEAVE);
    bind_int(statement, ":id", leaving->job);
    bind_text(statement, ":rule", leaving->rule);
    bind_text(statement, ":sender", leaving->sender);
    bind_int(statement, ":at_ms", leaving->at_ms);
    carry_out(store, statement);
}

void store_stay(struct store *store, int64_t job)
{
    sqlite3_stmt *statement = statement_of(store, SQL_STAY);
    bind_int(statement, ":id", job);
    carry_out(store, statement);
}

void store_leave_as(struct store *store, int64_t job, int64_t other)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LEAVE_AS);
    bind_int(statement, ":id", job);
    bind_int(statement, ":other", other);
    carry_out(store, statement);
}

bool store_has_left(struct store *store, int64_t job, const char *rule, int64_t since_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HAS_LEFT);
    bind_int(statement, ":id", job);
    bind_text(statement, ":rule", rule);
    bind_int(statement, ":at_ms", since_ms);
    return read_one_int(store, statement, 0) > 0;
}

static int64_t nth_left(struct store *store, enum sql sql, const char *parameter, const char *value,
    int64_t but, int64_t nth)
{
    sqlite3_stmt *statement = statement_of(store, sql);
    bind_text(statement, parameter, value);
    bind_int(statement, ":id", but);
    bind_int(statement, ":nth", nth);
    return read_one_int(store, statement, INT64_MIN);
}

int64_t store_left_by_rule(struct store *store, const char *rule, int64_t but, int64_t nth)
{
    return nth_left(store, SQL_LEFT_BY_RULE, ":rule", rule, but, nth);
}

int64_t store_left_by_sender(struct store *store, const char *sender, int64_t but, int64_t nth)
{
    return nth_left(store, SQL_LEFT_BY_SENDER, ":sender", sender, but, nth);
}

void store_left_again(struct store *store, int64_t job, int64_t at_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LEFT_AGAIN);
    bind_int(statement, ":id", job);
    bind_int(statement, ":at_ms", at_ms);
    carry_out(store, statement);
}

void store_clamp_left(struct store *store, int64_t now_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LEFT_CLAMP);
    bind_int(statement, ":at_ms", now_ms);
    carry_out(store, statement);
}

void store_forget_left(struct store *store, int64_t before_ms)
{
    sqlite3_stmt *statement = statement_of(store, SQL_LEFT_FORGET);
    bind_int(statement, ":at_ms", before_ms);
    carry_out(store, statement);
}

/* ---- what is too much, and what a person says of it ---- */

bool store_is_leaving(struct store *store, const char *sender, int64_t but)
{
    sqlite3_stmt *statement = statement_of(store, SQL_IS_LEAVING);
    bind_text(statement, ":sender", sender);
    bind_int(statement, ":id", but);
    return read_one_int(store, statement, 0) > 0;
}

void store_guard_marks(struct store *store, const char *rule, struct guard_marks *ret_marks)
{
    sqlite3_stmt *statement = statement_of(store, SQL_GUARD);
    bind_text(statement, ":rule", rule);
    *ret_marks = (struct guard_marks){0};
    if (next_row(store, statement))
        *ret_marks = (struct guard_marks){.over = sqlite3_column_int64(statement, 0),
            .released = sqlite3_column_int64(statement, 1),
            .recalled = sqlite3_column_int64(statement, 2),
            .recalled_held = sqlite3_column_int64(statement, 3)};
    sqlite3_reset(statement);
}

void store_set_guard_marks(struct store *store, const char *rule, const struct guard_marks *marks)
{
    sqlite3_stmt *statement = statement_of(store, SQL_SET_GUARD);
    bind_text(statement, ":rule", rule);
    bind_int(statement, ":over", marks->over);
    bind_int(statement, ":released", marks->released);
    bind_int(statement, ":recalled", marks->recalled);
    bind_int(statement, ":recalled_held", marks->recalled_held);
    carry_out(store, statement);
}

bool store_is_undecided(struct store *store, const char *rule, const struct guard_marks *marks)
{
    sqlite3_stmt *statement = statement_of(store, SQL_IS_UNDECIDED);
    bind_text(statement, ":rule", rule);
    bind_int(statement, ":recalled", marks->recalled);
    bind_int(statement, ":over", marks->over);
    return read_one_int(store, statement, 0) != 0;
}

/* ---- what waits ---- */

static void each_number(
    struct store *store, sqlite3_stmt *statement, store_number_of *each, void *context)
{
    while (next_row(store, statement))
        each(context, (const char *)sqlite3_column_text(statement, 0),
            sqlite3_column_int64(statement, 1));
    sqlite3_reset(statement);
}

void store_held(struct store *store, const char *rule, store_number_of *each, void *context)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HELD);
    bind_text(statement, ":rule", rule);
    each_number(store, statement, each, context);
}

void store_count_paced(struct store *store, store_number_of *each, void *context)
{
    each_number(store, statement_of(store, SQL_COUNT_PACED), each, context);
}

size_t store_held_of_rule(struct store *store, const char *rule, enum job_held held, int64_t after,
    int64_t *ids, size_t most)
{
    sqlite3_stmt *statement = statement_of(store, SQL_HELD_OF_RULE);
    bind_text(statement, ":rule", rule);
    bind_int(statement, ":held", held);
    bind_int(statement, ":id", after);
    bind_int(statement, ":limit", (int64_t)most);
    return read_ids(store, statement, ids, most);
}

struct job *store_find_held(struct store *store, const char *folder, const char *path)
{
    sqlite3_stmt *statement = statement_of(store, SQL_FIND_HELD);
    bind_text(statement, ":folder", folder);
    bind_path(statement, ":path", path);
    return read_one_job(store, statement);
}

char *store_paced_sender(struct store *store, const char *after)
{
    sqlite3_stmt *statement = statement_of(store, SQL_PACED_SENDER);
    bind_text(statement, ":after", after);
    char *sender = NULL;
    if (next_row(store, statement) && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        sender = strdup((const char *)sqlite3_column_text(statement, 0));
        if (!sender)
            store_run_out_of_memory(store);
    }
    sqlite3_reset(statement);
    return sender;
}

int64_t store_paced(
    struct store *store, const char *sender, const char *folder, int64_t *ret_entered)
{
    sqlite3_stmt *statement = statement_of(store, SQL_PACED);
    bind_text(statement, ":sender", sender);
    bind_text(statement, ":folder", folder);
    int64_t id = 0;
    if (next_row(store, statement)) {
        id = sqlite3_column_int64(statement, 0);
        *ret_entered = sqlite3_column_int64(statement, 1);
    }
    sqlite3_reset(statement);
    return id;
}
