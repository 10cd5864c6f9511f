/**
 * Lists of jobs in SQLite: those that are to have a part of a name are searched for in the index of
 * names where it serves, all others and the latest by the text of their query.
 */
#include "sqlite.h"
#include "store_find.h"
#include "store_names.h"
#include "store_query.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/queue/job_filter.h"

#include <stdlib.h>
#include <string.h>

/** If more may fit than this, the first of them are found sooner in the order of the list. */
#define FOUND_MAX 1000

/** What is still wanted, and whoever takes it. */
struct wanted {
    void (*take)(void *context, struct job *job);
    void *context;
    int64_t left;
};

static void take_one(void *context, struct job *job)
{
    struct wanted *wanted = context;
    wanted->left--;
    wanted->take(wanted->context, job);
}

static void list(
    struct store *store, enum query_kind kind, struct query query, struct wanted *wanted)
{
    query.limit = wanted->left;
    if (query.limit > 0 && query.since_ms <= query.at_ms)
        query_jobs(store, kind, &query, take_one, wanted);
}

/**
 * What was queued until names.upto_ms, latest first: in each millisecond that the index names. Not
 * in more of them than `most`, then false is returned.
 */
static bool list_found(
    struct store *store, enum query_kind kind, struct query query, struct wanted *wanted, int most)
{
    bool has_failed = false;
    int64_t at_ms;
    if (!names_find(store, query.match, query.since_ms, query.at_ms))
        return true;
    while (wanted->left > 0 && names_next(store, &at_ms, &has_failed)) {
        if (most-- == 0)
            return false;
        struct query of_ms = query;
        of_ms.since_ms = of_ms.at_ms = at_ms;
        of_ms.below = at_ms == query.at_ms ? query.below : INT64_MAX;
        list(store, kind, of_ms, wanted);
        query.at_ms = at_ms; /* what remains is before it */
        query.below = INT64_MIN;
    }
    if (has_failed)
        list(store, kind, query, wanted);
    return true;
}

/** By when they were queued. */
static bool list_by_arrival(struct store *store, enum query_kind kind, const struct query *query,
    struct wanted *wanted, int most)
{
    int64_t upto_ms = store->names.upto_ms;
    struct query latest = *query, earlier_ones = *query;
    latest.since_ms = later(query->since_ms, upto_ms + 1);
    list(store, kind, latest, wanted);
    if (query->at_ms > upto_ms) {
        earlier_ones.at_ms = upto_ms;
        earlier_ones.below = INT64_MAX;
    }
    return wanted->left <= 0 || earlier_ones.since_ms > earlier_ones.at_ms ||
           list_found(store, kind, earlier_ones, wanted, most);
}

/* ---- by when they came to their outcome ---- */

struct found {
    struct job *jobs[FOUND_MAX];
    size_t count;
};

static void keep(void *context, struct job *job)
{
    struct found *found = context;
    found->jobs[found->count++] = job;
}

static int64_t reached_ms(const struct job *job)
{
    return job_has_outcome(job) ? job->done_ms : job->queued_ms;
}

static int latest_first(const void *left, const void *right)
{
    const struct job *a = *(struct job *const *)left, *b = *(struct job *const *)right;
    if (reached_ms(a) != reached_ms(b))
        return reached_ms(a) < reached_ms(b) ? 1 : -1;
    return (a->id < b->id) - (a->id > b->id);
}

static bool is_of_page(const struct query *query, const struct job *job)
{
    int64_t at_ms = reached_ms(job);
    return at_ms >= query->since_ms &&
           (at_ms < query->at_ms || (at_ms == query->at_ms && job->id < query->below));
}

static void hand_over(struct found *found, const struct query *query, struct wanted *wanted)
{
    qsort(found->jobs, found->count, sizeof(*found->jobs), latest_first);
    for (size_t i = 0; i < found->count; i++)
        if (wanted->left > 0 && is_of_page(query, found->jobs[i]))
            take_one(wanted, found->jobs[i]);
        else
            job_free(found->jobs[i]);
}

/** All that fit, if they are few enough to be put in order here. Else returns false. */
static bool list_by_outcome(
    struct store *store, enum query_kind kind, const struct query *query, struct wanted *wanted)
{
    if (names_are_behind(store))
        return false;
    struct found found = {.count = 0};
    struct wanted all = {keep, &found, FOUND_MAX};
    struct query ever = *query;
    ever.since_ms = INT64_MIN;
    ever.at_ms = ever.below = INT64_MAX;
    bool are_all = list_by_arrival(store, kind, &ever, &all, FOUND_MAX) && all.left > 0;
    for (size_t i = 0; !are_all && i < found.count; i++)
        job_free(found.jobs[i]);
    if (are_all)
        hand_over(&found, query, wanted);
    return are_all;
}

void store_jobs(struct store *store, enum query_kind kind, const struct query *query,
    void (*take)(void *context, struct job *job), void *context)
{
    struct wanted wanted = {take, context, query->limit};
    bool is_done = false;
    if (kind == QUERY_BY_HANDLE || kind == QUERY_BY_PATH) {
        struct job *job = find_job(store, kind, query);
        if (job)
            take(context, job);
        return;
    }
    if (!names_can_find(store, query->match))
        is_done = false;
    else if (kind == QUERY_LIST || kind == QUERY_LIST_FOLDER)
        is_done = list_by_arrival(store, kind, query, &wanted, INT32_MAX);
    else if (kind == QUERY_LIST_STATE)
        is_done = list_by_outcome(store, QUERY_LIST, query, &wanted);
    else if (kind == QUERY_LIST_FOLDER_STATE)
        is_done = list_by_outcome(store, QUERY_LIST_FOLDER, query, &wanted);
    if (!is_done)
        query_jobs(store, kind, query, take, context);
}
