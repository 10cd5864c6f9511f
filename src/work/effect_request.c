/** The request of an effect: a JSON object of its path, its body, and whether it is a PUT. */
#include "effect_request.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEAD_PATH "lead/"

char *effect_request_print(struct activity_post *post)
{
    CLEANUP(json_freep) struct json *object = json_object();
    int result = json_add_text(object, "path", post->path);
    result |= json_add(object, "body", TAKE_PTR(post->body));
    result |= json_add_bool(object, "is_put", post->is_put);
    return result ? NULL : json_print(object);
}

int effect_request_read(const char *text, struct activity_post *ret_post)
{
    CLEANUP(json_freep) struct json *object = json_parse(text, strlen(text));
    const char *path = json_get_text(object, "path");
    const struct json *body = json_get(object, "body");
    *ret_post = (struct activity_post){0};
    if (!path || !body)
        return -ENOMEM;
    *ret_post = (struct activity_post){
        strdup(path), json_copy(body), json_get_bool(object, "is_put", false)};
    return ret_post->path && ret_post->body ? 0 : -ENOMEM;
}

static bool is_about_lead(const struct activity_post *post)
{
    return str_starts_with(post->path, LEAD_PATH);
}

char *effect_request_lead(const struct activity_post *post)
{
    const char *in_body = json_get_text(post->body, "lead_id");
    if (!is_about_lead(post))
        return in_body ? strdup(in_body) : NULL;
    const char *in_path = post->path + strlen(LEAD_PATH);
    return strndup(in_path, strcspn(in_path, "/"));
}

/** The same members, but for the lead. */
static struct json *body_for_lead(const struct json *body, const char *lead_id)
{
    struct json *other = json_object();
    int result = 0;
    for (const struct json *one = json_first(body); one; one = json_next(one))
        result |= strcmp(json_key(one), "lead_id") == 0
                      ? json_add_text(other, "lead_id", lead_id)
                      : json_add(other, json_key(one), json_copy(one));
    if (!result)
        return other;
    json_free(other);
    return NULL;
}

char *effect_request_for_lead(const struct activity_post *post, const char *lead_id)
{
    CLEANUP(activity_post_release)
    struct activity_post other = {
        is_about_lead(post) ? str_format(LEAD_PATH "%s/", lead_id) : strdup(post->path),
        body_for_lead(post->body, lead_id), post->is_put};
    return other.path && other.body ? effect_request_print(&other) : NULL;
}
