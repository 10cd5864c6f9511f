/** Answers the calls that read leads and contacts, merge leads, and list merges and events. */
#include "api/call.h"
#include "api/page.h"
#include "context.h"
#include "crm/account.h"
#include "crm/crm.h"
#include "crm/custom_fields.h"
#include "crm/lead_json.h"
#include "crm/leads.h"
#include "crm/schema.h"
#include "http/reply.h"
#include "http/server.h"
#include "util/pick.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"

#include <stdio.h>
#include <string.h>

#define EVENTS_MAX 50

/* ---- one lead, one contact ---- */

static void get_object(struct call *call, enum object_kind kind, const char *what)
{
    const struct object *object = leads_find(call->sandbox->crm.leads, kind, call->id);
    if (!object) {
        call_missing(call, what);
        return;
    }
    const char *fields = request_query(call->request, "_fields");
    reply_json(call->reply, 200, pick_fields(lead_json_new(object, SIGHT_NOW), fields));
}

void call_get_lead(struct call *call)
{
    get_object(call, OBJECT_LEAD, "Lead");
}

void call_get_contact(struct call *call)
{
    get_object(call, OBJECT_CONTACT, "Contact");
}

/** What is sent back is the whole object, without regard to _fields: the request may be gone. */
static void put_object(struct call *call, enum object_kind kind, const char *what)
{
    struct leads *leads = call->sandbox->crm.leads;
    const struct object *object = leads_find(leads, kind, call->id);
    if (!object) {
        call_missing(call, what);
        return;
    }
    struct json *wrong = json_object();
    int result = custom_fields_check(call->body, object->now->custom, wrong);
    if (call_refuse_fields(call, wrong, result))
        return;
    result = crm_set_custom(&call->sandbox->crm, object, call->body, call->settings.search_lag_ms);
    reply_json(call->reply, 200, result < 0 ? NULL : lead_json_new(object, SIGHT_NOW));
}

void call_put_lead(struct call *call)
{
    put_object(call, OBJECT_LEAD, "Lead");
}

void call_put_contact(struct call *call)
{
    put_object(call, OBJECT_CONTACT, "Contact");
}

/* ---- merging ---- */

static const struct schema_field merge_fields[] = {
    {.key = "source", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "destination", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
};

static const struct schema merge_schema = SCHEMA(merge_fields);

/** What speaks against it, or NULL. */
static const char *refuse_merge(const struct leads *leads, const struct json *body)
{
    const char *source = json_get_text(body, "source");
    const char *destination = json_get_text(body, "destination");
    if (!leads_find(leads, OBJECT_LEAD, source))
        return "Source lead does not exist.";
    if (!leads_find(leads, OBJECT_LEAD, destination))
        return "Destination lead does not exist.";
    return strcmp(source, destination) == 0 ? "Cannot merge a lead with itself." : NULL;
}

static void reply_errors(struct reply *reply, const char *message)
{
    struct json *body = json_object(), *errors = json_array();
    int result = json_append_text(errors, message);
    result |= json_add(body, "errors", errors);
    reply_json(reply, 400, pick_whole(body, result));
    reply_because(reply, NULL, message);
}

static void reply_merged(struct reply *reply, int result)
{
    if (result < 0)
        reply_error(reply, 500, "out of memory");
    else
        reply_text(reply, 200, "application/json", "{\"status\":\"ok\"}");
}

void call_merge(struct call *call)
{
    struct crm *crm = &call->sandbox->crm;
    struct json *wrong = json_object();
    int result = schema_check(&merge_schema, call->body, wrong);
    if (call_refuse_fields(call, wrong, result))
        return;
    const char *why = refuse_merge(crm->leads, call->body);
    if (why)
        reply_errors(call->reply, why);
    else
        reply_merged(call->reply,
            crm_merge(crm, json_get_text(call->body, "source"),
                json_get_text(call->body, "destination"), call->settings.search_lag_ms));
}

static bool merge_is_wanted(
    const struct call *call, const struct page *page, const struct merge *merge)
{
    return page_passes(call, "lead_id", merge->destination) &&
           page_passes(call, "source_lead_id", merge->source) &&
           page_passes(call, "destination_lead_id", merge->destination) &&
           merge->at_us >= page->after_us && merge->at_us <= page->before_us;
}

void call_list_merges(struct call *call)
{
    const struct rows *merges = &call->sandbox->crm.history.merges;
    static const char filters[] = "lead_id,source_lead_id,destination_lead_id";
    struct page page;
    if (!page_read(call, PAGE_MAX, "date_created", filters, &page))
        return;
    struct json *data = json_array();
    int64_t found = 0;
    int result = 0;
    for (size_t i = merges->count; i > 0 && found <= page.skip + page.limit; i--) {
        const struct merge *merge = merges->items[i - 1];
        if (!merge_is_wanted(call, &page, merge))
            continue;
        if (found >= page.skip && found < page.skip + page.limit)
            result |= json_append(data, pick_fields(history_describe_merge(merge), page.fields));
        found++;
    }
    page_reply(call, data, found > page.skip + page.limit, result);
}

/* ---- events ---- */

static bool event_is_wanted(
    const struct call *call, const struct page *page, const struct event *event)
{
    return page_passes(call, "object_type", event->object_type) &&
           page_passes(call, "object_id", event->object_id) &&
           page_passes(call, "action", event->action) &&
           page_passes(call, "lead_id", event->lead_id) &&
           page_passes(call, "user_id", ACCOUNT_USER) &&
           page_passes(call, "request_id", event->request_id) && event->at_us >= page->after_us &&
           event->at_us <= page->before_us;
}

/** The filters of events, and which of them Close takes together, each a set of bits. */
static const char *const event_filters[] = {
    "object_type", "object_id", "action", "lead_id", "user_id", "request_id"};
enum { OBJECT_TYPE = 1, OBJECT_ID = 2, ACTION = 4, LEAD_ID = 8, USER_ID = 16, REQUEST_ID = 32 };
static const int event_filter_sets[] = {
    0,
    OBJECT_TYPE | OBJECT_ID,
    OBJECT_TYPE | ACTION,
    OBJECT_ID | ACTION,
    LEAD_ID | OBJECT_TYPE,
    LEAD_ID | OBJECT_TYPE | ACTION,
    LEAD_ID | USER_ID | OBJECT_TYPE,
    LEAD_ID | USER_ID | OBJECT_TYPE | ACTION,
    LEAD_ID | USER_ID,
    USER_ID | OBJECT_ID,
    USER_ID | OBJECT_ID | ACTION,
    USER_ID | OBJECT_TYPE,
    USER_ID | OBJECT_TYPE | ACTION,
    LEAD_ID,
    USER_ID,
    REQUEST_ID,
};

static bool event_filters_go_together(const struct call *call)
{
    int set = 0;
    for (size_t i = 0; i < COUNT(event_filters); i++)
        set |= request_query(call->request, event_filters[i]) ? 1 << i : 0;
    for (size_t i = 0; i < COUNT(event_filter_sets); i++)
        if (event_filter_sets[i] == set)
            return true;
    reply_error(call->reply, 400, "This combination of filters is not supported.");
    return false;
}

/** A cursor is the number of events before it, so what is new does not shift it. */
static bool read_cursor(const struct call *call, size_t *cursor)
{
    const char *text = request_query(call->request, "_cursor");
    size_t count = *cursor;
    if (!text || (sscanf(text, "before-%zu", cursor) == 1 && *cursor <= count))
        return true;
    reply_error(call->reply, 400, "Invalid cursor.");
    return false;
}

static void reply_events(const struct call *call, struct json *data, size_t next, int result)
{
    char cursor[32];
    snprintf(cursor, sizeof(cursor), "before-%zu", next);
    struct json *answer = json_object();
    result |= json_add(answer, "data", data);
    result |= json_add_text(answer, "cursor_next", next ? cursor : NULL);
    result |= json_add_null(answer, "cursor_previous");
    reply_json(call->reply, 200, pick_whole(answer, result));
}

void call_list_events(struct call *call)
{
    const struct rows *events = &call->sandbox->crm.history.events;
    static const char filters[] = "object_type,object_id,action,lead_id,user_id,request_id,_cursor";
    struct page page;
    size_t cursor = events->count;
    if (!page_read(call, EVENTS_MAX, "date_updated", filters, &page) ||
        !event_filters_go_together(call) || !read_cursor(call, &cursor))
        return;
    struct json *data = json_array();
    int result = 0;
    size_t next = 0;
    int64_t found = 0;
    for (size_t i = cursor; i > 0; i--) {
        const struct event *event = events->items[i - 1];
        if (!event_is_wanted(call, &page, event))
            continue;
        if (found++ == page.limit) { /* there is more */
            next = i;
            break;
        }
        result |= json_append(data, pick_fields(history_describe_event(event), page.fields));
    }
    reply_events(call, data, next, result);
}
