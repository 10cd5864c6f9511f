/**
 * Describes activities, opportunities and lead files as Close does: what was posted, and the
 * defaults for what was not.
 */
#include "crm/activity_json.h"

#include "crm/account.h"
#include "crm/activity.h"
#include "crm/lead_files.h"
#include "crm/schema.h"
#include "util/pick.h"
#include "util/stamp.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/xhtml.h"

#include <string.h>

#define PREVIEW_MAX 100
#define NOTE_MAX (64 << 20)

/** A member of an answer: what was posted or, without that, this JSON. */
struct member {
    const char *key, *fallback;
};

static const struct member email_members[] = {
    {"bcc", "[]"},
    {"body_html", "\"\""},
    {"body_html_quoted", "null"},
    {"body_text", "\"\""},
    {"body_text_quoted", "null"},
    {"bulk_email_action_id", "null"},
    {"cc", "[]"},
    {"date_scheduled", "null"},
    {"date_sent", "null"},
    {"email_account_id", "null"},
    {"envelope", "null"},
    {"followup_date", "null"},
    {"followup_sequence_add_cc_bcc", "false"},
    {"followup_sequence_delay", "null"},
    {"followup_sequence_id", "null"},
    {"has_reply", "false"},
    {"in_reply_to_id", "null"},
    {"message_ids", "[]"},
    {"need_smtp_credentials", "false"},
    {"opens", "[]"},
    {"opens_summary", "null"},
    {"references", "[]"},
    {"send_as_id", "null"},
    {"send_attempts", "[]"},
    {"sequence_id", "null"},
    {"sequence_name", "null"},
    {"sequence_subscription_id", "null"},
    {"status", "null"},
    {"subject", "\"\""},
    {"template_id", "null"},
    {"template_name", "null"},
    {"to", "[]"},
    {"users", "[]"},
};

static const struct member note_members[] = {
    {"pinned", "false"},
    {"pinned_at", "null"},
    {"title", "null"},
};

static const struct member opportunity_members[] = {
    {"confidence", "50"},
    {"date_won", "null"},
    {"pipeline_id", "\"" ACCOUNT_PIPELINE "\""},
    {"status_id", "\"" ACCOUNT_STATUS "\""},
    {"value", "null"},
    {"value_period", "\"one_time\""},
};

static const struct member whatsapp_members[] = {
    {"direction", "null"},
    {"external_whatsapp_message_id", "null"},
    {"integration_link", "null"},
    {"local_phone", "null"},
    {"message_markdown", "\"\""},
    {"remote_phone", "null"},
};

static const struct member sms_members[] = {
    {"date_scheduled", "null"},
    {"direction", "\"outbound\""},
    {"local_phone", "null"},
    {"remote_phone", "null"},
    {"source", "null"},
    {"status", "null"},
    {"text", "\"\""},
};

static const struct member email_template_members[] = {
    {"name", "null"},
    {"subject", "\"\""},
    {"body", "\"\""},
    {"is_shared", "false"},
    {"is_archived", "false"},
    {"used_by_sequences", "[]"},
};

static const struct member sms_template_members[] = {
    {"name", "null"},
    {"text", "\"\""},
    {"is_shared", "false"},
    {"status", "\"active\""},
    {"owned_by", "\"" ACCOUNT_USER "\""},
};

static const struct member task_members[] = {
    {"assigned_to", "\"" ACCOUNT_USER "\""},
    {"date", "null"},
    {"due_date", "null"},
    {"is_complete", "false"},
    {"is_dateless", "false"},
    {"priority", "null"},
    {"text", "\"\""},
};

static int add_members(
    struct json *json, const struct member *members, size_t count, const struct json *posted)
{
    int result = 0;
    for (size_t i = 0; i < count; i++) {
        bool absent = schema_is_absent(posted, members[i].key);
        const char *fallback = members[i].fallback;
        result |= json_add(json, members[i].key,
            absent ? json_parse(fallback, strlen(fallback))
                   : json_copy(json_get(posted, members[i].key)));
    }
    return result;
}

/* ---- attachments ---- */

static int add_size(struct json *object, int64_t size)
{
    return size < 0 ? json_add_null(object, "size") : json_add_int(object, "size", size);
}

static struct json *describe_attachment(
    const struct activity *activity, const struct attachment *attachment)
{
    struct json *row = json_object();
    const struct json *posted = attachment->posted;
    int result = json_add_text(row, "url", attachment->url);
    result |= json_add_text(row, "filename", json_get_text(posted, "filename"));
    result |= json_add_text(row, "content_type", json_get_text(posted, "content_type"));
    result |= add_size(row, attachment->size);
    if (activity->kind == ACTIVITY_EMAIL || activity->kind == ACTIVITY_EMAIL_TEMPLATE) {
        result |= json_add_text(row, "content_id", json_get_text(posted, "content_id"));
        result |= json_add_bool(row, "inline_only", json_get_bool(posted, "inline_only", false));
    } else {
        result |= json_add_null(row, "thumbnail_url");
    }
    return pick_whole(row, result);
}

static struct json *describe_attachments(const struct activity *activity)
{
    struct json *list = json_array();
    int result = list ? 0 : -1;
    for (size_t i = 0; i < activity->attachment_count; i++)
        result |= json_append(list, describe_attachment(activity, &activity->attachments[i]));
    return pick_whole(list, result);
}

/* ---- activities ---- */

static int add_people(struct json *json, const struct json *posted)
{
    const char *creator = json_get_text(posted, "created_by");
    const char *user = json_get_text(posted, "user_id");
    return json_add_text(json, "created_by", creator ? creator : ACCOUNT_USER) |
           json_add_text(json, "created_by_name", ACCOUNT_NAME) |
           json_add_text(json, "updated_by", ACCOUNT_USER) |
           json_add_text(json, "updated_by_name", ACCOUNT_NAME) |
           json_add_text(json, "user_id", user ? user : ACCOUNT_USER) |
           json_add_text(json, "user_name", ACCOUNT_NAME);
}

static int add_times(struct json *json, const struct activity *activity)
{
    const char *happened = json_get_text(activity->posted, "activity_at");
    int64_t happened_us = activity->created_us;
    if (happened)
        stamp_read(happened, &happened_us); /* was checked */
    return stamp_add(json, "activity_at", happened_us) |
           stamp_add(json, "date_created", activity->created_us) |
           stamp_add(json, "date_updated", activity->at_us);
}

static struct json *describe_activity(const struct activity *activity)
{
    struct json *json = json_object();
    int result = json_add_text(json, "_type", activity_kinds[activity->kind].type);
    result |= json_add_text(json, "id", activity->id);
    result |= json_add_text(json, "lead_id", activity->lead_id);
    result |= json_add_text(json, "contact_id", activity->contact_id);
    result |= json_add_text(json, "organization_id", ACCOUNT_ORGANIZATION);
    result |= json_add(json, "attachments", describe_attachments(activity));
    result |= add_people(json, activity->posted);
    result |= add_times(json, activity);
    return pick_whole(json, result);
}

/* ---- emails ---- */

/** A mail that is only logged as sent comes from us where it does not say otherwise. */
static const char *sender_of(const struct json *posted)
{
    const char *sender = json_get_text(posted, "sender");
    const char *status = json_get_text(posted, "status");
    return !sender && status && strcmp(status, "sent") == 0 ? ACCOUNT_EMAIL : sender;
}

static int add_preview(struct json *json, const struct json *posted)
{
    const char *body = json_get_text(posted, "body_text");
    size_t length = body ? strnlen(body, PREVIEW_MAX) : 0;
    while (length && (body[length] & 0xc0) == 0x80) /* not in the middle of a character */
        length--;
    struct str preview = STR_INIT(PREVIEW_MAX);
    str_add_bytes(&preview, body ? body : "", length);
    int result = json_add_text(json, "body_preview", str_text(&preview));
    str_release(&preview);
    return result;
}

static struct json *describe_email(const struct activity *activity)
{
    struct json *json = describe_activity(activity);
    const struct json *posted = activity->posted;
    const char *status = json_get_text(posted, "status");
    bool incoming = status && strcmp(status, "inbox") == 0;
    int result = json_add_text(json, "thread_id", activity->thread_id);
    result |= json_add_text(json, "direction", incoming ? "incoming" : "outgoing");
    result |= json_add_text(json, "sender", sender_of(posted));
    result |= add_preview(json, posted);
    result |= add_members(json, email_members, COUNT(email_members), posted);
    return pick_whole(json, result);
}

/* ---- notes ---- */

/** The same text in both ways; of two that were posted the rich one wins. */
static int add_note(struct json *json, const struct json *posted)
{
    const char *plain = json_get_text(posted, "note"), *rich = json_get_text(posted, "note_html");
    struct str other = STR_INIT(NOTE_MAX);
    if (rich)
        xhtml_add_plain(&other, rich);
    else if (plain)
        xhtml_add_body(&other, plain);
    int result = json_add_text(json, "note", rich ? str_text(&other) : plain ? plain : "");
    result |= json_add_text(json, "note_html", rich ? rich : plain ? str_text(&other) : NULL);
    str_release(&other);
    return result;
}

static struct json *describe_note(const struct activity *activity)
{
    struct json *json = describe_activity(activity);
    int result = add_note(json, activity->posted);
    result |= add_members(json, note_members, COUNT(note_members), activity->posted);
    return pick_whole(json, result);
}

/* ---- opportunities ---- */

static struct json *describe_opportunity(const struct activity *activity)
{
    struct json *json = describe_activity(activity);
    int result = add_note(json, activity->posted);
    result |= add_members(json, opportunity_members, COUNT(opportunity_members), activity->posted);
    return pick_whole(json, result);
}

/* ---- messages ---- */

static struct json *describe_message(
    const struct activity *activity, const struct member *members, size_t count)
{
    struct json *json = describe_activity(activity);
    return pick_whole(json, add_members(json, members, count, activity->posted));
}

/* ---- templates ---- */

static struct json *describe_template(
    const struct activity *activity, const struct member *members, size_t count)
{
    struct json *json = json_object();
    const struct json *posted = activity->posted;
    int result = json_add_text(json, "id", activity->id);
    result |= json_add_text(json, "organization_id", ACCOUNT_ORGANIZATION);
    result |= json_add_text(json, "created_by", ACCOUNT_USER);
    result |= json_add_text(json, "updated_by", ACCOUNT_USER);
    result |= stamp_add(json, "date_created", activity->created_us);
    result |= stamp_add(json, "date_updated", activity->at_us);
    result |= json_add(json, "attachments", describe_attachments(activity));
    return pick_whole(json, result | add_members(json, members, count, posted));
}

/* ---- lead files ---- */

struct json *activity_json_file(const struct lead_file *row)
{
    const struct activity *activity = row->activity;
    const struct attachment *attachment = row->attachment;
    bool direct = activity->kind == ACTIVITY_LEAD_FILE;
    const struct json *posted = attachment->posted;
    struct json *file = json_object();
    int result = json_add_text(file, "id", row->first->id);
    result |= json_add_text(file, "lead_id", activity->lead_id);
    result |= json_add_text(file, "organization_id", ACCOUNT_ORGANIZATION);
    result |= json_add_text(file, "name", json_get_text(posted, "filename"));
    result |= json_add_text(file, "content_type", json_get_text(posted, "content_type"));
    result |= add_size(file, attachment->size);
    result |= json_add_text(file, "checksum", *attachment->md5 ? attachment->md5 : NULL);
    result |= json_add_text(file, "download_url", attachment->url);
    result |= json_add_null(file, "thumbnail_url");
    result |= json_add_bool(file, "is_pinned", false);
    result |= json_add_text(file, "last_object_type", activity_kinds[activity->kind].object_type);
    result |= json_add_text(file, "last_object_id", direct ? activity->lead_id : activity->id);
    result |= stamp_add(file, "last_activity_at", activity->created_us);
    result |= stamp_add(file, "date_created", row->first_activity->at_us);
    result |= stamp_add(file, "date_updated", activity->at_us);
    result |= json_add_null(file, "updated_by");
    return pick_whole(file, result);
}

struct json *activity_json_new(const struct activity *activity)
{
    switch (activity->kind) {
    case ACTIVITY_EMAIL:
        return describe_email(activity);
    case ACTIVITY_NOTE:
        return describe_note(activity);
    case ACTIVITY_OPPORTUNITY:
        return describe_opportunity(activity);
    case ACTIVITY_WHATSAPP:
        return describe_message(activity, whatsapp_members, COUNT(whatsapp_members));
    case ACTIVITY_SMS:
        return describe_message(activity, sms_members, COUNT(sms_members));
    case ACTIVITY_EMAIL_TEMPLATE:
        return describe_template(activity, email_template_members, COUNT(email_template_members));
    case ACTIVITY_SMS_TEMPLATE:
        return describe_template(activity, sms_template_members, COUNT(sms_template_members));
    case ACTIVITY_TASK:
        return describe_message(activity, task_members, COUNT(task_members));
    default:
        return activity_json_file(
            &(struct lead_file){activity, activity->attachments, activity, activity->attachments});
    }
}
