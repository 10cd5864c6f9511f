#include "closedrop/close/api.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

static struct request *api_request(const struct api *api, const char *path)
{
    CLEANUP(free_text) char *url = str_format("%s%s", api->url, path);
    struct request *request = url ? request_new(url, &api->options) : NULL;
    if (!request)
        return NULL;
    request_authorize(request, api->key);
    request_header(request, "Accept: application/json");
    return request;
}

struct request *api_me(const struct api *api)
{
    return api_request(api, "me/");
}

struct request *api_ticket(const struct api *api, const char *filename, const char *content_type)
{
    CLEANUP(json_freep) struct json *body = json_object();
    int result = json_add_text(body, "filename", filename);
    result |= json_add_text(body, "content_type", content_type);
    CLEANUP(free_text) char *text = result ? NULL : json_print(body);
    struct request *request = text ? api_request(api, "files/upload/") : NULL;
    if (request)
        request_post_json(request, text);
    return request;
}

struct request *api_form(const struct api *api, const struct ticket *ticket, int64_t size,
    const char *content_type, const struct body_source *source)
{
    struct request *request = request_new(ticket->upload_url, &api->options);
    if (!request)
        return NULL;
    for (const struct json *field = json_first(ticket->fields); field; field = json_next(field))
        request_form_field(request, json_key(field), json_text(field));
    request_form_file(request, size, content_type, source);
    return request;
}
