/** Replies of Close read: what an error is about, in its own words, and who owns the key. */
#include "closedrop/close/reply.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/** Close's words go into one line of a message; this much of them. */
#define ERROR_MAX 600
/** A value that was sent is shown with its error unless it is longer: an address, not a letter. */
#define SENT_SHOWN_MAX 200
#define NAME_SHOWN_MAX 100

/** What an error is about: a field, the entry of a list, a field of that ... */
struct about {
    const struct about *above; /* NULL for the outermost */
    const char *name;
    const struct json *sent; /* what was sent there; NULL: that is not known */
};

static bool is_number(const char *text)
{
    return *text && !text[strspn(text, "0123456789")];
}

/** "to, entry 1" */
static void add_about(struct str *out, const struct about *about)
{
    if (about->above) {
        add_about(out, about->above);
        str_add(out, ", ");
    }
    if (is_number(about->name))
        str_printf(out, "entry %lu", strtoul(about->name, NULL, 10) + 1);
    else
        utf8_escape(out, about->name, strnlen(about->name, NAME_SHOWN_MAX));
}

static void add_piece(struct str *out, const struct about *about, const char *text)
{
    /* a field by itself says enough; of a list's entries nobody knows which is which */
    const char *sent = about && about->above ? json_text(about->sent) : NULL;
    if (out->length > ERROR_MAX)
        return;
    if (out->length)
        str_add(out, "; ");
    if (about)
        add_about(out, about);
    if (sent && *sent && strlen(sent) <= SENT_SHOWN_MAX) {
        str_add(out, ", \"");
        utf8_escape(out, sent, strlen(sent));
        str_add_char(out, '"');
    }
    str_add(out, about ? ": " : "");
    utf8_escape(out, text, strnlen(text, ERROR_MAX));
}

static const struct json *member_of(const struct json *sent, const char *key)
{
    const struct json *at = json_is_array(sent) && is_number(key) ? json_first(sent) : NULL;
    for (unsigned long left = at ? strtoul(key, NULL, 10) : 0; at && left > 0; left--)
        at = json_next(at);
    return at ? at : json_get(sent, key);
}

/**
 * Every text below `value`, each with the keys that name what it is about; Close nests "errors" and
 * "field-errors" in itself, and counts the entries of a list from 0.
 */
static void add_errors(
    struct str *out, const struct about *about, const struct json *sent, const struct json *value)
{
    if (json_text(value)) {
        add_piece(out, about, json_text(value));
        return;
    }
    for (const struct json *item = json_first(value); item; item = json_next(item)) {
        const char *key = json_key(item);
        bool is_frame = !key || strcmp(key, "errors") == 0 || strcmp(key, "field-errors") == 0 ||
                        strcmp(key, "error") == 0 || strcmp(key, "message") == 0;
        struct about inner = {about, key, is_frame ? sent : member_of(sent, key)};
        add_errors(out, is_frame ? about : &inner, inner.sent, item);
    }
}

void reply_add_close_error(struct str *out, const char *body, size_t length, const char *posted)
{
    static const char *const frames[] = {"error", "errors", "field-errors", "message"};
    struct json *document = json_parse(body, length);
    struct json *sent = NULL;
    struct str words = STR_INIT(4 * ERROR_MAX + 4 * SENT_SHOWN_MAX + 1024);
    for (size_t i = 0; i < COUNT(frames); i++) {
        const struct json *frame = json_get(document, frames[i]);
        if (frame && !sent)
            sent = json_parse(posted, strlen(posted));
        if (frame)
            add_errors(&words, NULL, sent, frame);
    }
    str_add(out, str_text(&words));
    str_release(&words);
    json_free(sent);
    json_free(document);
}

bool reply_blames_target(const char *body, size_t length)
{
    static const char *const names[] = {"lead", "lead_id", "contact", "contact_id"};
    struct json *document = json_parse(body, length);
    const struct json *fields = json_get(document, "field-errors");
    bool blames = false;
    for (size_t i = 0; i < COUNT(names); i++)
        blames |= json_get(fields, names[i]) != NULL;
    json_free(document);
    return blames;
}

bool reply_is_me(const char *body, size_t length)
{
    struct json *document = json_parse(body, length);
    const char *id = json_get_text(document, "id");
    bool is_me = id && str_starts_with(id, "user_");
    json_free(document);
    return is_me;
}

void reply_add_me(struct str *out, const char *body, size_t length)
{
    struct json *document = json_parse(body, length);
    const struct json *organization = json_first(json_get(document, "organizations"));
    const char *parts[] = {json_get_text(document, "first_name"),
        json_get_text(document, "last_name"), json_get_text(document, "email"),
        json_get_text(organization, "name")};
    static const char *const before[] = {"", " ", " <", ", "};
    static const char *const after[] = {"", "", ">", ""};
    for (size_t i = 0; i < 4; i++) {
        if (!parts[i])
            continue;
        str_add(out, before[i]);
        utf8_escape(out, parts[i], strnlen(parts[i], 200));
        str_add(out, after[i]);
    }
    json_free(document);
}
