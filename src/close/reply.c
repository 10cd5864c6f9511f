/** The few values that we need of each reply, taken out of its JSON or XML; all else is passed
 * over. */
#include "closedrop/close/reply.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/url.h"
#include "closedrop/base/utf8.h"
#include "closedrop/http/request.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/** Close's words go into one line of a message; this much of them. */
#define ERROR_MAX 600
/** A value that was sent is shown with its error unless it is longer: an address, not a letter. */
#define SENT_SHOWN_MAX 200
#define NAME_SHOWN_MAX 100

/**
 * The last part but one: .../go/file/temporary/<user>/<token>/<filename>/, and so it is when the
 * file is attached (close-api.md 1.1, 1.5). "" for a URL of another shape.
 */
static char *token_of(const char *url)
{
    const char *at = strstr(url, "/go/file/");
    const char *parts[3] = {"", "", ""};
    size_t count = 0;
    for (at = at ? at + strlen("/go/file/") : ""; *at; at += *at == '/') {
        parts[count++ % 3] = at;
        at += strcspn(at, "/");
    }
    const char *token = count >= 4 ? parts[(count - 2) % 3] : "";
    return strndup(token, strcspn(token, "/"));
}

static bool is_one_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            return false;
    return true;
}

static bool are_fields_sound(const struct json *fields)
{
    if (!json_is_object(fields) || !json_first(fields))
        return false;
    for (const struct json *field = json_first(fields); field; field = json_next(field)) {
        const char *name = json_key(field);
        if (!json_text(field) || !*name || !is_one_line(name) || strcmp(name, "file") == 0)
            return false;
    }
    return true;
}

static bool may_upload_to(const char *text, char *const *upload_hosts)
{
    struct url url;
    if (url_parse(text, &url) < 0 || (!url.secure && !url_is_loopback(&url)))
        return false;
    for (; *upload_hosts; upload_hosts++)
        if (url_host_matches(url.host, *upload_hosts))
            return true;
    return false;
}

enum ticket_problem reply_ticket(const char *body, size_t length, char *const *upload_hosts,
    struct ticket *ret_ticket, struct str *why)
{
    struct json *document = json_parse(body, length);
    const struct json *upload = json_get(document, "upload");
    const char *download_url = json_get_text(json_get(document, "download"), "url");
    const char *upload_url = json_get_text(upload, "url");
    const struct json *fields = json_get(upload, "fields");
    enum ticket_problem problem = TICKET_GOOD;

    if (!download_url || !upload_url || !are_fields_sound(fields)) {
        str_add(why, "Close's answer to files/upload/ holds no form that can be used");
        problem = TICKET_GARBAGE;
    } else if (!may_upload_to(upload_url, upload_hosts)) {
        str_add(why, "Close's form points to ");
        utf8_escape(why, upload_url, strcspn(upload_url, "?"));
        str_add(why, ", which close.upload_hosts does not allow; "
                     "add that host there if it is really Close's");
        problem = TICKET_FOREIGN_HOST;
    }
    if (problem) {
        json_free(document);
        return problem;
    }
    struct ticket ticket = {
        .download_url = strdup(download_url),
        .token = token_of(download_url),
        .upload_url = strdup(upload_url),
        .document = document,
        .fields = fields,
    };
    if (!ticket.download_url || !ticket.token || !ticket.upload_url) {
        ticket_release(&ticket);
        str_add(why, "no memory left");
        return TICKET_GARBAGE;
    }
    *ret_ticket = ticket;
    return TICKET_GOOD;
}

void ticket_release(struct ticket *ticket)
{
    free(ticket->download_url);
    free(ticket->token);
    free(ticket->upload_url);
    json_free(ticket->document);
    *ticket = (struct ticket){0};
}

/** A field of the form; S3 knows its names in any letter case. */
static const char *ticket_field(const struct ticket *ticket, const char *name)
{
    for (const struct json *field = json_first(ticket->fields); field; field = json_next(field))
        if (strcasecmp(json_key(field), name) == 0)
            return json_text(field);
    return "";
}

int ticket_success_status(const struct ticket *ticket)
{
    const char *wanted = ticket_field(ticket, "success_action_status");
    return strcmp(wanted, "201") == 0 ? 201 : strcmp(wanted, "200") == 0 ? 200 : 204;
}

bool ticket_is_for(const struct ticket *ticket, const char *key)
{
    static const char variable[] = "${filename}";
    if (!*key)
        return false;
    for (const char *at = ticket_field(ticket, "key"); *at;) {
        const bool is_variable = str_starts_with(at, variable);
        const char *part = is_variable ? REQUEST_FORM_FILENAME : at;
        const size_t length = is_variable ? strlen(part) : 1;
        if (strncmp(key, part, length) != 0)
            return false;
        key += length;
        at += is_variable ? strlen(variable) : 1;
    }
    return !*key;
}

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
 * "field-errors" in itself, and counts the entries of a list from 0 (close-api.md 5).
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

/** The character that a reference of XML at `text` stands for ("&amp;", "&#233;", "&#xE9;"), 0
 * where there is none; `ret_length` is the reference's own. */
static uint32_t read_reference(const char *text, size_t *ret_length)
{
    static const struct {
        const char *name;
        uint32_t character;
    } entities[] = {
        {"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&apos;", '\''}};
    for (size_t i = 0; i < COUNT(entities); i++)
        if (str_starts_with(text, entities[i].name)) {
            *ret_length = strlen(entities[i].name);
            return entities[i].character;
        }
    if (!str_starts_with(text, "&#"))
        return 0;
    const bool is_hex = text[2] == 'x';
    const char *digits = text + (is_hex ? 3 : 2);
    char *end = NULL;
    unsigned long number =
        isxdigit((unsigned char)*digits) ? strtoul(digits, &end, is_hex ? 16 : 10) : 0;
    bool is_surrogate = number >= 0xD800 && number <= 0xDFFF;
    if (!number || *end != ';' || number > 0x10FFFF || is_surrogate)
        return 0;
    *ret_length = (size_t)(end + 1 - text);
    return (uint32_t)number;
}

/** Write a character as UTF-8; returns its length. */
static size_t write_character(uint32_t character, char out[4])
{
    static const struct {
        uint32_t most;
        unsigned char lead;
    } rows[] = {{0x7F, 0}, {0x7FF, 0xC0}, {0xFFFF, 0xE0}, {0x10FFFF, 0xF0}};
    size_t more = 0;
    while (character > rows[more].most)
        more++;
    for (size_t i = more; i > 0; i--, character >>= 6)
        out[i] = (char)(0x80 | (character & 0x3F));
    out[0] = (char)(rows[more].lead | character);
    return more + 1;
}

/** Copy the text of an element, its references undone; what does not fit is cut. */
static void copy_text(const char *from, const char *end, char *out, size_t room)
{
    size_t length = 0;
    while (from < end) {
        char bytes[4] = {*from};
        size_t step = 1, size = 1;
        uint32_t character = read_reference(from, &step);
        if (character)
            size = write_character(character, bytes);
        if (length + size >= room)
            break;
        memcpy(out + length, bytes, size);
        length += size;
        from += step;
    }
    out[length] = '\0';
}

/** The text of the first element `name`; what does not fit is cut. */
static void read_element(const char *xml, const char *name, char *out, size_t room)
{
    char open[32], close[32];
    out[0] = '\0';
    snprintf(open, sizeof(open), "<%s>", name);
    snprintf(close, sizeof(close), "</%s>", name);
    const char *start = strstr(xml, open);
    const char *end = start ? strstr(start, close) : NULL;
    if (end)
        copy_text(start + strlen(open), end, out, room);
}

static void strip_quotes(char *text)
{
    size_t length = strlen(text);
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        memmove(text, text + 1, length - 2);
        text[length - 2] = '\0';
    }
}

void reply_s3(const char *body, const char *etag, struct s3_reply *ret_reply)
{
    read_element(body, "Code", ret_reply->code, sizeof(ret_reply->code));
    read_element(body, "Message", ret_reply->message, sizeof(ret_reply->message));
    read_element(body, "Key", ret_reply->key, sizeof(ret_reply->key));
    read_element(body, "ETag", ret_reply->etag, sizeof(ret_reply->etag));
    if (etag)
        snprintf(ret_reply->etag, sizeof(ret_reply->etag), "%s", etag);
    strip_quotes(ret_reply->etag);
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
