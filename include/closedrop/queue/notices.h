/**
 * Notices: what a hook or a mail reports, kept in the queue until it is delivered. A notice is
 * written in the transaction of the change that it reports, so that a crash loses none.
 *
 * Each has a cause (notice_cause()). A job that is done or has failed is reported by a notice of
 * its own; for anything that lasts, one notice reports that it began and one that it is over, and
 * the queue remembers the cause in between.
 *
 * All of these functions are called inside a transaction.
 */
#ifndef CLOSEDROP_QUEUE_NOTICES_H
#define CLOSEDROP_QUEUE_NOTICES_H

#include "closedrop/queue/notice.h"
#include "closedrop/queue/queue.h"

/** Who is to hear of notices of a kind: a bit (1 << channel) for each; until then, nobody is. */
void queue_set_listeners(struct queue *queue, enum notice_kind kind, unsigned channels);

/** Whether anyone is to hear of notices of this kind. */
bool queue_has_listeners(const struct queue *queue, enum notice_kind kind);

/**
 * Keep a notice for everyone who is to hear of it; its ID and time are set here. Returns the ID, or
 * 0 if nobody is to hear of it, and so nothing is written.
 */
int64_t queue_add_notice(struct queue *queue, const struct notice *event);

/** A job has come to its outcome, or an effect of a job that is done to its own: keep the notice of
 * that, unless another effect is still to come. */
void queue_add_outcome_notice(struct queue *queue, const struct job *job);

/** What the owner of a job's file is to be told. */
struct owner_notice {
    enum notice_kind kind; /* NOTICE_LATE or NOTICE_FAILED */
    const char *address;
    const struct job *job;
    const char *message; /* for people */
};

/** Keep a notice for CHANNEL_OWNER. Returns its ID; 0 if the transaction has failed. */
int64_t queue_add_owner_notice(struct queue *queue, const struct owner_notice *notice);

/** Called with each; its texts are valid during the call. */
typedef void queue_each_notice(void *context, const struct notice *event);

/** The first `most` notices of a channel and a kind that are due, oldest due time first. */
void queue_list_notices(struct queue *queue, enum notice_channel channel, enum notice_kind kind,
    int64_t most, queue_each_notice *each, void *context);

/** The first `most` notices of a channel and a cause that are not being delivered, oldest first. */
void queue_list_notices_of_cause(struct queue *queue, enum notice_channel channel,
    const char *cause, int64_t most, queue_each_notice *each, void *context);

/** Whether any notice is not delivered yet; that there is none is known without asking again. */
bool queue_has_notices(struct queue *queue);

/** When the next notice of a channel and a kind is due, on the wall clock; INT64_MAX for never. */
int64_t queue_next_notice(struct queue *queue, enum notice_channel channel, enum notice_kind kind);

/** How many notices of a channel are not delivered yet; of one cause if `cause` is not NULL. */
int64_t queue_count_notices(struct queue *queue, enum notice_channel channel, const char *cause);

/**
 * Which notices of a channel are meant: the one with this ID or, if `cause` is set, also all
 * earlier ones of that cause, which are delivered together.
 */
struct notice_batch {
    enum notice_channel channel;
    int64_t id;
    const char *cause;
};

/** A delivery begins: until one of the functions below is called, the notices are not due. */
void queue_begin_delivery(struct queue *queue, const struct notice_batch *batch);

/** They were delivered, or are given up: forget them. */
void queue_end_delivery(struct queue *queue, const struct notice_batch *batch);

/** They were not delivered; they are due again at `due_ms` (wall clock). */
void queue_delay_delivery(struct queue *queue, const struct notice_batch *batch, int64_t due_ms);

/** Whatever waits to be tried again is due now. */
void queue_wake_notices(struct queue *queue);

/** Add a line to the history of a job about a delivery. False if the job does not exist any more.
 */
bool queue_note_notice(struct queue *queue, int64_t job, const char *what);

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

/** Called with each; its texts are valid during the call. */
typedef void queue_each_cause(void *context, const struct lasting_cause *cause);

/** All causes that the queue remembers. */
void queue_list_causes(struct queue *queue, queue_each_cause *each, void *context);

/** Remember a cause, or change what is remembered of it; forget one, if it is known at all. */
void queue_set_cause(struct queue *queue, const struct lasting_cause *cause);
void queue_forget_cause(struct queue *queue, const char *name);

/** When the last file of a folder was queued, on the wall clock; 0: none is known. */
int64_t queue_last_arrival(struct queue *queue, const char *folder);

#endif
