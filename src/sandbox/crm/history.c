/** Records merges and events, and describes them for the event log. */
#include "crm/history.h"

#include "crm/account.h"
#include "crm/activity.h"
#include "crm/activity_json.h"
#include "util/pick.h"
#include "util/stamp.h"
#include "util/token.h"

#include "closedrop/base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void free_merge(void *row)
{
    struct merge *merge = row;
    if (!merge)
        return;
    free(merge->id);
    free(merge->source);
    free(merge->destination);
    free(merge);
}

static void free_event(void *row)
{
    struct event *event = row;
    if (!event)
        return;
    free(event->id);
    free(event->request_id);
    free(event->object_id);
    free(event->lead_id);
    free(event);
}

/* ---- entering ---- */

static int enter(
    struct history *history, const struct event *what, const char *object_id, const char *lead_id)
{
    struct event *event = calloc(1, sizeof(*event));
    if (!event)
        return -ENOMEM;
    *event = *what;
    event->at_us = stamp_now();
    event->id = token_id("ev_");
    event->request_id = token_id("req_");
    event->object_id = strdup(object_id);
    event->lead_id = strdup(lead_id);
    if (event->id && event->request_id && event->object_id && event->lead_id &&
        rows_add(&history->events, event) == 0)
        return 0;
    free_event(event);
    return -ENOMEM;
}

int history_merged(struct history *history, const char *source, const char *destination)
{
    struct merge *merge = calloc(1, sizeof(*merge));
    if (!merge)
        return -ENOMEM;
    merge->at_us = stamp_now();
    merge->id = token_id("acti_");
    merge->source = strdup(source);
    merge->destination = strdup(destination);
    if (!merge->id || !merge->source || !merge->destination ||
        rows_add(&history->merges, merge) != 0) {
        free_merge(merge);
        return -ENOMEM;
    }
    struct event deleted = {.object_type = "lead", .action = "deleted", .merge = merge};
    struct event merged = {.object_type = "lead", .action = "merged", .merge = merge};
    int result = enter(history, &deleted, source, source);
    return result < 0 ? result : enter(history, &merged, destination, destination);
}

int history_deleted(struct history *history, const char *lead_id)
{
    struct event event = {.object_type = "lead", .action = "deleted"};
    return enter(history, &event, lead_id, lead_id);
}

int history_created(struct history *history, const struct activity *activity)
{
    if (activity->kind == ACTIVITY_LEAD_FILE) /* no event is documented for these */
        return 0;
    struct event event = {
        .object_type = activity_kinds[activity->kind].object_type,
        .action = "created",
        .activity = activity,
    };
    return enter(history, &event, activity->id, activity->lead_id);
}

/* ---- telling ---- */

struct json *history_describe_merge(const struct merge *merge)
{
    struct json *json = json_object();
    int result = json_add_text(json, "_type", "LeadMerge");
    result |= json_add_text(json, "id", merge->id);
    result |= json_add_text(json, "lead_id", merge->destination);
    result |= json_add_text(json, "source_lead_id", merge->source);
    result |= json_add_text(json, "destination_lead_id", merge->destination);
    result |= json_add_text(json, "merge_status", "completed");
    result |= json_add_null(json, "error_message");
    result |= json_add_text(json, "organization_id", ACCOUNT_ORGANIZATION);
    result |= json_add_text(json, "created_by", ACCOUNT_USER);
    result |= json_add_text(json, "user_id", ACCOUNT_USER);
    result |= stamp_add(json, "activity_at", merge->at_us);
    result |= stamp_add(json, "date_created", merge->at_us);
    result |= stamp_add(json, "date_updated", merge->at_us);
    return pick_whole(json, result);
}

static struct json *describe_meta(const struct event *event)
{
    struct json *meta = json_object();
    int result = json_add_text(meta, "request_method", "POST");
    if (event->merge) {
        result |= json_add_text(meta, "request_path", "/api/v1/lead/merge/");
        result |= json_add_text(meta, "merge_source_lead_id", event->merge->source);
        result |= json_add_text(meta, "merge_destination_lead_id", event->merge->destination);
    }
    return pick_whole(meta, result);
}

struct json *history_describe_event(const struct event *event)
{
    struct json *json = json_object();
    int result = json_add_text(json, "id", event->id);
    result |= json_add_text(json, "object_type", event->object_type);
    result |= json_add_text(json, "object_id", event->object_id);
    result |= json_add_text(json, "lead_id", event->lead_id);
    result |= json_add_text(json, "action", event->action);
    result |= json_add_text(json, "request_id", event->request_id);
    result |= json_add_text(json, "organization_id", ACCOUNT_ORGANIZATION);
    result |= json_add_text(json, "user_id", ACCOUNT_USER);
    result |= json_add_null(json, "api_key_id");
    result |= json_add(json, "meta", describe_meta(event));
    result |= json_add(
        json, "data", event->activity ? activity_json_new(event->activity) : json_object());
    result |= json_add(json, "previous_data", json_object());
    result |= json_add(json, "changed_fields", json_array());
    result |= stamp_add(json, "date_created", event->at_us);
    result |= stamp_add(json, "date_updated", event->at_us);
    return pick_whole(json, result);
}

/* ---- forgetting ---- */

void history_forget_activities(struct history *history)
{
    size_t kept = 0;
    for (size_t i = 0; i < history->events.count; i++) {
        struct event *event = history->events.items[i];
        if (event->activity)
            free_event(event);
        else
            history->events.items[kept++] = event;
    }
    history->events.count = kept;
}

void history_release(struct history *history)
{
    rows_release(&history->events, free_event);
    rows_release(&history->merges, free_merge);
}
