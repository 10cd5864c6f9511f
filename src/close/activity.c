/** The carriers' tables (fields, attachments) and the JSON that is made by them. */
#include "closedrop/close/activity.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/close/record.h"

#include <errno.h>
#include <string.h>

#define BODY_MAX 1048576
#define FIELD_LINE_MAX 1000
#define ID_MAX 100
#define NUMBER_MAX 100
#define WHATSAPP_BYTES_MAX (25LL * 1000 * 1000)
#define SMS_FILES_MAX 10

const char *const activity_statuses[ACTIVITY_STATUSES] = {
    [STATUS_DRAFT] = "draft",
    [STATUS_INBOX] = "inbox",
    [STATUS_OUTBOX] = "outbox",
    [STATUS_SCHEDULED] = "scheduled",
    [STATUS_SENT] = "sent",
    [STATUS_ERROR] = "error",
};

/* not date_created: verify.h searches by the time that Close sets */
static const struct activity_field email_fields[] = {
    {"status", "status", .kind = FIELD_STATUS},
    {"sender", "sender", FIELD_LINE, .most = FIELD_LINE_MAX},
    {"to", "to", FIELD_LINES, .most = FIELD_LINE_MAX},
    {"cc", "cc", FIELD_LINES, .most = FIELD_LINE_MAX},
    {"bcc", "bcc", FIELD_LINES, .most = FIELD_LINE_MAX},
    {"subject", "subject", FIELD_LINE, .most = FIELD_LINE_MAX},
    {"body_text", "body_text", FIELD_TEXT, .most = BODY_MAX},
    {"body_html", "body_html", FIELD_HTML, .most = BODY_MAX},
    {"template_id", "template_id", FIELD_LINE, .most = ID_MAX},
    {"date_scheduled", "date_scheduled", FIELD_LINE, .most = ID_MAX},
    {"activity_at", "activity_at", FIELD_LINE, .most = ID_MAX},
    {"user_id", "user_id", FIELD_LINE, .most = ID_MAX},
    {"created_by", "created_by", FIELD_LINE, .most = ID_MAX},
    {"organization_id", "organization_id", FIELD_LINE, .most = ID_MAX},
    {"email_account_id", "email_account_id", FIELD_LINE, .most = ID_MAX},
    {"in_reply_to_id", "in_reply_to_id", FIELD_LINE, .most = ID_MAX},
    {"followup_date", "followup_date", FIELD_LINE, .most = ID_MAX},
    {"followup_sequence_id", "followup_sequence_id", FIELD_LINE, .most = ID_MAX},
    {"followup_sequence_delay", "followup_sequence_delay", FIELD_NUMBER, .least = 86400},
    {"followup_sequence_add_cc_bcc", "followup_sequence_add_cc_bcc", .kind = FIELD_BOOL},
};

static const struct activity_field note_fields[] = {
    {"text", "note", FIELD_TEXT, .most = BODY_MAX},
    {"html", "note_html", FIELD_HTML, .most = BODY_MAX},
    {"title", "title", FIELD_LINE, .most = FIELD_LINE_MAX},
    {"pinned", "pinned", .kind = FIELD_BOOL},
    {"activity_at", "activity_at", FIELD_LINE, .most = ID_MAX},
    {"user_id", "user_id", FIELD_LINE, .most = ID_MAX},
    {"created_by", "created_by", FIELD_LINE, .most = ID_MAX},
    {"organization_id", "organization_id", FIELD_LINE, .most = ID_MAX},
};

static const char *const periods[] = {"one_time", "monthly", "annual", NULL};

static const struct activity_field opportunity_fields[] = {
    {"status_id", "status_id", FIELD_LINE, .most = ID_MAX},
    {"pipeline_id", "pipeline_id", FIELD_LINE, .most = ID_MAX},
    {"note", "note", FIELD_TEXT, .most = BODY_MAX},
    {"note_html", "note_html", FIELD_HTML, .most = BODY_MAX},
    {"value", "value", FIELD_WHOLE, .most = ID_MAX},
    {"value_period", "value_period", FIELD_LINE, .most = ID_MAX, .choices = periods},
    {"confidence", "confidence", FIELD_NUMBER, .most = NUMBER_MAX},
    {"date_won", "date_won", FIELD_LINE, .most = ID_MAX},
    {"user_id", "user_id", FIELD_LINE, .most = ID_MAX},
};

static const char *const whatsapp_directions[] = {"incoming", "outgoing", NULL};

static const struct activity_field whatsapp_fields[] = {
    {"activity_at", "activity_at", FIELD_LINE, .most = ID_MAX},
    {"direction", "direction", FIELD_LINE, .most = ID_MAX, .choices = whatsapp_directions},
    {"local_phone", "local_phone", FIELD_LINE, .most = ID_MAX},
    {"remote_phone", "remote_phone", FIELD_LINE, .most = ID_MAX},
    {"message_markdown", "message_markdown", FIELD_TEXT, .most = BODY_MAX},
    {"integration_link", "integration_link", FIELD_LINE, .most = FIELD_LINE_MAX},
    {"user_id", "user_id", FIELD_LINE, .most = ID_MAX},
    {"send_to_inbox", "send_to_inbox", .kind = FIELD_BOOL},
};

static const char *const sms_directions[] = {"inbound", "outbound", NULL};

static const struct activity_field sms_fields[] = {
    {"status", "status", .kind = FIELD_STATUS},
    {"local_phone", "local_phone", FIELD_LINE, .most = ID_MAX},
    {"remote_phone", "remote_phone", FIELD_LINE, .most = ID_MAX},
    {"text", "text", FIELD_TEXT, .most = BODY_MAX},
    {"direction", "direction", FIELD_LINE, .most = ID_MAX, .choices = sms_directions},
    {"source", "source", FIELD_LINE, .most = ID_MAX},
    {"date_scheduled", "date_scheduled", FIELD_LINE, .most = ID_MAX},
    {"activity_at", "activity_at", FIELD_LINE, .most = ID_MAX},
    {"user_id", "user_id", FIELD_LINE, .most = ID_MAX},
};

/* Close's closed list (Close API documentation, "SMS", create: attachments.content_type) */
static const char *const sms_types[] = {"application/pdf", "application/vcard", "audio/3gpp",
    "audio/3gpp2", "audio/L24", "audio/ac3", "audio/amr", "audio/amr-nb", "audio/basic",
    "audio/mp4", "audio/mpeg", "audio/ogg", "audio/vnd.rn-realaudio", "audio/vnd.wave",
    "audio/webm", "image/bmp", "image/gif", "image/jpeg", "image/jpg", "image/png", "image/tiff",
    "text/calendar", "text/csv", "text/directory", "text/richtext", "text/rtf", "text/vcard",
    "text/x-vcard", "video/3gpp", "video/3gpp-tt", "video/3gpp2", "video/H261", "video/H263",
    "video/H263-1998", "video/H263-2000", "video/H264", "video/mp4", "video/mpeg",
    "video/quicktime", "video/webm", NULL};

static const struct {
    const struct activity_field *fields;
    size_t count;
    const char *path;        /* NULL: below the lead */
    const char *list_fields; /* when it is read back */
    bool has_size;           /* an attachment tells its size */
    struct activity_traits traits;
} carriers[ACTIVITY_KINDS] = {
    [ACTIVITY_EMAIL] = {email_fields, COUNT(email_fields), "activity/email/",
        "id,date_created,attachments", true, {.called = "an email"}},
    [ACTIVITY_NOTE] = {note_fields, COUNT(note_fields), "activity/note/",
        "id,date_created,attachments", false, {.called = "a note"}},
    [ACTIVITY_LEAD_FILE] = {NULL, 0, NULL, NULL, false, {.called = "a lead file"}},
    [ACTIVITY_OPPORTUNITY] = {opportunity_fields, COUNT(opportunity_fields), "opportunity/",
        "id,date_created,attachments,note", false,
        {.called = "an opportunity", .is_marked = true, .has_custom = true}},
    [ACTIVITY_WHATSAPP] = {whatsapp_fields, COUNT(whatsapp_fields), "activity/whatsapp_message/",
        "id,date_created,attachments,external_whatsapp_message_id", false,
        {.called = "a WhatsApp message",
            .most_bytes = WHATSAPP_BYTES_MAX,
            .needs_contact = true,
            .is_marked = true}},
    [ACTIVITY_SMS] = {sms_fields, COUNT(sms_fields), "activity/sms/",
        "id,date_created,attachments,text,local_phone,remote_phone", false,
        {.called = "a text message",
            .most_files = SMS_FILES_MAX,
            .cannot_be_recognized = true,
            .types = sms_types}},
};

const struct activity_field *activity_fields(enum activity_kind kind, size_t *ret_count)
{
    *ret_count = carriers[kind].count;
    return carriers[kind].fields;
}

const struct activity_traits *activity_traits(enum activity_kind kind)
{
    return &carriers[kind].traits;
}

const char *activity_noun(enum activity_kind kind)
{
    const char *called = carriers[kind].traits.called;
    return called ? strchr(called, ' ') + 1 : "";
}

bool activity_is_sent(enum activity_status status)
{
    return status == STATUS_OUTBOX || status == STATUS_SCHEDULED;
}

/* ---- what must be there ---- */

#define OF(status) (1U << (status))
#define ANY_STATUS (OF(ACTIVITY_STATUSES) - 1)
#define OF_SENT (OF(STATUS_OUTBOX) | OF(STATUS_SCHEDULED))
#define EXAMPLE_DATE "date_scheduled = \"{date:%Y-%m-%dT18:00:00%z}\""

static const struct {
    enum activity_kind kind;
    unsigned statuses;
    const char *name, *example;
} needs[] = {
    {ACTIVITY_EMAIL, ANY_STATUS & ~(OF(STATUS_DRAFT) | OF(STATUS_SENT)), "sender",
        "sender = \"billing@example.com\""},
    {ACTIVITY_EMAIL, OF_SENT, "to", "to = [ \"{contact.email}\" ]"},
    {ACTIVITY_EMAIL, OF(STATUS_SCHEDULED), "date_scheduled", EXAMPLE_DATE},
    {ACTIVITY_WHATSAPP, ANY_STATUS, "activity_at", "activity_at = \"{date:%Y-%m-%dT%H:%M:%S%z}\""},
    {ACTIVITY_WHATSAPP, ANY_STATUS, "direction", "direction = \"outgoing\""},
    {ACTIVITY_WHATSAPP, ANY_STATUS, "local_phone", "local_phone = \"+15550100\""},
    {ACTIVITY_WHATSAPP, ANY_STATUS, "remote_phone", "remote_phone = \"{row.phone}\""},
    {ACTIVITY_WHATSAPP, ANY_STATUS, "message_markdown", "message_markdown = \"{stem}\""},
    {ACTIVITY_SMS, OF_SENT, "local_phone", "local_phone = \"+15550100\""},
    {ACTIVITY_SMS, OF_SENT, "remote_phone", "remote_phone = \"{row.phone}\""},
    {ACTIVITY_SMS, OF(STATUS_SCHEDULED), "date_scheduled", EXAMPLE_DATE},
};

const char *activity_need(enum activity_kind kind, enum activity_status status, const char *name)
{
    for (size_t i = 0; i < COUNT(needs); i++)
        if (needs[i].kind == kind && (needs[i].statuses & OF(status)) &&
            strcmp(needs[i].name, name) == 0)
            return needs[i].example;
    return NULL;
}

/* ---- the body ---- */

static int add_attachment(
    enum activity_kind activity, struct json *object, const struct attachment *attachment)
{
    CLEANUP(free_text) char *name = text_clean_name(attachment->filename);
    int result = name ? json_add_text(object, "filename", name) : -ENOMEM;
    result |= json_add_text(object, "url", attachment->url);
    result |= json_add_text(object, "content_type", attachment->content_type);
    if (carriers[activity].has_size)
        result |= json_add_int(object, "size", attachment->size);
    return result;
}

static int add_attachments(enum activity_kind activity, struct json *body,
    const struct attachment *attachments, size_t count)
{
    struct json *list = json_array();
    int result = 0;
    for (size_t i = 0; i < count; i++) {
        struct json *one = json_object();
        result |= add_attachment(activity, one, &attachments[i]);
        result |= json_append(list, one);
    }
    return result | json_add(body, "attachments", list);
}

/* ---- a mark, where Close may not keep the tokens of the uploads ---- */

static const char *token_of(const struct activity *activity)
{
    const char *token = activity->count ? activity->attachments[0].token : NULL;
    return token ? token : "";
}

/** What is added to the note of an opportunity, in a paragraph of its own; "": nothing. */
static void add_mark(struct str *note, const struct activity *activity, const char *format)
{
    if (activity->kind == ACTIVITY_OPPORTUNITY && *token_of(activity))
        str_printf(note, format, token_of(activity));
}

/* ---- the request ---- */

/** Rich text comes in a <body> (Close API documentation, "Rich Text Fields"). */
static void wrap_html(struct str *whole, const char *html, const struct activity *activity)
{
    html += strspn(html, " \t\r\n"); /* a text of several lines often begins with one */
    bool is_wrapped = str_starts_with(html, "<body");
    const char *end = is_wrapped ? html : html + strlen(html);
    for (const char *at = html; is_wrapped && (at = strstr(at, "</body>")) != NULL; at++)
        end = at;
    str_add(whole, is_wrapped ? "" : "<body>");
    str_add_bytes(whole, html, (size_t)(end - html));
    add_mark(whole, activity, "<p>" RECORD_MARK("%s") "</p>");
    str_add(whole, is_wrapped ? end : "</body>");
}

static int add_note(
    struct json *body, const char *name, const char *text, const struct activity *activity)
{
    struct str note = STR_INIT(4 * BODY_MAX + 400); /* 4 bytes a character */
    if (strcmp(name, "note_html") == 0) {
        wrap_html(&note, text, activity);
    } else {
        str_add(&note, text);
        add_mark(&note, activity, *text ? "\n\n" RECORD_MARK("%s") : RECORD_MARK("%s"));
    }
    int result = str_error(&note) ? -ENOMEM : json_add_text(body, name, str_text(&note));
    str_release(&note);
    return result;
}

static bool is_note(const char *name)
{
    return strcmp(name, "note") == 0 || strcmp(name, "note_html") == 0;
}

/** What Close has in the query. */
static bool is_query(const char *name)
{
    return strcmp(name, "send_to_inbox") == 0;
}

static int add_field(struct json *body, const struct json *field, const struct activity *activity)
{
    const char *name = json_key(field);
    if (is_query(name))
        return 0;
    if (is_note(name))
        return add_note(body, name, json_text(field), activity);
    return json_add(body, name, json_copy(field));
}

static int add_fields(struct json *body, const struct activity *activity)
{
    int result = 0;
    bool has_note = false;
    const struct json *field = json_first(activity->fields);
    for (; field; field = json_next(field)) {
        has_note |= is_note(json_key(field));
        result |= add_field(body, field, activity);
    }
    if (activity->kind == ACTIVITY_OPPORTUNITY && !has_note && *token_of(activity))
        result |= add_note(body, "note", "", activity);
    if (activity->kind == ACTIVITY_WHATSAPP && *token_of(activity))
        result |= json_add_text(body, "external_whatsapp_message_id", token_of(activity));
    return result;
}
static struct json *make_body(const struct activity *activity)
{
    struct json *body = json_object();
    int result = 0;
    if (activity->kind == ACTIVITY_LEAD_FILE) {
        result = add_attachment(activity->kind, body, &activity->attachments[0]);
    } else {
        result |= json_add_text(body, "lead_id", activity->lead_id);
        if (activity->contact_id)
            result |= json_add_text(body, "contact_id", activity->contact_id);
        result |= add_fields(body, activity);
        result |= add_attachments(activity->kind, body, activity->attachments, activity->count);
    }
    if (!result)
        return body;
    json_free(body);
    return NULL;
}

static char *make_path(const struct activity *activity)
{
    CLEANUP(free_text) char *path = activity_list_path(activity->kind, activity->lead_id);
    const char *query =
        json_get_bool(activity->fields, "send_to_inbox", false) ? "?send_to_inbox=true" : "";
    return path ? str_format("%s%s", path, query) : NULL;
}

int activity_post(const struct activity *activity, struct activity_post *ret_post)
{
    *ret_post = (struct activity_post){make_path(activity), make_body(activity)};
    if (ret_post->path && ret_post->body)
        return 0;
    activity_post_release(ret_post);
    return -ENOMEM;
}

void activity_post_release(struct activity_post *post)
{
    free(post->path);
    json_free(post->body);
    *post = (struct activity_post){0};
}

const char *activity_endpoint(enum activity_kind kind)
{
    return carriers[kind].path ? carriers[kind].path : "lead/files/";
}

/* ---- reading back ---- */

char *activity_list_path(enum activity_kind kind, const char *lead_id)
{
    const char *path = carriers[kind].path;
    return path ? strdup(path) : str_format("lead/%s/files/", lead_id);
}

const char *activity_list_fields(enum activity_kind kind)
{
    return carriers[kind].list_fields;
}
