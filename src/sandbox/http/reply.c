/** Fills in a reply: headers, a body, a refusal. */
#include "http/reply.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void reply_release(struct reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        free(reply->headers[i].name);
        free(reply->headers[i].value);
    }
    str_release(&reply->body);
    if (reply->stream.end)
        reply->stream.end(reply->stream.context);
    *reply = (struct reply)REPLY_INIT;
}

void reply_drop_header(struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcasecmp(reply->headers[i].name, name) != 0)
            continue;
        free(reply->headers[i].name);
        free(reply->headers[i].value);
        reply->headers[i] = reply->headers[--reply->header_count];
        return;
    }
}

void reply_header(struct reply *reply, const char *name, const char *format, ...)
{
    struct str value = STR_INIT(16384);
    va_list arguments;
    va_start(arguments, format);
    str_vprintf(&value, format, arguments);
    va_end(arguments);
    reply_drop_header(reply, name);
    CLEANUP(free_text) char *key = strdup(name);
    CLEANUP(free_text) char *text = str_take(&value);
    if (!key || !text || reply->header_count == REPLY_HEADERS_MAX)
        return;
    reply->headers[reply->header_count].name = TAKE_PTR(key);
    reply->headers[reply->header_count++].value = TAKE_PTR(text);
}

void reply_text(struct reply *reply, int status, const char *content_type, const char *body)
{
    reply->status = status;
    reply_header(reply, "Content-Type", "%s", content_type);
    str_clear(&reply->body);
    str_add(&reply->body, body);
    if (!str_error(&reply->body))
        return;
    str_clear(&reply->body);
    str_add(&reply->body, "{\"error\":\"The answer is too large for the sandbox.\"}");
    reply->status = 500;
}

void reply_json(struct reply *reply, int status, struct json *value)
{
    CLEANUP(free_text) char *text = json_print(value);
    json_free(value);
    if (text)
        reply_text(reply, status, "application/json", text);
    else
        reply_text(reply, 500, "application/json", "{\"error\":\"out of memory\"}");
}

void reply_error(struct reply *reply, int status, const char *message)
{
    struct json *body = json_object();
    if (json_add_text(body, "error", message) != 0) {
        json_free(body);
        body = NULL;
    }
    reply_json(reply, status, body);
    reply_because(reply, NULL, message);
}

void reply_because(struct reply *reply, const char *code, const char *message)
{
    snprintf(reply->code, sizeof(reply->code), "%s", code ? code : "");
    snprintf(reply->message, sizeof(reply->message), "%s", message ? message : "");
}
