/** The answer of files/upload/ read: the signed form of a file, and where it may be sent. */
#include "closedrop/close/ticket.h"

#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/url.h"
#include "closedrop/base/utf8.h"
#include "closedrop/http/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/**
 * The last part but one: .../go/file/temporary/<user>/<token>/<filename>/, and also after the file
 * was attached: .../go/file/persisted/.../<token>/<filename>/. "" for a URL of another form.
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

enum ticket_problem ticket_read(const char *body, size_t length, char *const *upload_hosts,
    struct ticket *ret_ticket, struct str *why)
{
    struct json *document = json_parse(body, length);
    const struct json *upload = json_get(document, "upload");
    const char *download_url = json_get_text(json_get(document, "download"), "url");
    const char *upload_url = json_get_text(upload, "url");
    const struct json *fields = json_get(upload, "fields");
    enum ticket_problem problem = TICKET_GOOD;

    if (!download_url || !upload_url || !are_fields_sound(fields)) {
        str_add(why, "Close's answer to files/upload/ contains no usable form");
        problem = TICKET_GARBAGE;
    } else if (!may_upload_to(upload_url, upload_hosts)) {
        str_add(why, "Close's form points to ");
        utf8_escape(why, upload_url, strcspn(upload_url, "?"));
        str_add(why, ", which close.upload_hosts does not allow" REMEDY
                     "add it there if this host really belongs to Close");
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
        str_add(why, "out of memory");
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
