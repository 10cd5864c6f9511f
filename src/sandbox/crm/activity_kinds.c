/** The tables of fields that the bodies may have, and what is wrong beyond single fields. */
#include "crm/activity_kinds.h"

#include "crm/account.h"

#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/xhtml.h"

#include <errno.h>
#include <string.h>

#define BODY_MAX 1048576
#define ADDRESSES_MAX 500
#define ADDRESS_MAX 1000
#define ATTACHMENTS_MAX 1000
#define DAY_S 86400
#define SMS_FILES_MAX 10
#define WHATSAPP_BYTES_MAX 25000000

/* ---- emails ---- */

static const struct schema_field email_file_fields[] = {
    {.key = "url", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "filename", .need = SCHEMA_REQUIRED, .type = SCHEMA_NAME},
    {.key = "size", .need = SCHEMA_REQUIRED, .type = SCHEMA_WHOLE},
    {.key = "content_type", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT},
    {.key = "content_id", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT},
    {.key = "inline_only", .need = SCHEMA_OPTIONAL, .type = SCHEMA_FLAG},
};

static const struct schema email_file = SCHEMA(email_file_fields);

static const struct schema_field open_fields[] = {
    {.key = "opened_at", .need = SCHEMA_REQUIRED, .type = SCHEMA_DATE},
};

static const struct schema email_open = SCHEMA(open_fields);

static const char *const statuses[] = {
    "inbox", "draft", "scheduled", "outbox", "sent", "error", NULL};

#define OPTIONAL_TEXT(name)                                                                        \
    {                                                                                              \
        .key = (name), .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT                                \
    }
#define OPTIONAL_DATE(name)                                                                        \
    {                                                                                              \
        .key = (name), .need = SCHEMA_NULLABLE, .type = SCHEMA_DATE                                \
    }
#define ADDRESSES(name)                                                                            \
    {                                                                                              \
        .key = (name), .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXTS, .max = ADDRESSES_MAX,        \
        .each = ADDRESS_MAX                                                                        \
    }
#define LEAD_ID                                                                                    \
    {                                                                                              \
        .key = "lead_id", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT, .named = "lead"            \
    }
#define CONTACT_ID                                                                                 \
    {                                                                                              \
        .key = "contact_id", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT, .named = "contact"      \
    }
#define USER_ID                                                                                    \
    {                                                                                              \
        .key = "user_id", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT, .named = "user"            \
    }
#define ATTACHMENTS(like)                                                                          \
    {                                                                                              \
        .key = "attachments", .need = SCHEMA_NULLABLE, .type = SCHEMA_LIST,                        \
        .max = ATTACHMENTS_MAX, .items = &(like)                                                   \
    }
#define BODY(name)                                                                                 \
    {                                                                                              \
        .key = (name), .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT, .max = BODY_MAX               \
    }

static const struct schema_field email_fields[] = {
    LEAD_ID,
    {.key = "status", .need = SCHEMA_REQUIRED, .type = SCHEMA_CHOICE, .choices = statuses},
    CONTACT_ID,
    USER_ID,
    OPTIONAL_TEXT("created_by"),
    OPTIONAL_TEXT("organization_id"),
    OPTIONAL_TEXT("email_account_id"),
    OPTIONAL_TEXT("sender"),
    ADDRESSES("to"),
    ADDRESSES("cc"),
    ADDRESSES("bcc"),
    {.key = "subject", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT, .max = 1000},
    BODY("body_text"),
    BODY("body_html"),
    ATTACHMENTS(email_file),
    OPTIONAL_TEXT("template_id"),
    OPTIONAL_TEXT("in_reply_to_id"),
    OPTIONAL_DATE("activity_at"),
    OPTIONAL_DATE("date_created"),
    OPTIONAL_DATE("followup_date"),
    OPTIONAL_TEXT("followup_sequence_id"),
    {.key = "followup_sequence_delay", .need = SCHEMA_NULLABLE, .type = SCHEMA_WHOLE, .min = DAY_S},
    {.key = "followup_sequence_add_cc_bcc", .need = SCHEMA_NULLABLE, .type = SCHEMA_FLAG},
    {.key = "opens", .need = SCHEMA_NULLABLE, .type = SCHEMA_LIST, .items = &email_open},
    OPTIONAL_DATE("date_scheduled"),
    {.key = "send_in", .need = SCHEMA_NULLABLE, .type = SCHEMA_WHOLE, .max = 59},
};

static bool needs_sender(const char *status)
{
    return strcmp(status, "draft") != 0 && strcmp(status, "sent") != 0;
}

static int check_email(const struct json *body, struct json *wrong)
{
    const char *status = json_get_text(body, "status");
    const char *sender = json_get_text(body, "sender");
    int result = 0;
    if (!status || json_get(wrong, "status"))
        return 0;
    if (needs_sender(status) && schema_is_absent(body, "sender"))
        result |= json_add_text(wrong, "sender", "This field is required.");
    else if (sender && !strchr(sender, '@'))
        result |= json_add_text(wrong, "sender", "Invalid email address.");
    if (strcmp(status, "scheduled") == 0 && schema_is_absent(body, "date_scheduled"))
        result |= json_add_text(wrong, "date_scheduled", "This field is required.");
    if (strcmp(status, "outbox") != 0 && !schema_is_absent(body, "send_in"))
        result |= json_add_text(wrong, "send_in", "Only possible with status \"outbox\".");
    return result;
}

/* ---- notes ---- */

static const struct schema_field note_file_fields[] = {
    {.key = "url", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "filename", .need = SCHEMA_REQUIRED, .type = SCHEMA_NAME},
    {.key = "content_type", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT},
};

static const struct schema note_file = SCHEMA(note_file_fields);

static const struct schema_field note_fields[] = {
    LEAD_ID,
    OPTIONAL_DATE("activity_at"),
    ATTACHMENTS(note_file),
    CONTACT_ID,
    OPTIONAL_TEXT("created_by"),
    OPTIONAL_DATE("date_created"),
    OPTIONAL_TEXT("note"),
    OPTIONAL_TEXT("note_html"),
    OPTIONAL_TEXT("organization_id"),
    {.key = "pinned", .need = SCHEMA_NULLABLE, .type = SCHEMA_FLAG},
    OPTIONAL_TEXT("title"),
    USER_ID,
};

/** Whether it is rich text as Close takes it; `why` says why not. */
static bool is_rich_text(const char *html, struct str *why)
{
    if (str_starts_with(html, "<body>"))
        return xhtml_check(html, XHTML_NOTE, why) == 0;
    str_add(why, "it is not wrapped in <body>");
    return false;
}

static int check_note(const struct json *body, struct json *wrong)
{
    const char *html = json_get_text(body, "note_html");
    struct str why = STR_INIT(1024);
    str_add(&why, "The value is not well-formed: ");
    bool is_good = !html || is_rich_text(html, &why);
    int result = is_good ? 0 : json_add_text(wrong, "note_html", str_text(&why));
    str_release(&why);
    return result;
}

/* ---- lead files ---- */

static const struct schema_field lead_file_fields[] = {
    {.key = "content_type", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT, .min = 1, .max = 255},
    {.key = "filename", .need = SCHEMA_REQUIRED, .type = SCHEMA_NAME, .min = 1, .max = 1024},
    {.key = "url", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT, .min = 1},
};

/* ---- opportunities ---- */

static const char *const periods[] = {"one_time", "monthly", "annual", NULL};

/* without lead_id Close makes a lead "Untitled"; nobody wants that, so here it is required */
static const struct schema_field opportunity_fields[] = {
    LEAD_ID,
    ATTACHMENTS(note_file),
    {.key = "confidence", .need = SCHEMA_NULLABLE, .type = SCHEMA_WHOLE, .max = 100},
    CONTACT_ID,
    OPTIONAL_TEXT("created_by"),
    OPTIONAL_DATE("date_created"),
    OPTIONAL_DATE("date_won"),
    OPTIONAL_TEXT("note"),
    OPTIONAL_TEXT("note_html"),
    OPTIONAL_TEXT("pipeline_id"),
    OPTIONAL_TEXT("status_id"),
    USER_ID,
    {.key = "value", .need = SCHEMA_NULLABLE, .type = SCHEMA_WHOLE},
    {.key = "value_period", .need = SCHEMA_NULLABLE, .type = SCHEMA_CHOICE, .choices = periods},
};

static int check_known(
    const struct json *body, const char *key, const char *known, struct json *wrong)
{
    const char *id = json_get_text(body, key);
    return !id || strcmp(id, known) == 0 ? 0 : json_add_text(wrong, key, "Object does not exist.");
}

static int check_opportunity(const struct json *body, struct json *wrong)
{
    int result = check_known(body, "status_id", ACCOUNT_STATUS, wrong);
    result |= check_known(body, "pipeline_id", ACCOUNT_PIPELINE, wrong);
    return result | check_note(body, wrong);
}

/* ---- WhatsApp messages ---- */

#define REQUIRED_TEXT(name)                                                                        \
    {                                                                                              \
        .key = (name), .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT, .min = 1                      \
    }

static const struct schema_field typed_file_fields[] = {
    {.key = "url", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "filename", .need = SCHEMA_REQUIRED, .type = SCHEMA_NAME},
    {.key = "content_type", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
};

static const struct schema typed_file = SCHEMA(typed_file_fields);

static const char *const whatsapp_directions[] = {"incoming", "outgoing", NULL};

static const struct schema_field whatsapp_fields[] = {
    LEAD_ID,
    {.key = "activity_at", .need = SCHEMA_REQUIRED, .type = SCHEMA_DATE},
    ATTACHMENTS(typed_file),
    {.key = "contact_id", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT, .named = "contact"},
    {.key = "direction",
        .need = SCHEMA_REQUIRED,
        .type = SCHEMA_CHOICE,
        .choices = whatsapp_directions},
    REQUIRED_TEXT("external_whatsapp_message_id"),
    OPTIONAL_TEXT("integration_link"),
    REQUIRED_TEXT("local_phone"),
    REQUIRED_TEXT("message_markdown"),
    REQUIRED_TEXT("remote_phone"),
    USER_ID,
};

/* ---- text messages ---- */

static const char *const sms_types[] = {"application/pdf", "application/vcard", "audio/3gpp",
    "audio/3gpp2", "audio/L24", "audio/ac3", "audio/amr", "audio/amr-nb", "audio/basic",
    "audio/mp4", "audio/mpeg", "audio/ogg", "audio/vnd.rn-realaudio", "audio/vnd.wave",
    "audio/webm", "image/bmp", "image/gif", "image/jpeg", "image/jpg", "image/png", "image/tiff",
    "text/calendar", "text/csv", "text/directory", "text/richtext", "text/rtf", "text/vcard",
    "text/x-vcard", "video/3gpp", "video/3gpp-tt", "video/3gpp2", "video/H261", "video/H263",
    "video/H263-1998", "video/H263-2000", "video/H264", "video/mp4", "video/mpeg",
    "video/quicktime", "video/webm", NULL};

static const struct schema_field sms_file_fields[] = {
    {.key = "url", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "filename", .need = SCHEMA_REQUIRED, .type = SCHEMA_NAME},
    {.key = "content_type", .need = SCHEMA_REQUIRED, .type = SCHEMA_CHOICE, .choices = sms_types},
};

static const struct schema sms_file = SCHEMA(sms_file_fields);

static const char *const sms_directions[] = {"inbound", "outbound", NULL};

#define SMS_ATTACHMENTS                                                                            \
    {                                                                                              \
        .key = "attachments", .need = SCHEMA_NULLABLE, .type = SCHEMA_LIST, .max = SMS_FILES_MAX,  \
        .items = &sms_file                                                                         \
    }

static const struct schema_field sms_fields[] = {
    LEAD_ID,
    {.key = "status", .need = SCHEMA_REQUIRED, .type = SCHEMA_CHOICE, .choices = statuses},
    OPTIONAL_DATE("activity_at"),
    SMS_ATTACHMENTS,
    CONTACT_ID,
    OPTIONAL_TEXT("created_by"),
    OPTIONAL_DATE("date_created"),
    OPTIONAL_DATE("date_scheduled"),
    {.key = "direction", .need = SCHEMA_NULLABLE, .type = SCHEMA_CHOICE, .choices = sms_directions},
    OPTIONAL_TEXT("local_phone"),
    OPTIONAL_TEXT("remote_phone"),
    OPTIONAL_TEXT("source"),
    OPTIONAL_TEXT("text"),
    USER_ID,
};

static int require(const struct json *body, const char *key, struct json *wrong)
{
    return schema_is_absent(body, key) ? json_add_text(wrong, key, "This field is required.") : 0;
}

static int check_sms(const struct json *body, struct json *wrong)
{
    const char *status = json_get_text(body, "status");
    const char *phone = json_get_text(body, "local_phone");
    bool is_scheduled = status && strcmp(status, "scheduled") == 0;
    int result = 0;
    if (is_scheduled || (status && strcmp(status, "outbox") == 0))
        result |= require(body, "local_phone", wrong) | require(body, "remote_phone", wrong);
    if (is_scheduled)
        result |= require(body, "date_scheduled", wrong);
    if (phone && strcmp(phone, ACCOUNT_PHONE) != 0)
        result |=
            json_add_text(wrong, "local_phone", "This is not a phone number of your organization.");
    return result;
}

/* ---- tasks ---- */

static const char *const task_types[] = {"lead", NULL};
static const char *const priorities[] = {"high", "medium", NULL};

static const struct schema_field task_fields[] = {
    {.key = "_type", .need = SCHEMA_OPTIONAL, .type = SCHEMA_CHOICE, .choices = task_types},
    LEAD_ID,
    REQUIRED_TEXT("text"),
    OPTIONAL_TEXT("assigned_to"),
    CONTACT_ID,
    OPTIONAL_TEXT("created_by"),
    OPTIONAL_DATE("date"),
    OPTIONAL_DATE("date_created"),
    {.key = "disable_notification", .need = SCHEMA_NULLABLE, .type = SCHEMA_FLAG},
    OPTIONAL_DATE("due_date"),
    {.key = "is_complete", .need = SCHEMA_NULLABLE, .type = SCHEMA_FLAG},
    {.key = "is_dateless", .need = SCHEMA_NULLABLE, .type = SCHEMA_FLAG},
    OPTIONAL_TEXT("organization_id"),
    {.key = "priority", .need = SCHEMA_NULLABLE, .type = SCHEMA_CHOICE, .choices = priorities},
};

static int check_task(const struct json *body, struct json *wrong)
{
    return check_known(body, "assigned_to", ACCOUNT_USER, wrong);
}

/* ---- templates ---- */

static const struct schema_field template_file_fields[] = {
    {.key = "url", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "filename", .need = SCHEMA_REQUIRED, .type = SCHEMA_NAME},
    {.key = "content_type", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "size", .need = SCHEMA_REQUIRED, .type = SCHEMA_WHOLE},
    {.key = "content_id", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT},
    {.key = "inline_only", .need = SCHEMA_OPTIONAL, .type = SCHEMA_FLAG},
};

static const struct schema template_file = SCHEMA(template_file_fields);

#define FLAG(name)                                                                                 \
    {                                                                                              \
        .key = (name), .need = SCHEMA_OPTIONAL, .type = SCHEMA_FLAG                                \
    }

static const struct schema_field email_template_fields[] = {
    REQUIRED_TEXT("name"),
    OPTIONAL_TEXT("subject"),
    BODY("body"),
    FLAG("is_shared"),
    ATTACHMENTS(template_file),
};

static const struct schema_field email_template_changes[] = {
    OPTIONAL_TEXT("name"),
    OPTIONAL_TEXT("subject"),
    BODY("body"),
    FLAG("is_shared"),
    FLAG("is_archived"),
    ATTACHMENTS(template_file),
};

static const char *const template_statuses[] = {"active", "archived", NULL};

static const struct schema_field sms_template_fields[] = {
    REQUIRED_TEXT("name"),
    OPTIONAL_TEXT("text"),
    FLAG("is_shared"),
    SMS_ATTACHMENTS,
};

static const struct schema_field sms_template_changes[] = {
    OPTIONAL_TEXT("name"),
    OPTIONAL_TEXT("text"),
    FLAG("is_shared"),
    {.key = "status", .need = SCHEMA_OPTIONAL, .type = SCHEMA_CHOICE, .choices = template_statuses},
    SMS_ATTACHMENTS,
};

/* ---- all of them ---- */

#define LIST_FILTERS "lead_id,contact_id,user_id,id__in"

const struct activity_traits activity_kinds[ACTIVITY_KINDS] = {
    [ACTIVITY_EMAIL] = {"email", "acti_", "activity.email", "Email", 200, SCHEMA(email_fields),
        check_email, LIST_FILTERS, 0, true},
    [ACTIVITY_NOTE] = {"note", "acti_", "activity.note", "Note", 200, SCHEMA(note_fields),
        check_note, LIST_FILTERS, 0, true},
    [ACTIVITY_LEAD_FILE] = {"lead_file", "leadfile_", "lead", "LeadFile", 201,
        SCHEMA(lead_file_fields), NULL, NULL, 0, true},
    [ACTIVITY_OPPORTUNITY] = {"opportunity", "oppo_", "opportunity", "Opportunity", 200,
        SCHEMA_WITH_CUSTOM(opportunity_fields), check_opportunity, LIST_FILTERS, 0, false},
    [ACTIVITY_WHATSAPP] = {"whatsapp", "acti_", "activity.whatsapp_message", "WhatsAppMessage", 200,
        SCHEMA(whatsapp_fields), NULL, LIST_FILTERS ",external_whatsapp_message_id",
        WHATSAPP_BYTES_MAX, false},
    [ACTIVITY_SMS] = {"sms", "acti_", "activity.sms", "SMS", 200, SCHEMA(sms_fields), check_sms,
        LIST_FILTERS, 0, false},
    [ACTIVITY_EMAIL_TEMPLATE] = {"email_template", "tmpl_", "email_template", "EmailTemplate", 200,
        SCHEMA(email_template_fields), NULL, "is_archived,is_shared", 0, true,
        SCHEMA(email_template_changes)},
    [ACTIVITY_SMS_TEMPLATE] = {"sms_template", "smstmpl_", "sms_template", "SMSTemplate", 201,
        SCHEMA(sms_template_fields), NULL, "", 0, true, SCHEMA(sms_template_changes)},
    [ACTIVITY_TASK] = {"task", "task_", "task.lead", "lead", 200, SCHEMA(task_fields), check_task,
        LIST_FILTERS ",_type", 0, false},
};

int activity_kind_check(enum activity_kind kind, const struct json *body, struct json *wrong)
{
    int result = schema_check(&activity_kinds[kind].schema, body, wrong);
    if (result == 0 && activity_kinds[kind].check)
        result = activity_kinds[kind].check(body, wrong);
    return result < 0 ? -ENOMEM : 0;
}

int activity_kind_check_change(enum activity_kind kind, const struct json *body, struct json *wrong)
{
    return schema_check(&activity_kinds[kind].changes, body, wrong);
}

const struct json *activity_first_file(enum activity_kind kind, const struct json *body)
{
    return kind == ACTIVITY_LEAD_FILE ? body : json_first(json_get(body, "attachments"));
}

const struct json *activity_next_file(enum activity_kind kind, const struct json *file)
{
    return kind == ACTIVITY_LEAD_FILE ? NULL : json_next(file);
}
