/** Answers the calls that read, list and change templates; making one is as for activities. */
#include "api/call.h"
#include "api/page.h"
#include "context.h"
#include "crm/activity_json.h"
#include "crm/crm.h"
#include "http/reply.h"
#include "http/server.h"
#include "util/pick.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"

#include <string.h>

/** The template of the path, or NULL with the refusal in the reply. */
static const struct activity *find(const struct call *call)
{
    const struct activity *template =
        activities_find(&call->sandbox->crm.activities, call->kind, call->id);
    if (!template)
        call_missing(call, activity_kinds[call->kind].type);
    return template;
}

/* ---- reading ---- */

/** Close shows the files of a text message template only on request. */
static struct json *describe(const struct activity *template, bool has_files)
{
    return pick_fields(activity_json_new(template),
        has_files ? NULL
                  : "id,organization_id,created_by,updated_by,date_created,date_updated,name,text,"
                    "is_shared,status,owned_by");
}

static bool shows_files(const struct call *call)
{
    const char *wanted = request_query(call->request, "include_attachments");
    return call->kind == ACTIVITY_EMAIL_TEMPLATE || (wanted && strcmp(wanted, "true") == 0);
}

void call_get_template(struct call *call)
{
    const struct activity *template = find(call);
    if (template)
        reply_json(call->reply, 200,
            pick_fields(
                describe(template, shows_files(call)), request_query(call->request, "_fields")));
}

static bool is_wanted(const struct call *call, const struct activity *template)
{
    static const char *const flags[] = {"is_archived", "is_shared"};
    bool passes = template->kind == call->kind;
    for (size_t i = 0; i < COUNT(flags); i++)
        passes &= page_passes(
            call, flags[i], json_get_bool(template->posted, flags[i], false) ? "true" : "false");
    return passes;
}

void call_list_templates(struct call *call)
{
    struct page page;
    const struct rows *all = &call->sandbox->crm.activities.all;
    if (!page_read(call, PAGE_MAX, "date_created", activity_kinds[call->kind].filters, &page))
        return;
    struct json *data = json_array();
    int result = 0;
    int64_t found = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (!is_wanted(call, all->items[i]))
            continue;
        if (found >= page.skip && found < page.skip + page.limit)
            result |= json_append(
                data, pick_fields(describe(all->items[i], call->kind == ACTIVITY_EMAIL_TEMPLATE),
                          page.fields));
        found++;
    }
    page_reply(call, data, found > page.skip + page.limit, result);
}

/* ---- changing one ---- */

static bool refuse(const struct call *call)
{
    struct crm *crm = &call->sandbox->crm;
    struct json *wrong = json_object();
    int result = activity_kind_check_change(call->kind, call->body, wrong);
    if (result == 0 && !json_first(wrong))
        result = crm_check(crm, call->kind, call->body, call->settings.file_ttl_ms, wrong);
    return call_refuse_fields(call, wrong, result);
}

void call_put_template(struct call *call)
{
    struct crm *crm = &call->sandbox->crm;
    const struct activity *template = find(call);
    if (!template || refuse(call))
        return;
    int result = activities_change(&crm->activities, call->id, call->body, &crm->uploads);
    reply_json(call->reply, 200,
        result < 0 ? NULL : describe(template, call->kind == ACTIVITY_EMAIL_TEMPLATE));
}
