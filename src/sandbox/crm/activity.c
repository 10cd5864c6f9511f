/** Keeps the emails, notes and lead files that were posted, each with its attachments. */
#include "crm/activity.h"

#include "util/pick.h"
#include "util/stamp.h"
#include "util/token.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX 65536

/** What it posted, and the attachments, which point into that. */
static void free_content(struct activity *activity)
{
    for (size_t i = 0; i < activity->attachment_count; i++) {
        free(activity->attachments[i].id);
        free(activity->attachments[i].url);
    }
    free(activity->attachments);
    json_free(activity->posted);
}

static void free_activity(void *row)
{
    struct activity *activity = row;
    if (!activity)
        return;
    free_content(activity);
    free(activity->id);
    free(activity->lead_id);
    free(activity->contact_id);
    free(activity->thread_id);
    free(activity);
}

/* ---- making one ---- */

/** What a lead file belongs to is its lead; what an attachment belongs to is its activity. */
static char *persisted_url(const struct activity *activity, const struct attachment *attachment)
{
    bool direct = activity->kind == ACTIVITY_LEAD_FILE;
    struct file_url_owner owner = {
        activity_kinds[activity->kind].object_type, direct ? activity->lead_id : activity->id};
    struct str url = STR_INIT(URL_MAX);
    if (!activity_kinds[activity->kind].keeps_tokens) {
        file_url_add_media(&url, &owner, attachment->id);
        return str_take(&url);
    }
    file_url_add_persisted(
        &url, &owner, attachment->token, json_get_text(attachment->posted, "filename"));
    return str_take(&url);
}

static int fill_attachment(const struct activity *activity, struct attachment *attachment,
    const struct json *posted, const struct upload *upload)
{
    attachment->posted = posted;
    attachment->size = upload->stored ? upload->size : json_get_int(posted, "size", -1);
    memcpy(attachment->token, upload->token, sizeof(attachment->token));
    memcpy(attachment->sha256, upload->sha256, sizeof(attachment->sha256));
    memcpy(attachment->md5, upload->md5, sizeof(attachment->md5));
    bool direct = activity->kind == ACTIVITY_LEAD_FILE;
    attachment->id = direct ? strdup(activity->id) : token_id("leadfile_");
    attachment->url = persisted_url(activity, attachment);
    return attachment->id && attachment->url ? 0 : -ENOMEM;
}

static int fill_attachments(struct activity *activity, const struct uploads *uploads)
{
    size_t count = 0;
    enum activity_kind kind = activity->kind;
    const struct json *file = activity_first_file(kind, activity->posted);
    for (const struct json *one = file; one; one = activity_next_file(kind, one))
        count++;
    activity->attachments = calloc(count ? count : 1, sizeof(*activity->attachments));
    if (!activity->attachments)
        return -ENOMEM;
    for (; file; file = activity_next_file(kind, file)) {
        const struct upload *upload = uploads_find(uploads, json_get_text(file, "url"));
        struct attachment *attachment = &activity->attachments[activity->attachment_count++];
        if (fill_attachment(activity, attachment, file, upload) != 0)
            return -ENOMEM;
    }
    return 0;
}

static void fill_times(struct activity *activity)
{
    const char *created = json_get_text(activity->posted, "date_created");
    activity->at_us = stamp_now();
    if (!created || stamp_read(created, &activity->created_us) != 0)
        activity->created_us = activity->at_us;
}

static int fill(struct activity *activity, const struct activity_plan *plan)
{
    const char *contact_id = json_get_text(plan->body, "contact_id");
    activity->kind = plan->kind;
    activity->posted = json_copy(plan->body);
    activity->id = token_id(activity_kinds[plan->kind].prefix);
    activity->thread_id = token_id("acti_");
    activity->lead_id = strdup(plan->lead_id);
    activity->contact_id = contact_id ? strdup(contact_id) : NULL;
    if (!activity->posted || !activity->id || !activity->thread_id || !activity->lead_id ||
        (contact_id && !activity->contact_id))
        return -ENOMEM;
    fill_times(activity);
    return fill_attachments(activity, plan->uploads);
}

int activities_add(struct activities *activities, const struct activity_plan *plan,
    const struct activity **ret_activity)
{
    struct activity *activity = calloc(1, sizeof(*activity));
    int result = activity ? fill(activity, plan) : -ENOMEM;
    if (result == 0)
        result = rows_add(&activities->all, activity);
    if (result < 0) {
        free_activity(activity);
        return result;
    }
    result = lookup_put(&activities->by_id, activity->id, activity);
    if (result < 0) {
        activities->all.count--;
        free_activity(activity);
        return result;
    }
    activity->number = activities->all.count;
    activities->counts[plan->kind]++;
    *ret_activity = activity;
    return 0;
}

/* ---- changing one ---- */

static int add_members(struct json *into, const struct json *from, const struct json *but)
{
    int result = 0;
    const struct json *one = json_first(from);
    for (; one; one = json_next(one))
        if (!but || !json_get(but, json_key(one)))
            result |= json_add(into, json_key(one), json_copy(one));
    return result;
}

/** The attachments of before, in what is posted now. */
static void keep_attachments(struct activity *changed, struct activity *activity)
{
    const struct json *file = activity_first_file(changed->kind, changed->posted);
    changed->attachments = TAKE_PTR(activity->attachments);
    changed->attachment_count = activity->attachment_count;
    activity->attachment_count = 0;
    for (size_t i = 0; i < changed->attachment_count; i++) {
        changed->attachments[i].posted = file;
        file = activity_next_file(changed->kind, file);
    }
}

int activities_change(struct activities *activities, const char *id, const struct json *body,
    const struct uploads *uploads)
{
    struct activity *activity = lookup_get(&activities->by_id, id);
    struct activity changed = *activity;
    changed.posted = json_object();
    changed.attachments = NULL;
    changed.attachment_count = 0;
    int result = add_members(changed.posted, activity->posted, body);
    result |= add_members(changed.posted, body, NULL);
    if (result == 0 && !json_get(body, "attachments"))
        keep_attachments(&changed, activity);
    else if (result == 0)
        result = fill_attachments(&changed, uploads);
    free_content(result < 0 ? &changed : activity);
    if (result == 0)
        *activity = changed;
    return result < 0 ? -ENOMEM : 0;
}

/* ---- all of them ---- */

const struct activity *activities_find(
    const struct activities *activities, enum activity_kind kind, const char *id)
{
    const struct activity *activity = lookup_get(&activities->by_id, id);
    return activity && activity->kind == kind && !activity->gone ? activity : NULL;
}

int activities_move(struct activities *activities, const char *from_lead, const char *to_lead)
{
    for (size_t i = 0; i < activities->all.count; i++) {
        struct activity *activity = activities->all.items[i];
        if (strcmp(activity->lead_id, from_lead) != 0)
            continue;
        char *lead_id = strdup(to_lead);
        if (!lead_id)
            return -ENOMEM;
        free(activity->lead_id);
        activity->lead_id = lead_id;
    }
    return 0;
}

void activities_hide(struct activities *activities, const char *lead_id)
{
    for (size_t i = 0; i < activities->all.count; i++) {
        struct activity *activity = activities->all.items[i];
        if (strcmp(activity->lead_id, lead_id) == 0)
            activity->gone = true;
    }
}

struct json *activities_count(const struct activities *activities)
{
    struct json *counts = json_object();
    int result = 0;
    for (size_t i = 0; i < ACTIVITY_KINDS; i++)
        result |= json_add_int(counts, activity_kinds[i].name, activities->counts[i]);
    return pick_whole(counts, result);
}

void activities_release(struct activities *activities)
{
    rows_release(&activities->all, free_activity);
    lookup_release(&activities->by_id);
    *activities = (struct activities){0};
}
