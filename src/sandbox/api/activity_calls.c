/** Answers the calls that make, read and list activities, opportunities and lead files. */
#include "api/call.h"
#include "api/page.h"
#include "context.h"
#include "crm/account.h"
#include "crm/activity_json.h"
#include "crm/crm.h"
#include "crm/lead_files.h"
#include "crm/leads.h"
#include "http/reply.h"
#include "http/server.h"
#include "util/pick.h"

#include "closedrop/base/json.h"

#include <stdlib.h>
#include <string.h>

/* ---- making one ---- */

/** Refuse a body that is wrong by itself or, being good, does not fit what there is. */
static bool refuse(const struct call *call, enum activity_kind kind)
{
    struct json *wrong = json_object();
    int result = activity_kind_check(kind, call->body, wrong);
    if (result == 0 && !json_first(wrong))
        result =
            crm_check(&call->sandbox->crm, kind, call->body, call->settings.file_ttl_ms, wrong);
    return call_refuse_fields(call, wrong, result);
}

static void create(const struct call *call, enum activity_kind kind, const char *lead_id,
    struct json *(*describe)(const struct call *call, const struct activity *activity))
{
    const struct activity *activity = NULL;
    int result = crm_create(&call->sandbox->crm, kind, lead_id, call->body, &activity);
    reply_json(
        call->reply, activity_kinds[kind].created, result < 0 ? NULL : describe(call, activity));
}

static struct json *describe_activity(const struct call *call, const struct activity *activity)
{
    (void)call;
    return activity_json_new(activity);
}

static struct json *describe_lead_file(const struct call *call, const struct activity *activity)
{
    const struct lead_file row =
        lead_file_of(&call->sandbox->crm.activities, activity, call->settings.folds_lead_files);
    return activity_json_file(&row);
}

void call_post_activity(struct call *call)
{
    const char *lead_id = json_get_text(call->body, "lead_id"); /* a template has none */
    if (!refuse(call, call->kind))
        create(call, call->kind, lead_id ? lead_id : "", describe_activity);
}

static bool has_no_lead(const struct call *call)
{
    if (leads_find(call->sandbox->crm.leads, OBJECT_LEAD, call->id))
        return false;
    call_missing(call, "Lead");
    return true;
}

void call_post_lead_file(struct call *call)
{
    if (!has_no_lead(call) && !refuse(call, ACTIVITY_LEAD_FILE))
        create(call, ACTIVITY_LEAD_FILE, call->id, describe_lead_file);
}

/* ---- reading one ---- */

void call_get_activity(struct call *call)
{
    const struct activity *activity =
        activities_find(&call->sandbox->crm.activities, call->kind, call->id);
    if (activity)
        reply_json(call->reply, 200,
            pick_fields(activity_json_new(activity), request_query(call->request, "_fields")));
    else
        call_missing(call, activity_kinds[call->kind].type);
}

/* ---- lists, newest first ---- */

static int compare_age(const void *one, const void *other)
{
    const struct activity *a = *(struct activity *const *)one;
    const struct activity *b = *(struct activity *const *)other;
    if (a->created_us != b->created_us)
        return a->created_us < b->created_us ? 1 : -1;
    return a->number < b->number ? 1 : -1;
}

static bool is_wanted(
    const struct call *call, const struct page *page, const struct activity *activity)
{
    const char *user = json_get_text(activity->posted, "user_id");
    const char *external = json_get_text(activity->posted, "external_whatsapp_message_id");
    return !activity->gone && page_passes(call, "lead_id", activity->lead_id) &&
           page_passes(call, "contact_id", activity->contact_id) &&
           page_passes(call, "id__in", activity->id) &&
           page_passes(call, "_type", activity_kinds[activity->kind].type) &&
           page_passes(call, "user_id", user ? user : ACCOUNT_USER) &&
           page_passes(call, "external_whatsapp_message_id", external) &&
           activity->created_us >= page->after_us && activity->created_us <= page->before_us;
}

/** Those of the kind that the query asks for, sorted. */
static int collect(
    const struct call *call, enum activity_kind kind, const struct page *page, struct rows *found)
{
    const struct rows *all = &call->sandbox->crm.activities.all;
    int result = 0;
    for (size_t i = 0; result == 0 && i < all->count; i++) {
        struct activity *activity = all->items[i];
        if (activity->kind == kind && is_wanted(call, page, activity))
            result = rows_add(found, activity);
    }
    if (found->count)
        qsort(found->items, found->count, sizeof(*found->items), compare_age);
    return result;
}

void call_list_activities(struct call *call)
{
    struct page page;
    if (!page_read(call, PAGE_MAX, "date_created", activity_kinds[call->kind].filters, &page))
        return;
    struct rows found = {0};
    struct json *data = json_array();
    int result = collect(call, call->kind, &page, &found);
    size_t end = (size_t)(page.skip + page.limit);
    for (size_t i = (size_t)page.skip; i < end && i < found.count; i++)
        result |= json_append(data, pick_fields(activity_json_new(found.items[i]), page.fields));
    page_reply(call, data, end < found.count, result);
    rows_release(&found, NULL);
}

/* ---- the files of a lead ---- */

void call_list_lead_files(struct call *call)
{
    struct lead_files walk =
        lead_files_begin(&call->sandbox->crm.activities, call->id, call->settings.folds_lead_files);
    struct lead_file row;
    struct page page;
    if (has_no_lead(call) || !page_read(call, PAGE_MAX, "date_created", "", &page))
        return;
    struct json *data = json_array();
    int result = 0;
    int64_t found = 0;
    for (; lead_files_next(&walk, &row); found++)
        if (found >= page.skip && found < page.skip + page.limit)
            result |= json_append(data, pick_fields(activity_json_file(&row), page.fields));
    page_reply(call, data, found > page.skip + page.limit, result);
}
