/** Events and lasting causes, as queries of the store. */
#include "closedrop/queue/events.h"

#include "queue_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/reading.h"

#include <string.h>

/* ---- written ---- */

void queue_set_listeners(struct queue *queue, enum event_kind kind, unsigned channels)
{
    queue->listeners[kind] = channels;
}

bool queue_has_listeners(const struct queue *queue, enum event_kind kind)
{
    return queue->listeners[kind] != 0;
}

static int64_t next_id(struct queue *queue)
{
    int64_t id = queue_number(queue, "event") + 1;
    queue_set_number(queue, "event", id);
    return id;
}

int64_t queue_add_event(struct queue *queue, const struct event *event)
{
    if (!queue_has_listeners(queue, event->kind))
        return 0;
    struct query query = {.id = next_id(queue),
        .event = event_kind_names[event->kind],
        .cause = event->cause,
        .why = event->message,
        .other = event->job,
        .at_ms = clock_wall_ms(),
        .since_ms = event->since_ms,
        .until_ms = clock_wall_ms(),
        .posting = event->opened_by};
    for (int channel = 0; channel < CHANNELS; channel++) {
        query.channel = event_channel_names[channel];
        if (queue->listeners[event->kind] >> channel & 1)
            store_change(queue->store, CHANGE_EVENT, &query);
    }
    return query.id;
}

void queue_add_outcome_event(struct queue *queue, const struct job *job)
{
    enum event_kind kind = job->state == JOB_FAILED ? EVENT_FAILED : EVENT_DONE;
    const struct cause_parts parts = {job->error_code, job->folder, job->rule};
    if (!queue_has_listeners(queue, kind) || job_is_by_hand(job))
        return;
    CLEANUP(free_text) char *cause = event_cause(kind, &parts);
    if (!cause)
        store_run_out_of_memory(queue->store);
    const char *message = kind == EVENT_FAILED && job->error_message ? job->error_message : "";
    queue_add_event(
        queue, &(struct event){
                   .kind = kind, .cause = cause ? cause : "", .message = message, .job = job->id});
}

/* ---- read ---- */

struct events_asked {
    queue_each_event *each;
    void *context;
};

static void tell_event(void *context, const struct row *row)
{
    const struct events_asked *asked = context;
    const struct event event = {.kind = event_kind_of(row->texts[0]),
        .cause = row->texts[1],
        .message = row->texts[2],
        .id = row->numbers[0],
        .job = row->numbers[1],
        .at_ms = row->numbers[2],
        .since_ms = row->numbers[3],
        .opened_by = row->numbers[4],
        .tries = (int)row->numbers[5],
        .unknown = (int)row->numbers[6]};
    if (event.kind != EVENT_KINDS)
        asked->each(asked->context, &event);
}

void queue_list_events(struct queue *queue, enum event_channel channel, int64_t most,
    queue_each_event *each, void *context)
{
    struct events_asked asked = {each, context};
    const struct query query = {
        .channel = event_channel_names[channel], .at_ms = clock_wall_ms(), .limit = most};
    store_rows(queue->store, QUERY_EVENTS, &query, tell_event, &asked);
}

void queue_list_events_of_cause(struct queue *queue, enum event_channel channel, const char *cause,
    int64_t most, queue_each_event *each, void *context)
{
    struct events_asked asked = {each, context};
    const struct query query = {
        .channel = event_channel_names[channel], .cause = cause, .limit = most};
    store_rows(queue->store, QUERY_EVENTS_OF_CAUSE, &query, tell_event, &asked);
}

int64_t queue_next_event(struct queue *queue, enum event_channel channel)
{
    const struct query query = {.channel = event_channel_names[channel]};
    return store_number(queue->store, QUERY_NEXT_EVENT, &query, INT64_MAX);
}

int64_t queue_count_events(struct queue *queue, enum event_channel channel, const char *cause)
{
    const struct query query = {.channel = event_channel_names[channel], .cause = cause};
    return store_number(queue->store, QUERY_COUNT_EVENTS, &query, 0);
}

/* ---- delivered ---- */

static struct query of_batch(const struct event_batch *batch)
{
    return (struct query){
        .channel = event_channel_names[batch->channel], .id = batch->id, .cause = batch->cause};
}

void queue_begin_delivery(struct queue *queue, const struct event_batch *batch)
{
    const struct query query = of_batch(batch);
    store_change(queue->store, CHANGE_EVENT_BEGUN, &query);
}

void queue_end_delivery(struct queue *queue, const struct event_batch *batch)
{
    const struct query query = of_batch(batch);
    store_change(queue->store, CHANGE_EVENT_OVER, &query);
}

void queue_delay_delivery(struct queue *queue, const struct event_batch *batch, int64_t due_ms)
{
    struct query query = of_batch(batch);
    query.until_ms = due_ms;
    store_change(queue->store, CHANGE_EVENT_LATER, &query);
}

void queue_recover_deliveries(struct queue *queue)
{
    store_change(queue->store, CHANGE_EVENTS_AGAIN, &(struct query){.until_ms = clock_wall_ms()});
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
