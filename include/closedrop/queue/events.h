/**
 * Events: what a hook or a mail reports, kept in the queue until it is delivered. An event is
 * written in the transaction of the change that it reports, so that a crash loses none.
 *
 * Each event has a cause (cause.h). A job that is done or has failed is reported by an event of its
 * own; for anything that lasts, one event reports that it began and one that it is over, and the
 * queue remembers the cause in between.
 *
 * All of these functions are called inside a transaction.
 */
#ifndef CLOSEDROP_QUEUE_EVENTS_H
#define CLOSEDROP_QUEUE_EVENTS_H

#include "closedrop/queue/event.h"
#include "closedrop/queue/queue.h"

/** Who is to hear of events of a kind: a bit (1 << channel) for each; until then, nobody is. */
void queue_set_listeners(struct queue *queue, enum event_kind kind, unsigned channels);

/** Whether anyone is to hear of events of this kind. */
bool queue_has_listeners(const struct queue *queue, enum event_kind kind);

/**
 * Keep an event for everyone who is to hear of it; its ID and time are set here. Returns the ID, or
 * 0 if nobody is to hear of it, and so nothing is written.
 */
int64_t queue_add_event(struct queue *queue, const struct event *event);

/** A job has come to its outcome: keep the event of that. */
void queue_add_outcome_event(struct queue *queue, const struct job *job);

typedef void queue_each_event(void *context, const struct event *event);

/** The first `most` events of a channel that are due, oldest due time first. */
void queue_list_events(struct queue *queue, enum event_channel channel, int64_t most,
    queue_each_event *each, void *context);

/** The first `most` events of a channel and a cause that are not being delivered, oldest first. */
void queue_list_events_of_cause(struct queue *queue, enum event_channel channel, const char *cause,
    int64_t most, queue_each_event *each, void *context);

/** When the next event of a channel is due, on the wall clock; INT64_MAX for never. */
int64_t queue_next_event(struct queue *queue, enum event_channel channel);

/** How many events of a channel are not delivered yet; of one cause if `cause` is not NULL. */
int64_t queue_count_events(struct queue *queue, enum event_channel channel, const char *cause);

/**
 * Which events of a channel are meant: the one with this ID or, if `cause` is set, also all earlier
 * ones of that cause, which are delivered together.
 */
struct event_batch {
    enum event_channel channel;
    int64_t id;
    const char *cause;
};

/** A delivery begins: until one of the functions below is called, the events are not due. */
void queue_begin_delivery(struct queue *queue, const struct event_batch *batch);

/** They were delivered, or are given up: forget them. */
void queue_end_delivery(struct queue *queue, const struct event_batch *batch);

/** They were not delivered; they are due again at `due_ms` (wall clock). */
void queue_delay_delivery(struct queue *queue, const struct event_batch *batch, int64_t due_ms);

/** After a start: what was being delivered when the process ended is due again. */
void queue_recover_deliveries(struct queue *queue);

/** What lasts, as the queue remembers it. */
struct lasting_cause {
    const char *name;
    const char *message;
    int64_t since_ms; /* when it began, on the wall clock */
    int64_t over_ms;  /* when it was over; 0: it lasts */
    int64_t event;    /* that reported it; 0: nobody was to hear of it */
};

typedef void queue_each_cause(void *context, const struct lasting_cause *cause);

/** All causes that the queue remembers. */
void queue_list_causes(struct queue *queue, queue_each_cause *each, void *context);

/** Remember a cause, or change what is remembered of it; forget one, if it is known at all. */
void queue_set_cause(struct queue *queue, const struct lasting_cause *cause);
void queue_forget_cause(struct queue *queue, const char *name);

/** When the last file of a folder was queued, on the wall clock; 0: none is known. */
int64_t queue_last_arrival(struct queue *queue, const char *folder);

#endif
