/** Counts the jobs that are not put away: once in the store, and then along with each write. */
#include "store_count.h"

#include "closedrop/base/array.h"
#include "job_fields.h"

#include <stdlib.h>
#include <string.h>

/** What makes a job count, and as what. */
static const char *const counted[] = {"folder", "state", "ending", "filed"};

static int column_of(const char *name)
{
    return (int)(job_field_of(name) - job_fields);
}

uint64_t count_fields(void)
{
    uint64_t fields = 0;
    for (size_t i = 0; i < COUNT(counted); i++)
        fields |= UINT64_C(1) << column_of(counted[i]);
    return fields;
}

void count_release(struct store *store)
{
    struct waiting *waiting = &store->waiting;
    for (size_t i = 0; i < waiting->count; i++)
        free(waiting->folders[i].name);
    free(waiting->folders);
    *waiting = (struct waiting){.is_known = false};
}

/** NULL if memory is short: then all are counted again when that is asked next. */
static struct waiting_folder *folder_of(struct store *store, const char *name)
{
    struct waiting *waiting = &store->waiting;
    for (size_t i = 0; i < waiting->count; i++)
        if (strcmp(waiting->folders[i].name, name) == 0)
            return &waiting->folders[i];
    char *copy = strdup(name);
    struct waiting_folder *grown =
        reallocarray(waiting->folders, waiting->count + 1, sizeof(*waiting->folders));
    waiting->folders = grown ? grown : waiting->folders;
    if (!copy || !grown) {
        free(copy);
        count_release(store);
        return NULL;
    }
    grown[waiting->count] = (struct waiting_folder){.name = copy};
    return &grown[waiting->count++];
}

static void count(struct store *store, const char *name, int state, int64_t jobs)
{
    bool is_of_a_folder = name && *name; /* not one that was uploaded by hand */
    struct waiting_folder *folder =
        store->waiting.is_known && is_of_a_folder && state >= 0 ? folder_of(store, name) : NULL;
    if (folder)
        folder->jobs[state] += jobs;
}

void count_row_before(struct store *store, sqlite3_stmt *row)
{
    /* the id is the first column of a row */
    int ending = column_name(row, 1 + column_of("ending"), job_ending_names, JOB_ENDINGS);
    if (ending == 0 && !sqlite3_column_int(row, 1 + column_of("filed")))
        count(store, (const char *)sqlite3_column_text(row, 1 + column_of("folder")),
            column_name(row, 1 + column_of("state"), job_state_names, JOB_STATES), -1);
}

void count_job_after(struct store *store, const struct job *job)
{
    if (!job->ending && !job->put_away)
        count(store, job->folder, job->state, 1);
}

static void count_all(struct store *store)
{
    sqlite3_stmt *rows = statement_of(store, SQL_COUNT_WAITING);
    store->waiting.is_known = true;
    while (next_row(store, rows))
        count(store, (const char *)sqlite3_column_text(rows, 0),
            column_name(rows, 1, job_state_names, JOB_STATES), sqlite3_column_int64(rows, 2));
    sqlite3_reset(rows);
    if (store->failure)
        count_release(store);
}

int64_t count_all_waiting(struct store *store, const char *folder)
{
    const struct waiting *waiting = &store->waiting;
    int64_t jobs = 0;
    if (!waiting->is_known)
        count_all(store);
    for (size_t i = 0; i < waiting->count; i++)
        for (int state = 0; state < JOB_STATES; state++)
            jobs += strcmp(folder, waiting->folders[i].name) ? 0 : waiting->folders[i].jobs[state];
    return jobs;
}

void count_waiting(struct store *store, const char *folder,
    void (*each)(void *context, const struct row *row), void *context)
{
    const struct waiting *waiting = &store->waiting;
    if (!waiting->is_known)
        count_all(store);
    for (size_t i = 0; i < waiting->count; i++)
        for (int state = 0; state < JOB_STATES; state++) {
            const struct row row = {
                .texts = {job_state_names[state]}, .numbers = {0, waiting->folders[i].jobs[state]}};
            if (!folder || strcmp(folder, waiting->folders[i].name) == 0)
                each(context, &row);
        }
}
