/** The carriers' tables (fields, attachments) and the JSON that is made by them. */
#include "closedrop/close/activity.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"

#include <errno.h>
#include <string.h>

#define BODY_MAX 1048576
#define FIELD_LINE_MAX 1000
#define ID_MAX 100

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
    {"status", "status", FIELD_STATUS, 0, 0},
    {"sender", "sender", FIELD_LINE, FIELD_LINE_MAX, 0},
    {"to", "to", FIELD_LINES, FIELD_LINE_MAX, 0},
    {"cc", "cc", FIELD_LINES, FIELD_LINE_MAX, 0},
    {"bcc", "bcc", FIELD_LINES, FIELD_LINE_MAX, 0},
    {"subject", "subject", FIELD_LINE, FIELD_LINE_MAX, 0},
    {"body_text", "body_text", FIELD_TEXT, BODY_MAX, 0},
    {"body_html", "body_html", FIELD_HTML, BODY_MAX, 0},
    {"template_id", "template_id", FIELD_LINE, ID_MAX, 0},
    {"date_scheduled", "date_scheduled", FIELD_LINE, ID_MAX, 0},
    {"activity_at", "activity_at", FIELD_LINE, ID_MAX, 0},
    {"user_id", "user_id", FIELD_LINE, ID_MAX, 0},
    {"created_by", "created_by", FIELD_LINE, ID_MAX, 0},
    {"organization_id", "organization_id", FIELD_LINE, ID_MAX, 0},
    {"email_account_id", "email_account_id", FIELD_LINE, ID_MAX, 0},
    {"in_reply_to_id", "in_reply_to_id", FIELD_LINE, ID_MAX, 0},
    {"followup_date", "followup_date", FIELD_LINE, ID_MAX, 0},
    {"followup_sequence_id", "followup_sequence_id", FIELD_LINE, ID_MAX, 0},
    {"followup_sequence_delay", "followup_sequence_delay", FIELD_NUMBER, 0, 86400},
    {"followup_sequence_add_cc_bcc", "followup_sequence_add_cc_bcc", FIELD_BOOL, 0, 0},
};

static const struct activity_field note_fields[] = {
    {"text", "note", FIELD_TEXT, BODY_MAX, 0},
    {"html", "note_html", FIELD_HTML, BODY_MAX, 0},
    {"title", "title", FIELD_LINE, FIELD_LINE_MAX, 0},
    {"pinned", "pinned", FIELD_BOOL, 0, 0},
    {"activity_at", "activity_at", FIELD_LINE, ID_MAX, 0},
    {"user_id", "user_id", FIELD_LINE, ID_MAX, 0},
    {"created_by", "created_by", FIELD_LINE, ID_MAX, 0},
    {"organization_id", "organization_id", FIELD_LINE, ID_MAX, 0},
};

static const struct {
    const struct activity_field *fields;
    size_t count;
    const char *path; /* NULL: below the lead */
    bool has_size;    /* an attachment tells its size */
} carriers[ACTIVITY_KINDS] = {
    [ACTIVITY_EMAIL] = {email_fields, COUNT(email_fields), "activity/email/", true},
    [ACTIVITY_NOTE] = {note_fields, COUNT(note_fields), "activity/note/", false},
    [ACTIVITY_LEAD_FILE] = {NULL, 0, NULL, false},
};

const struct activity_field *activity_fields(enum activity_kind activity, size_t *ret_count)
{
    *ret_count = carriers[activity].count;
    return carriers[activity].fields;
}

bool activity_is_sent(enum activity_status status)
{
    return status == STATUS_OUTBOX || status == STATUS_SCHEDULED;
}

bool activity_requires(enum activity_status status, const char *name)
{
    if (strcmp(name, "sender") == 0)
        return status != STATUS_DRAFT && status != STATUS_SENT;
    if (strcmp(name, "to") == 0)
        return activity_is_sent(status);
    return strcmp(name, "date_scheduled") == 0 && status == STATUS_SCHEDULED;
}

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

/** Rich text comes in a <body> (Close API documentation, "Rich Text Fields"). */
static int add_note_html(struct json *body, const char *html)
{
    html += strspn(html, " \t\r\n"); /* a text of several lines often begins with one */
    if (str_starts_with(html, "<body"))
        return json_add_text(body, "note_html", html);
    struct str whole = STR_INIT(4 * BODY_MAX + 100); /* 4 bytes a character */
    str_printf(&whole, "<body>%s</body>", html);
    int result = str_error(&whole) ? -1 : json_add_text(body, "note_html", str_text(&whole));
    str_release(&whole);
    return result;
}

static int add_field(struct json *body, const struct json *field)
{
    const char *name = json_key(field);
    if (strcmp(name, "note_html") == 0)
        return add_note_html(body, json_text(field));
    return json_add(body, name, json_copy(field));
}

struct json *activity_body(enum activity_kind activity, const char *lead_id, const char *contact_id,
    const struct json *fields, const struct attachment *attachments, size_t count)
{
    struct json *body = json_object();
    int result = 0;
    if (activity == ACTIVITY_LEAD_FILE) {
        result = add_attachment(activity, body, &attachments[0]);
    } else {
        result |= json_add_text(body, "lead_id", lead_id);
        if (contact_id)
            result |= json_add_text(body, "contact_id", contact_id);
        for (const struct json *field = json_first(fields); field; field = json_next(field))
            result |= add_field(body, field);
        result |= add_attachments(activity, body, attachments, count);
    }
    if (!result)
        return body;
    json_free(body);
    return NULL;
}

char *activity_path(enum activity_kind activity, const char *lead_id)
{
    const char *path = carriers[activity].path;
    return path ? strdup(path) : str_format("lead/%s/files/", lead_id);
}
