/** What any driver's verbs are put to: one job, some jobs, one number, some numbers. */
#include "store.h"

struct taking {
    struct job **jobs;
    size_t count;
    size_t most;
};

static void take_job(void *context, struct job *job)
{
    struct taking *taking = context;
    if (taking->count < taking->most)
        taking->jobs[taking->count++] = job;
    else
        job_free(job);
}

size_t store_some_jobs(struct store *store, enum query_kind kind, const struct query *query,
    struct job **ret_jobs, size_t most)
{
    struct taking taking = {.jobs = ret_jobs, .most = most};
    if (most)
        store_jobs(store, kind, query, take_job, &taking);
    return taking.count;
}

struct job *store_job(struct store *store, enum query_kind kind, const struct query *query)
{
    struct job *job = NULL;
    store_some_jobs(store, kind, query, &job, 1);
    return job;
}

struct reading {
    int64_t *numbers;
    size_t count;
    size_t most;
};

static void read_number(void *context, const struct row *row)
{
    struct reading *reading = context;
    if (reading->count < reading->most)
        reading->numbers[reading->count++] = row->numbers[0];
}

size_t store_numbers(struct store *store, enum query_kind kind, const struct query *query,
    int64_t *ret_numbers, size_t most)
{
    struct reading reading = {.numbers = ret_numbers, .most = most};
    store_rows(store, kind, query, read_number, &reading);
    return reading.count;
}

int64_t store_number(
    struct store *store, enum query_kind kind, const struct query *query, int64_t fallback)
{
    int64_t number = fallback;
    store_numbers(store, kind, query, &number, 1);
    return number;
}

struct naming {
    void (*each)(void *context, const char *name, int64_t number);
    void *context;
};

static void tell_number(void *context, const struct row *row)
{
    const struct naming *naming = context;
    naming->each(naming->context, row->texts[0], row->numbers[0]);
}

void store_named_numbers(struct store *store, enum query_kind kind, const struct query *query,
    void (*each)(void *context, const char *name, int64_t number), void *context)
{
    struct naming naming = {each, context};
    store_rows(store, kind, query, tell_number, &naming);
}

void store_look_up_one(struct store *store, struct lookup *lookup)
{
    if (lookup->kind <= QUERY_LAST_OF_JOBS)
        lookup->job = store_job(store, lookup->kind, &lookup->query);
    else
        lookup->number = store_number(store, lookup->kind, &lookup->query, lookup->number);
}
