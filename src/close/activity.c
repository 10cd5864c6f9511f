/** The tables of what a rule can create: fields, attachments, what Close needs and takes. */
#include "closedrop/close/activity.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <string.h>

#define BODY_MAX ACTIVITY_TEXT_MAX
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

/* the first says which one there is; the others are those of a new one */
static const struct activity_field email_template_fields[] = {
    {"id", "id", FIELD_LINE, .most = ID_MAX},
    {"name", "name", FIELD_LINE, .most = FIELD_LINE_MAX},
    {"subject", "subject", FIELD_LINE, .most = FIELD_LINE_MAX},
    {"body", "body", FIELD_TEXT, .most = BODY_MAX},
    {"is_shared", "is_shared", .kind = FIELD_BOOL},
};

static const struct activity_field sms_template_fields[] = {
    {"id", "id", FIELD_LINE, .most = ID_MAX},
    {"name", "name", FIELD_LINE, .most = FIELD_LINE_MAX},
    {"text", "text", FIELD_TEXT, .most = BODY_MAX},
    {"is_shared", "is_shared", .kind = FIELD_BOOL},
};

static const char *const priorities[] = {"high", "medium", NULL};

static const struct activity_field task_fields[] = {
    {"text", "text", FIELD_TEXT, .most = BODY_MAX},
    {"assigned_to", "assigned_to", FIELD_LINE, .most = ID_MAX},
    {"date", "date", FIELD_LINE, .most = ID_MAX},
    {"due_date", "due_date", FIELD_LINE, .most = ID_MAX},
    {"priority", "priority", FIELD_LINE, .most = ID_MAX, .choices = priorities},
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
    struct activity_traits traits;
} carriers[ACTIVITY_KINDS] = {
    [ACTIVITY_EMAIL] = {email_fields, COUNT(email_fields), "activity/email/",
        "id,date_created,attachments", {.called = "an email", .tells_size = true}},
    [ACTIVITY_NOTE] = {note_fields, COUNT(note_fields), "activity/note/",
        "id,date_created,attachments", {.called = "a note"}},
    [ACTIVITY_LEAD_FILE] = {NULL, 0, NULL, NULL, {.called = "a lead file"}},
    [ACTIVITY_OPPORTUNITY] = {opportunity_fields, COUNT(opportunity_fields), "opportunity/",
        "id,date_created,attachments,note",
        {.called = "an opportunity", .is_marked = true, .has_custom = true}},
    [ACTIVITY_WHATSAPP] = {whatsapp_fields, COUNT(whatsapp_fields), "activity/whatsapp_message/",
        "id,date_created,attachments,external_whatsapp_message_id",
        {.called = "a WhatsApp message",
            .most_bytes = WHATSAPP_BYTES_MAX,
            .needs_contact = true,
            .is_marked = true}},
    [ACTIVITY_SMS] = {sms_fields, COUNT(sms_fields), "activity/sms/",
        "id,date_created,attachments,text,local_phone,remote_phone",
        {.called = "a text message",
            .most_files = SMS_FILES_MAX,
            .cannot_be_recognized = true,
            .types = sms_types}},
    [ACTIVITY_EMAIL_TEMPLATE] = {email_template_fields, COUNT(email_template_fields),
        "email_template/", "id,name,is_archived",
        {.called = "an email template",
            .tells_size = true,
            .replaces = true,
            .is_template = true,
            .prefix = "tmpl_"}},
    [ACTIVITY_SMS_TEMPLATE] = {sms_template_fields, COUNT(sms_template_fields), "sms_template/",
        NULL,
        {.called = "a text message template",
            .most_files = SMS_FILES_MAX,
            .replaces = true,
            .is_template = true,
            .prefix = "smstmpl_",
            .types = sms_types}},
    [ACTIVITY_TASK] = {task_fields, COUNT(task_fields), "task/", "id,date_created,text",
        {.called = "a task", .has_no_files = true, .is_marked = true}},
    [ACTIVITY_SET] = {NULL, 0, "lead/", NULL,
        {.called = "an update of custom fields",
            .has_no_files = true,
            .replaces = true,
            .has_custom = true}},
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
    {ACTIVITY_TASK, ANY_STATUS, "text", "text = \"Check {name}\""},
};

const char *activity_need(enum activity_kind kind, enum activity_status status, const char *name)
{
    for (size_t i = 0; i < COUNT(needs); i++)
        if (needs[i].kind == kind && (needs[i].statuses & OF(status)) &&
            strcmp(needs[i].name, name) == 0)
            return needs[i].example;
    return NULL;
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
