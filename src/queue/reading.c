/** What the queue has to say: each read of reading.h is a query of the store. */
#include "closedrop/queue/reading.h"

#include "job_query.h"
#include "queue_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>

/* ---- one job ---- */

struct job *queue_load(struct queue *queue, int64_t id)
{
    return store_job(queue->store, QUERY_LOAD, &(struct query){.id = id});
}

struct job *queue_find(
    struct queue *queue, const char *folder, const struct identity *identity, const char *path)
{
    const struct query query = {.folder = folder, .identity = identity, .path = path};
    struct job *job =
        identity->handle_length ? store_job(queue->store, QUERY_BY_HANDLE, &query) : NULL;
    return job || !path ? job : store_job(queue->store, QUERY_BY_PATH, &query);
}

struct job *queue_find_kept(struct queue *queue, const struct job *than)
{
    return store_job(queue->store, QUERY_KEPT,
        &(struct query){.id = than->id,
            .folder = than->folder,
            .path = than->path,
            .identity = &than->identity});
}

size_t queue_list_unclassified(struct queue *queue, const char *folder, const char *rules_digest,
    struct job **ret_jobs, size_t most)
{
    const struct query query = {
        .folder = folder, .rules_digest = rules_digest, .limit = (int64_t)most};
    return store_some_jobs(queue->store, QUERY_UNCLASSIFIED, &query, ret_jobs, most);
}

struct job *queue_oldest(struct queue *queue, const char *folder)
{
    return store_job(queue->store, QUERY_OLDEST, &(struct query){.folder = folder});
}

bool queue_has_successor(struct queue *queue, const struct job *job)
{
    const struct query query = {.id = job->id, .folder = job->folder, .path = job->path};
    return store_number(queue->store, QUERY_HAS_SUCCESSOR, &query, 0) > 0;
}

/* ---- its history ---- */

struct history {
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why);
    void *context;
};

static void tell_history(void *context, const struct row *row)
{
    const struct history *history = context;
    history->each(history->context, row->numbers[0], row->texts[0], row->texts[1]);
}

void queue_history(struct queue *queue, int64_t job,
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why), void *context)
{
    struct history history = {each, context};
    store_rows(queue->store, QUERY_HISTORY, &(struct query){.id = job}, tell_history, &history);
}

/* ---- lists ---- */

struct list {
    queue_each_job *each;
    void *context;
};

static void tell_job(void *context, struct job *job)
{
    const struct list *list = context;
    list->each(list->context, job);
    job_free(job);
}

void queue_list(struct queue *queue, const struct job_filter *filter, const struct job_page *page,
    queue_each_job *each, void *context)
{
    struct list list = {each, context};
    const struct query query = job_query_newest(filter, page);
    store_jobs(queue->store, job_query_kind(filter), &query, tell_job, &list);
}

size_t queue_list_oldest(struct queue *queue, const struct job_filter *filter,
    const struct job_page *page, struct job **ret_jobs)
{
    const struct query query = job_query_oldest(filter, page);
    return store_some_jobs(queue->store, QUERY_OF_STATE, &query, ret_jobs, (size_t)page->limit);
}

void queue_list_not_put_away(struct queue *queue, int most, queue_each_job *each, void *context)
{
    struct list list = {each, context};
    store_jobs(queue->store, QUERY_NOT_PUT_AWAY, &(struct query){.limit = most}, tell_job, &list);
}

void queue_list_lacking(struct queue *queue, int most, queue_each_job *each, void *context)
{
    struct list list = {each, context};
    store_jobs(queue->store, QUERY_LACKING, &(struct query){.limit = most}, tell_job, &list);
}

size_t queue_list_in_failed(
    struct queue *queue, const char *folder, int64_t after, int64_t *ids, size_t most)
{
    const struct query query = {.folder = folder, .id = after, .limit = (int64_t)most};
    return store_numbers(queue->store, QUERY_IN_FAILED, &query, ids, most);
}

size_t queue_list_untold(struct queue *queue, const char *folder, int64_t before_ms, int64_t after,
    int64_t *ids, size_t most)
{
    const struct query query = {
        .folder = folder, .at_ms = before_ms, .id = after, .limit = (int64_t)most};
    return store_numbers(queue->store, QUERY_UNTOLD, &query, ids, most);
}

size_t queue_list_told(
    struct queue *queue, const char *folder, int64_t after, int64_t *ids, size_t most)
{
    const struct query query = {.folder = folder, .id = after, .limit = (int64_t)most};
    return store_numbers(queue->store, QUERY_TOLD, &query, ids, most);
}

bool queue_has_put_away(struct queue *queue, const char *folder, const char *directory,
    int64_t since_ms, int64_t until_ms)
{
    CLEANUP(free_text) char *first = str_format("%s/", directory);
    CLEANUP(free_text) char *beyond = str_format("%s0", directory); /* the next byte after '/' */
    const struct query query = {
        .folder = folder, .path = first, .beyond = beyond, .at_ms = since_ms, .until_ms = until_ms};
    return first && beyond && store_number(queue->store, QUERY_HAS_PUT_AWAY, &query, 0) > 0;
}

/* ---- counts ---- */

static void add_count(void *context, const struct row *row)
{
    struct queue_counts *counts = context;
    int state = row->texts[0] ? job_state_from_name(row->texts[0]) : -1;
    int64_t put_away = row->numbers[0], number = row->numbers[1];
    if (state < 0)
        return;
    counts->by_state[state] += number;
    if ((state == JOB_DONE || state == JOB_FAILED) && !put_away)
        counts->not_put_away += number;
}

void queue_count(struct queue *queue, const char *folder, struct queue_counts *ret_counts)
{
    *ret_counts = (struct queue_counts){0};
    store_rows(queue->store, QUERY_COUNT, &(struct query){.folder = folder}, add_count, ret_counts);
}

int64_t queue_count_done(struct queue *queue, const char *folder, int64_t since_ms)
{
    const struct query query = {.folder = folder, .at_ms = since_ms};
    return store_number(queue->store, QUERY_COUNT_DONE, &query, 0);
}

struct outcomes {
    queue_each_outcome *each;
    void *context;
};

static void tell_outcome(void *context, const struct row *row)
{
    const struct outcomes *outcomes = context;
    int state = row->texts[1] ? job_state_from_name(row->texts[1]) : -1;
    if (row->texts[0] && state >= 0)
        outcomes->each(outcomes->context, row->texts[0], (enum job_state)state, row->numbers[0],
            row->numbers[1]);
}

void queue_count_outcomes(
    struct queue *queue, int64_t since_ms, queue_each_outcome *each, void *context)
{
    struct outcomes outcomes = {each, context};
    store_rows(queue->store, QUERY_COUNT_OUTCOMES, &(struct query){.at_ms = since_ms}, tell_outcome,
        &outcomes);
}

int64_t queue_count_ahead(struct queue *queue, const struct job *job)
{
    const struct query query = {.folder = job->folder,
        .state = job_state_names[job->state],
        .at_ms = job->due_ms,
        .id = job->id,
        .limit = JOBS_AHEAD_MAX};
    return store_number(queue->store, QUERY_AHEAD, &query, 0);
}

static void add_late(void *context, const struct row *row)
{
    struct queue_late *late = context;
    bool is_first = !late->jobs++ || row->numbers[0] < late->since_ms;
    late->since_ms = is_first ? row->numbers[0] : late->since_ms;
}

void queue_count_late(struct queue *queue, int64_t before_ms, struct queue_late *ret_late)
{
    const struct query query = {.at_ms = before_ms, .limit = JOBS_AHEAD_MAX};
    *ret_late = (struct queue_late){0};
    store_rows(queue->store, QUERY_LATE, &query, add_late, ret_late);
}

int64_t queue_count_suspects(struct queue *queue)
{
    return store_number(queue->store, QUERY_SUSPECTS, &(struct query){0}, 0);
}

int64_t queue_count_claimed(struct queue *queue)
{
    return store_number(queue->store, QUERY_COUNT_CLAIMED, &(struct query){0}, 0);
}

struct folders {
    void (*each)(void *context, const char *folder, int64_t jobs, int64_t waiting);
    void *context;
};

static void tell_folder(void *context, const struct row *row)
{
    const struct folders *folders = context;
    folders->each(folders->context, row->texts[0], row->numbers[0], row->numbers[1]);
}

void queue_count_by_folder(struct queue *queue,
    void (*each)(void *context, const char *folder, int64_t jobs, int64_t waiting), void *context)
{
    struct folders folders = {each, context};
    store_rows(queue->store, QUERY_FOLDERS, &(struct query){0}, tell_folder, &folders);
}

void queue_count_rules_gone(
    struct queue *queue, void (*each)(void *context, const char *rule, int64_t jobs), void *context)
{
    store_named_numbers(queue->store, QUERY_RULES_GONE, &(struct query){0}, each, context);
}

/* ---- numbers ---- */

int64_t queue_number(struct queue *queue, const char *name)
{
    return store_number(queue->store, QUERY_NUMBER, &(struct query){.name = name}, 0);
}

void queue_set_number(struct queue *queue, const char *name, int64_t value)
{
    store_change(queue->store, CHANGE_NUMBER, &(struct query){.name = name, .number = value});
}
