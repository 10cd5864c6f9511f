/** The request that creates an activity or a task, or fills a template: its path, and its body as
 * JSON. */
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- attachments ---- */

static int add_attachment(
    enum activity_kind activity, struct json *object, const struct attachment *attachment)
{
    CLEANUP(free_text) char *name = text_clean_name(attachment->filename);
    int result = name ? json_add_text(object, "filename", name) : -ENOMEM;
    result |= json_add_text(object, "url", attachment->url);
    result |= json_add_text(object, "content_type", attachment->content_type);
    if (activity_traits(activity)->tells_size)
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

/** What is added to the text in which the mark stands. */
static void add_mark(struct str *text, const struct activity *activity, const char *format)
{
    if (*token_of(activity))
        str_printf(text, format, token_of(activity));
}

/** In a note it is a paragraph of its own, where that is marked; a task is a line. */
static const char *mark_behind(const struct activity *activity, const char *text)
{
    if (activity->kind == ACTIVITY_TASK)
        return " " RECORD_MARK("%s");
    return *text ? "\n\n" RECORD_MARK("%s") : RECORD_MARK("%s");
}

static bool is_marked_in_text(enum activity_kind kind)
{
    return kind == ACTIVITY_OPPORTUNITY || kind == ACTIVITY_TASK;
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
    if (is_marked_in_text(activity->kind))
        add_mark(whole, activity, "<p>" RECORD_MARK("%s") "</p>");
    str_add(whole, is_wrapped ? end : "</body>");
}

static int add_note(
    struct json *body, const char *name, const char *text, const struct activity *activity)
{
    struct str note = STR_INIT(4 * ACTIVITY_TEXT_MAX + 400); /* 4 bytes a character */
    if (strcmp(name, "note_html") == 0) {
        wrap_html(&note, text, activity);
    } else {
        str_add(&note, text);
        if (is_marked_in_text(activity->kind))
            add_mark(&note, activity, mark_behind(activity, text));
    }
    int result = str_error(&note) ? -ENOMEM : json_add_text(body, name, str_text(&note));
    str_release(&note);
    return result;
}

/** Whether this field is the one that gets the mark, or HTML to be wrapped. */
static bool is_note(const struct activity *activity, const char *name)
{
    return activity->kind == ACTIVITY_TASK
               ? strcmp(name, "text") == 0
               : strcmp(name, "note") == 0 || strcmp(name, "note_html") == 0;
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
    if (is_note(activity, name))
        return add_note(body, name, json_text(field), activity);
    return json_add(body, name, json_copy(field));
}

static int add_fields(struct json *body, const struct activity *activity)
{
    int result = 0;
    bool has_note = false;
    const struct json *field = json_first(activity->fields);
    for (; field; field = json_next(field)) {
        has_note |= is_note(activity, json_key(field));
        result |= add_field(body, field, activity);
    }
    if (activity->kind == ACTIVITY_OPPORTUNITY && !has_note && *token_of(activity))
        result |= add_note(body, "note", "", activity);
    if (activity->kind == ACTIVITY_WHATSAPP && *token_of(activity))
        result |= json_add_text(body, "external_whatsapp_message_id", token_of(activity));
    return result;
}

static bool is_new(const struct activity *activity)
{
    return !*activity->lead_id;
}

/** One that is there keeps its text, which people may have changed. */
static int add_template(struct json *body, const struct activity *activity)
{
    int result = is_new(activity) ? add_fields(body, activity) : 0;
    return result | add_attachments(activity->kind, body, activity->attachments, activity->count);
}

static struct json *make_body(const struct activity *activity)
{
    struct json *body = json_object();
    int result = 0;
    if (activity->kind == ACTIVITY_LEAD_FILE) {
        result = add_attachment(activity->kind, body, &activity->attachments[0]);
    } else if (activity->kind == ACTIVITY_SET) {
        result = add_fields(body, activity);
    } else if (activity_traits(activity->kind)->is_template) {
        result = add_template(body, activity);
    } else {
        if (activity->kind == ACTIVITY_TASK)
            result |= json_add_text(body, "_type", "lead");
        result |= json_add_text(body, "lead_id", activity->lead_id);
        if (activity->contact_id)
            result |= json_add_text(body, "contact_id", activity->contact_id);
        result |= add_fields(body, activity);
        if (!activity_traits(activity->kind)->has_no_files)
            result |= add_attachments(activity->kind, body, activity->attachments, activity->count);
    }
    if (!result)
        return body;
    json_free(body);
    return NULL;
}

static char *make_path(const struct activity *activity)
{
    if (activity->kind == ACTIVITY_SET)
        return activity->on_contact ? str_format("contact/%s/", activity->contact_id)
                                    : str_format("lead/%s/", activity->lead_id);
    CLEANUP(free_text) char *path = activity_list_path(activity->kind, activity->lead_id);
    if (path && activity_traits(activity->kind)->is_template && !is_new(activity))
        return str_format("%s%s/", path, activity->lead_id);
    const char *query =
        json_get_bool(activity->fields, "send_to_inbox", false) ? "?send_to_inbox=true" : "";
    return path ? str_format("%s%s", path, query) : NULL;
}

int activity_post(const struct activity *activity, struct activity_post *ret_post)
{
    bool is_put = activity->kind == ACTIVITY_SET ||
                  (activity_traits(activity->kind)->is_template && !is_new(activity));
    *ret_post = (struct activity_post){make_path(activity), make_body(activity), is_put};
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
