/**
 * The tables of fields that the bodies of emails, notes and lead files may have, and what is wrong
 * beyond single fields.
 */
#include "crm/activity_kinds.h"

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

/* ---- all of them ---- */

const struct activity_traits activity_kinds[ACTIVITY_KINDS] = {
    [ACTIVITY_EMAIL] = {"email", "acti_", "activity.email", "Email", 200, SCHEMA(email_fields),
        check_email},
    [ACTIVITY_NOTE] = {"note", "acti_", "activity.note", "Note", 200, SCHEMA(note_fields),
        check_note},
    [ACTIVITY_LEAD_FILE] = {"lead_file", "leadfile_", "lead", "LeadFile", 201,
        SCHEMA(lead_file_fields), NULL},
};

int activity_kind_check(enum activity_kind kind, const struct json *body, struct json *wrong)
{
    int result = schema_check(&activity_kinds[kind].schema, body, wrong);
    if (result == 0 && activity_kinds[kind].check)
        result = activity_kinds[kind].check(body, wrong);
    return result < 0 ? -ENOMEM : 0;
}

const struct json *activity_first_file(enum activity_kind kind, const struct json *body)
{
    return kind == ACTIVITY_LEAD_FILE ? body : json_first(json_get(body, "attachments"));
}

const struct json *activity_next_file(enum activity_kind kind, const struct json *file)
{
    return kind == ACTIVITY_LEAD_FILE ? NULL : json_next(file);
}
