/**
 * The event log, and the lead merges.
 *
 * Not safe by itself: crm.h guards it.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_HISTORY_H
#define CLOSEDROP_SANDBOX_CRM_HISTORY_H

#include "util/rows.h"

#include <stdint.h>

struct activity;
struct json;

/** A lead went into another one. */
struct merge {
    char *id, *source, *destination;
    int64_t at_us;
};

/** One thing that happened. */
struct event {
    char *id, *request_id;
    const char *object_type, *action;
    char *object_id, *lead_id;
    const struct merge *merge;       /* or NULL */
    const struct activity *activity; /* or NULL */
    int64_t at_us;
};

struct history {
    struct rows merges, events; /* each in order */
};

/** Enter what happened. Each returns 0 or -ENOMEM. */
int history_merged(struct history *history, const char *source, const char *destination);
int history_deleted(struct history *history, const char *lead_id);
int history_created(struct history *history, const struct activity *activity);

/** How they look in an answer; NULL when memory is short. */
struct json *history_describe_merge(const struct merge *merge);
struct json *history_describe_event(const struct event *event);

/** Forget the events about activities. */
void history_forget_activities(struct history *history);

/** Forget everything. */
void history_release(struct history *history);

#endif
