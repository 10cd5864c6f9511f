/** The content memory, as queries of the store. */
#include "closedrop/queue/filed_memory.h"

#include "queue_state.h"

#include "closedrop/base/digest.h"

static bool is_digest(const char *sha256)
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    return sha256 && digest_from_hex(sha256, bytes, sizeof(bytes));
}

void queue_remember(struct queue *queue, const char *sha256, enum activity_kind activity,
    const struct filing *filing)
{
    const struct query query = {.sha256 = sha256,
        .activity = activity_kind_names[activity],
        .lead_id = filing->lead_id,
        .id = filing->job,
        .rule = filing->rule,
        .at_ms = filing->at_ms};
    if (is_digest(sha256) && filing->lead_id)
        store_change(queue->store, CHANGE_REMEMBER, &query);
}

void queue_unremember(struct queue *queue, const char *sha256, enum activity_kind activity,
    const char *lead_id, int64_t job)
{
    const struct query query = {
        .sha256 = sha256, .activity = activity_kind_names[activity], .lead_id = lead_id, .id = job};
    if (is_digest(sha256))
        store_change(queue->store, CHANGE_UNREMEMBER, &query);
}

struct filings {
    void (*each)(void *context, const struct filing *filing);
    void *context;
};

static void tell_filing(void *context, const struct row *row)
{
    const struct filings *filings = context;
    const struct filing filing = {.lead_id = row->texts[0],
        .rule = row->texts[1],
        .at_ms = row->numbers[0],
        .job = row->numbers[1]};
    filings->each(filings->context, &filing);
}

void queue_filings(struct queue *queue, const char *sha256, enum activity_kind activity,
    const char *lead_id, void (*each)(void *context, const struct filing *filing), void *context)
{
    struct filings filings = {each, context};
    const struct query query = {
        .sha256 = sha256, .activity = activity_kind_names[activity], .lead_id = lead_id};
    if (is_digest(sha256))
        store_rows(queue->store, QUERY_FILINGS, &query, tell_filing, &filings);
}

bool queue_is_filed_elsewhere(
    struct queue *queue, const char *sha256, enum activity_kind activity, const char *lead_id)
{
    const struct query query = {
        .sha256 = sha256, .activity = activity_kind_names[activity], .lead_id = lead_id};
    return is_digest(sha256) && store_number(queue->store, QUERY_FILED_ELSEWHERE, &query, 0) != 0;
}

bool queue_is_unclear_by_hand(struct queue *queue, const char *sha256, const char *lead_id)
{
    const struct query query = {.sha256 = sha256, .lead_id = lead_id};
    return store_number(queue->store, QUERY_UNCLEAR_BY_HAND, &query, 0) > 0;
}

struct job *queue_already_filed(struct queue *queue, const char *sha256, int64_t after)
{
    return store_job(
        queue->store, QUERY_ALREADY_FILED, &(struct query){.sha256 = sha256, .id = after});
}
