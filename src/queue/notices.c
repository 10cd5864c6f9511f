/** Events and lasting causes, as queries of the store. */
#include "closedrop/queue/notices.h"

#include "queue_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/effects.h"
#include "closedrop/queue/reading.h"

#include <string.h>

/* ---- written ---- */

void queue_set_listeners(struct queue *queue, enum notice_kind kind, unsigned channels)
{
    queue->listeners[kind] = channels;
}

bool queue_has_listeners(const struct queue *queue, enum notice_kind kind)
{
    return queue->listeners[kind] != 0;
}

static void write_notice(struct queue *queue, const struct query *query)
{
    queue->is_without_notices = false;
    store_change(queue->store, CHANGE_NOTICE, query);
}

static int64_t next_id(struct queue *queue)
{
    int64_t id = queue_number(queue, "event") + 1;
    queue_set_number(queue, "event", id);
    return id;
}

int64_t queue_add_notice(struct queue *queue, const struct notice *event)
{
    if (!queue_has_listeners(queue, event->kind))
        return 0;
    struct query query = {.id = next_id(queue),
        .event = notice_kind_names[event->kind],
        .cause = event->cause,
        .why = event->message,
        .other = event->job,
        .at_ms = clock_wall_ms(),
        .since_ms = event->since_ms,
        .until_ms = clock_wall_ms(),
        .posting = event->opened_by};
    for (int channel = 0; channel < CHANNELS; channel++) {
        query.channel = notice_channel_names[channel];
        if (queue->listeners[event->kind] >> channel & 1)
            write_notice(queue, &query);
    }
    return query.id;
}

void queue_add_outcome_notice(struct queue *queue, const struct job *job)
{
    enum notice_kind kind = job->state == JOB_FAILED ? NOTICE_FAILED : NOTICE_DONE;
    const struct cause_parts parts = {job->error_code, job->folder, job->rule};
    if (!queue_has_listeners(queue, kind) || job_is_by_hand(job))
        return;
    if (kind == NOTICE_DONE && queue_has_open_effect(queue, job->id))
        return; /* the end of the last one is that of the job */
    CLEANUP(free_text) char *cause = notice_cause(kind, &parts);
    if (!cause)
        store_run_out_of_memory(queue->store);
    bool has_message = job->error_message && (kind == NOTICE_FAILED || job_lacks_effect(job));
    const char *message = has_message ? job->error_message : "";
    queue_add_notice(
        queue, &(struct notice){
                   .kind = kind, .cause = cause ? cause : "", .message = message, .job = job->id});
}

int64_t queue_add_owner_notice(struct queue *queue, const struct owner_notice *notice)
{
    const struct job *job = notice->job;
    CLEANUP(free_text)
    char *cause = notice_owner_cause(notice->kind,
        notice->kind == NOTICE_FAILED ? job->error_code : NULL, job->folder, notice->address);
    if (!cause) {
        store_run_out_of_memory(queue->store);
        return 0;
    }
    int64_t now = clock_wall_ms();
    const struct query query = {.id = next_id(queue),
        .channel = notice_channel_names[CHANNEL_OWNER],
        .event = notice_kind_names[notice->kind],
        .cause = cause,
        .why = notice->message,
        .other = job->id,
        .at_ms = now,
        .until_ms = now};
    write_notice(queue, &query);
    return query.id;
}

/* ---- read ---- */

struct notices_asked {
    queue_each_notice *each;
    void *context;
};

static void tell_notice(void *context, const struct row *row)
{
    const struct notices_asked *asked = context;
    const struct notice event = {.kind = notice_kind_of(row->texts[0]),
        .cause = row->texts[1],
        .message = row->texts[2],
        .id = row->numbers[0],
        .job = row->numbers[1],
        .at_ms = row->numbers[2],
        .since_ms = row->numbers[3],
        .opened_by = row->numbers[4],
        .tries = (int)row->numbers[5]};
    if (event.kind != NOTICE_KINDS)
        asked->each(asked->context, &event);
}

void queue_list_notices(struct queue *queue, enum notice_channel channel, enum notice_kind kind,
    int64_t most, queue_each_notice *each, void *context)
{
    struct notices_asked asked = {each, context};
    const struct query query = {.channel = notice_channel_names[channel],
        .event = notice_kind_names[kind],
        .at_ms = clock_wall_ms(),
        .limit = most};
    store_rows(queue->store, QUERY_NOTICES, &query, tell_notice, &asked);
}

void queue_list_notices_of_cause(struct queue *queue, enum notice_channel channel,
    const char *cause, int64_t most, queue_each_notice *each, void *context)
{
    struct notices_asked asked = {each, context};
    const struct query query = {
        .channel = notice_channel_names[channel], .cause = cause, .limit = most};
    store_rows(queue->store, QUERY_NOTICES_OF_CAUSE, &query, tell_notice, &asked);
}

bool queue_has_notices(struct queue *queue)
{
    if (!queue->is_without_notices)
        queue->is_without_notices =
            store_number(queue->store, QUERY_HAS_NOTICES, &(struct query){0}, 0) == 0;
    return !queue->is_without_notices;
}

int64_t queue_next_notice(struct queue *queue, enum notice_channel channel, enum notice_kind kind)
{
    const struct query query = {
        .channel = notice_channel_names[channel], .event = notice_kind_names[kind]};
    return store_number(queue->store, QUERY_NEXT_NOTICE, &query, INT64_MAX);
}

int64_t queue_count_notices(struct queue *queue, enum notice_channel channel, const char *cause)
{
    const struct query query = {.channel = notice_channel_names[channel], .cause = cause};
    return store_number(queue->store, QUERY_COUNT_NOTICES, &query, 0);
}

/* ---- delivered ---- */

static struct query of_batch(const struct notice_batch *batch)
{
    return (struct query){
        .channel = notice_channel_names[batch->channel], .id = batch->id, .cause = batch->cause};
}

void queue_begin_delivery(struct queue *queue, const struct notice_batch *batch)
{
    const struct query query = of_batch(batch);
    store_change(queue->store, CHANGE_NOTICE_BEGUN, &query);
}

void queue_end_delivery(struct queue *queue, const struct notice_batch *batch)
{
    const struct query query = of_batch(batch);
    store_change(queue->store, CHANGE_NOTICE_OVER, &query);
}

void queue_delay_delivery(struct queue *queue, const struct notice_batch *batch, int64_t due_ms)
{
    struct query query = of_batch(batch);
    query.until_ms = due_ms;
    store_change(queue->store, CHANGE_NOTICE_LATER, &query);
}

void queue_wake_notices(struct queue *queue)
{
    store_change(queue->store, CHANGE_NOTICES_CLAMP, &(struct query){.at_ms = clock_wall_ms()});
}

bool queue_note_notice(struct queue *queue, int64_t id, const char *what)
{
    CLEANUP(job_freep) struct job *job = queue_load(queue, id);
    if (job)
        queue_note(queue, job, what);
    return job != NULL;
}

void queue_recover_deliveries(struct queue *queue)
{
    store_change(queue->store, CHANGE_NOTICES_AGAIN, &(struct query){.until_ms = clock_wall_ms()});
}

/* ---- lasting causes ---- */

struct causes_asked {
    queue_each_cause *each;
    void *context;
};

static void tell_cause(void *context, const struct row *row)
{
    const struct causes_asked *asked = context;
    asked->each(asked->context, &(struct lasting_cause){.name = row->texts[0],
                                    .message = row->texts[1],
                                    .since_ms = row->numbers[0],
                                    .over_ms = row->numbers[1],
                                    .event = row->numbers[2]});
}

void queue_list_causes(struct queue *queue, queue_each_cause *each, void *context)
{
    struct causes_asked asked = {each, context};
    store_rows(queue->store, QUERY_CAUSES, &(struct query){0}, tell_cause, &asked);
}

void queue_set_cause(struct queue *queue, const struct lasting_cause *cause)
{
    const struct query query = {.cause = cause->name,
        .why = cause->message,
        .since_ms = cause->since_ms,
        .until_ms = cause->over_ms,
        .id = cause->event};
    store_change(queue->store, CHANGE_CAUSE, &query);
}

void queue_forget_cause(struct queue *queue, const char *name)
{
    store_change(queue->store, CHANGE_CAUSE_FORGET, &(struct query){.cause = name});
}

int64_t queue_last_arrival(struct queue *queue, const char *folder)
{
    return store_number(queue->store, QUERY_LAST_ARRIVAL, &(struct query){.folder = folder}, 0);
}
