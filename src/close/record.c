/** Leads, contacts and activities taken out of Close's JSON; what is missing or of another type is
 * left empty. */
#include "closedrop/close/record.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define ID_LENGTH_MAX 120 /* with a prefix it fits RECORD_ID_ROOM */

bool record_is_id(const char *id, const char *prefix)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (!str_starts_with(id, prefix))
        return false;
    size_t length = strlen(id + strlen(prefix));
    return length > 0 && length <= ID_LENGTH_MAX && strspn(id + strlen(prefix), letters) == length;
}

const char *record_name(const struct json *object)
{
    const char *name = json_get_text(object, "name");
    return name && *name ? name : json_get_text(object, "display_name");
}

const char *record_email(const struct json *contact)
{
    return json_get_text(json_first(json_get(contact, "emails")), "email");
}

int record_page_read(const char *body, size_t length, struct record_page *ret_page)
{
    struct json *document = json_parse(body, length);
    const char *cursor = json_get_text(document, "cursor");
    struct record_page page = {.document = document,
        .data = json_get(document, "data"),
        .has_more = json_get_bool(document, "has_more", false),
        .cursor = cursor && *cursor ? cursor : NULL};
    if (!json_is_array(page.data)) {
        json_free(document);
        return -EINVAL;
    }
    *ret_page = page;
    return 0;
}

void record_page_release(struct record_page *page)
{
    json_free(page->document);
    *page = (struct record_page){0};
}

enum merge_state record_merge(
    const struct json *merge, const char **ret_source, const char **ret_destination)
{
    const char *source = json_get_text(merge, "source_lead_id");
    const char *destination = json_get_text(merge, "destination_lead_id");
    const char *status = json_get_text(merge, "merge_status");
    bool is_merge = source && destination && record_is_id(source, "lead_") &&
                    record_is_id(destination, "lead_") &&
                    !(status && strcmp(status, "errored") == 0);
    if (!is_merge)
        return MERGE_NONE;
    *ret_source = source;
    *ret_destination = destination;
    return status && strcmp(status, "completed") != 0 ? MERGE_IN_PROGRESS : MERGE_DONE;
}

/** Whether an event tells that this lead was deleted, by itself or by a merge. */
static bool is_deletion(const struct json *event, const char *lead_id)
{
    const char *object = json_get_text(event, "object_id");
    const char *action = json_get_text(event, "action");
    return object && action && strcmp(object, lead_id) == 0 && strcmp(action, "deleted") == 0;
}

enum lead_end record_lead_end(
    const struct record_page *events, const char *lead_id, const char **ret_told)
{
    for (const struct json *event = json_first(events->data); event; event = json_next(event)) {
        if (!is_deletion(event, lead_id))
            continue;
        const char *destination =
            json_get_text(json_get(event, "meta"), "merge_destination_lead_id");
        bool is_merge =
            destination && record_is_id(destination, "lead_") && strcmp(destination, lead_id) != 0;
        const char *when = record_created(event);
        bool is_dated = strspn(when, "0123456789-") == strlen("2026-11-22");
        *ret_told = is_merge ? destination : is_dated ? when : "";
        return is_merge ? LEAD_END_MERGED : LEAD_END_DELETED;
    }
    return LEAD_END_UNTOLD;
}

/** An id of any kind: a word, an underscore, and what tells it from the others. */
static bool is_some_id(const char *id)
{
    const char *rest = strrchr(id, '_');
    return rest && rest > id && strlen(id) <= ID_LENGTH_MAX && record_is_id(rest, "_") &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz_") >= (size_t)(rest - id);
}

char *record_created_id(const char *body, size_t length)
{
    struct json *document = json_parse(body, length);
    const char *id = json_get_text(document, "id");
    char *copy = id && is_some_id(id) ? strdup(id) : NULL;
    json_free(document);
    return copy;
}

/** Whether `token` is a whole part of the URL. */
static bool is_part_of(const char *url, const char *token)
{
    size_t length = strlen(token);
    const char *at = url;
    while (length && (at = strstr(at, token)) != NULL) {
        bool begins = at > url && at[-1] == '/';
        if (begins && (at[length] == '/' || at[length] == '\0'))
            return true;
        at += length;
    }
    return false;
}

static bool is_attached(const struct json *object, const char *token)
{
    const struct json *attachments = json_get(object, "attachments");
    for (const struct json *one = json_first(attachments); one; one = json_next(one)) {
        const char *url = json_get_text(one, "url");
        if (url && is_part_of(url, token))
            return true;
    }
    return false;
}

/** The mark that activity_post() has left in a text. */
static bool has_mark(const struct json *object, const char *key, const char *token)
{
    const char *note = json_get_text(object, key);
    CLEANUP(free_text) char *mark = str_format(RECORD_MARK("%s"), token);
    return *token && note && mark && strstr(note, mark);
}

bool record_has_token(enum activity_kind activity, const struct json *object, const char *token)
{
    if (activity == ACTIVITY_LEAD_FILE) {
        const char *url = json_get_text(object, "download_url");
        return url && is_part_of(url, token);
    }
    if (activity == ACTIVITY_TASK && has_mark(object, "text", token))
        return true;
    if (activity == ACTIVITY_OPPORTUNITY && has_mark(object, "note", token))
        return true;
    const char *external = json_get_text(object, "external_whatsapp_message_id");
    if (activity == ACTIVITY_WHATSAPP && external && *token && strcmp(external, token) == 0)
        return true;
    return is_attached(object, token);
}

/** Absent is the same as empty. */
static bool has_same(const struct json *one, const struct json *other, const char *key)
{
    const char *first = json_get_text(one, key), *second = json_get_text(other, key);
    return strcmp(first ? first : "", second ? second : "") == 0;
}

bool record_is_sms(const struct json *object, const struct json *body)
{
    const struct json *kept = json_first(json_get(object, "attachments"));
    const struct json *sent = json_first(json_get(body, "attachments"));
    for (; kept && sent; kept = json_next(kept), sent = json_next(sent))
        if (!has_same(kept, sent, "filename"))
            return false;
    return !kept && !sent && has_same(object, body, "text") &&
           has_same(object, body, "local_phone") && has_same(object, body, "remote_phone");
}

static bool is_md5(const char *text)
{
    return strlen(text) == 32 && strspn(text, "0123456789abcdefABCDEF") == 32;
}

/** A name is cleaned before it is sent, and a server may write it in its own way again. */
static bool has_name(const struct json *lead_file, const char *filename)
{
    const char *name = json_get_text(lead_file, "name");
    CLEANUP(free_text) char *clean = name ? text_clean_name(name) : NULL;
    return clean && text_compare(clean, filename) >= TEXT_LOOKS_SAME;
}

enum record_likeness record_compare_file(
    const struct json *lead_file, const char *filename, int64_t size, const char *md5)
{
    const char *checksum = json_get_text(lead_file, "checksum");
    if (json_get_int(lead_file, "size", -1) != size)
        return RECORD_OTHER;
    if (checksum && is_md5(checksum))
        return strcasecmp(checksum, md5) == 0 ? RECORD_SAME : RECORD_OTHER;
    return has_name(lead_file, filename) ? RECORD_DOUBTFUL : RECORD_OTHER;
}

bool record_was_used_again(const struct json *lead_file)
{
    const char *created = json_get_text(lead_file, "date_created");
    const char *updated = json_get_text(lead_file, "date_updated");
    return created && updated && strcmp(created, updated) < 0;
}

bool record_is_file(
    const struct json *lead_file, const char *filename, int64_t size, const char *md5)
{
    return md5 && has_name(lead_file, filename) &&
           record_compare_file(lead_file, filename, size, md5) == RECORD_SAME;
}

const char *record_carrier(const struct json *lead_file)
{
    const char *type = json_get_text(lead_file, "last_object_type");
    bool is_activity = type && str_starts_with(type, "activity.");
    return json_get_text(lead_file, is_activity ? "last_object_id" : "id");
}

const char *record_created(const struct json *object)
{
    const char *text = json_get_text(object, "date_created");
    return text ? text : "";
}
