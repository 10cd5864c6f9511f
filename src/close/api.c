/** One function an endpoint: its URL, its body, its group of the rate limit. */
#include "closedrop/close/api.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/close/activity.h"

#include <errno.h>
#include <stdarg.h>

static struct request *api_request(const struct api *api, int group, const char *path)
{
    CLEANUP(free_text) char *url = str_format("%s%s", api->url, path);
    struct request *request = url ? request_new(url, &api->options) : NULL;
    if (!request)
        return NULL;
    request_count_for(request, group);
    if (api->key->is_token)
        request_authorize_bearer(request, api->key->text);
    else
        request_authorize(request, api->key->text);
    request_header(request, "Accept: application/json");
    return request;
}

struct request *api_me(const struct api *api)
{
    return api_request(api, API_ME, "me/");
}

struct request *api_ticket(const struct api *api, const char *filename, const char *content_type)
{
    CLEANUP(json_freep) struct json *body = json_object();
    CLEANUP(free_text) char *name = text_clean_name(filename);
    int result = name ? json_add_text(body, "filename", name) : -ENOMEM;
    result |= json_add_text(body, "content_type", content_type);
    CLEANUP(free_text) char *text = result ? NULL : json_print(body);
    struct request *request = text ? api_request(api, API_TICKETS, "files/upload/") : NULL;
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

/** A path that is put together like printf(); ids in it were checked to be ids. */
static struct request *api_get(const struct api *api, int group, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static struct request *api_get(const struct api *api, int group, const char *format, ...)
{
    struct str path = STR_INIT(4096);
    va_list arguments;
    va_start(arguments, format);
    str_vprintf(&path, format, arguments);
    va_end(arguments);
    struct request *request = str_error(&path) ? NULL : api_request(api, group, str_text(&path));
    str_release(&path);
    return request;
}

struct request *api_lead(const struct api *api, const char *lead_id, bool whole)
{
    return api_get(
        api, API_LEADS, "lead/%s/%s", lead_id, whole ? "" : "?_fields=id,name,display_name");
}

struct request *api_contact(const struct api *api, const char *contact_id)
{
    return api_get(
        api, API_CONTACTS, "contact/%s/?_fields=id,lead_id,name,emails,phones", contact_id);
}

struct request *api_search(
    const struct api *api, const struct search *search, const char *cursor, int page)
{
    CLEANUP(json_freep) struct json *body = search_query(search, cursor, page);
    CLEANUP(free_text) char *text = body ? json_print(body) : NULL;
    struct request *request = text ? api_request(api, API_SEARCHES, "data/search/") : NULL;
    if (request)
        request_post_json(request, text);
    return request;
}

struct request *api_merges(const struct api *api, const char *into, int skip)
{
    return api_get(api, API_MERGES, "activity/lead_merge/?%s%s%s_limit=%d&_skip=%d",
        into ? "lead_id=" : "", into ? into : "", into ? "&" : "", API_PAGE, skip);
}

struct request *api_deletions(const struct api *api, const char *lead_id)
{
    return api_get(api, API_EVENTS, "event/?object_id=%s&action=deleted", lead_id);
}

struct request *api_templates(const struct api *api, enum activity_kind kind, int skip)
{
    const char *fields = activity_list_fields(kind);
    return api_get(api, API_LISTS + (int)kind, "%s?_limit=%d&_skip=%d%s%s", activity_endpoint(kind),
        API_PAGE, skip, fields ? "&_fields=" : "", fields ? fields : "");
}

struct request *api_template(const struct api *api, enum activity_kind kind, const char *id)
{
    return api_get(api, API_LISTS + (int)kind, "%s%s/%s", activity_endpoint(kind), id,
        kind == ACTIVITY_SMS_TEMPLATE ? "?include_attachments=true" : "");
}

struct request *api_create(
    const struct api *api, enum activity_kind activity, const struct activity_post *post)
{
    CLEANUP(free_text) char *text = json_print(post->body);
    struct request *request =
        text ? api_request(api, API_CREATES + (int)activity, post->path) : NULL;
    if (request && post->is_put)
        request_put_json_once(request, text);
    else if (request)
        request_post_json_once(request, text);
    return request;
}

struct request *api_created(const struct api *api, enum activity_kind activity, const char *lead_id,
    int64_t since_ms, int skip)
{
    CLEANUP(free_text) char *path = activity_list_path(activity, lead_id);
    const int group = API_LISTS + (int)activity;
    char since[CLOCK_TEXT];
    if (!path)
        return NULL;
    if (activity == ACTIVITY_LEAD_FILE)
        return api_get(api, group, "%s?_limit=%d&_skip=%d", path, API_PAGE, skip);
    return api_get(api, group, "%s?lead_id=%s%s%s%s&_fields=%s&_limit=%d&_skip=%d", path, lead_id,
        activity == ACTIVITY_TASK ? "&_type=lead" : "", since_ms ? "&date_created__gt=" : "",
        since_ms ? clock_rfc3339(since_ms, since) : "", activity_list_fields(activity), API_PAGE,
        skip);
}
