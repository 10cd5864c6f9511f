/** Refuses requests over the rate limit, without the key, or without a JSON object. */
#include "api/admission.h"

#include "crm/logins.h"
#include "http/pace.h"
#include "http/reply.h"
#include "http/server.h"
#include "settings.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <string.h>
#include <strings.h>

/** HTTP Basic, the key as user, an empty password. */
static bool has_key(const struct request *request, const char *api_key)
{
    const char *given = request_header(request, "Authorization");
    if (!given || strncasecmp(given, "Basic ", strlen("Basic ")) != 0)
        return false;
    given += strlen("Basic ");
    struct str text = STR_INIT(4096);
    size_t length = strlen(api_key);
    bool same = digest_decode_base64(&text, given, strlen(given)) == 0 &&
                text.length == length + 1 && memcmp(text.bytes, api_key, length) == 0 &&
                text.bytes[length] == ':';
    str_release(&text);
    return same;
}

/** The access token that was sent; NULL: none. */
static const char *given_token(const struct request *request)
{
    static const char bearer[] = "Bearer ";
    const char *given = request_header(request, "Authorization");
    return given && strncasecmp(given, bearer, strlen(bearer)) == 0 ? given + strlen(bearer) : NULL;
}

static bool has_token(const struct request *request, const char *token)
{
    const char *given = given_token(request);
    return *token && given && strcmp(given, token) == 0;
}

bool admission_has_login(const struct request *request, const struct logins *logins)
{
    const char *given = given_token(request);
    return given && logins_accept(logins, given);
}

bool admission_refuses_key(
    const struct request *request, const struct settings_values *settings, struct reply *reply)
{
    if (has_key(request, settings->api_key) || has_token(request, settings->access_token))
        return false;
    reply_error(reply, 401,
        "The server could not verify that you are authorized to access the URL requested. You "
        "either supplied the wrong credentials (e.g. a bad password), or your browser doesn't "
        "understand how to supply the credentials required.");
    reply_header(reply, "WWW-Authenticate", "Basic realm=\"Close\"");
    return true;
}

bool admission_refuses_rate(
    struct pace *pace, enum endpoint endpoint, const struct pace_rate *rate, struct reply *reply)
{
    struct pace_state state = pace_count(pace, endpoint, rate, clock_steady_ms());
    if (state.over)
        reply_error(reply, 429, "API call count exceeded for this period");
    pace_headers(&state, reply);
    return state.over;
}

/** Whether a POST is of this type. */
static bool has_type(const struct request *request, const char *wanted)
{
    const char *type = request_header(request, "Content-Type");
    return type && strncasecmp(type, wanted, strlen(wanted)) == 0 &&
           strchr("; \t", type[strlen(wanted)]); /* also its NUL */
}

bool admission_refuses_body(
    const struct request *request, const struct json *body, struct reply *reply)
{
    if (strcmp(request_method(request), "GET") == 0)
        return false;
    if (!has_type(request, "application/json"))
        reply_error(reply, 415, "Content-Type must be application/json.");
    else if (!json_is_object(body))
        reply_error(reply, 400, "The request body is not a JSON object.");
    else
        return false;
    return true;
}

bool admission_refuses_fields(
    const struct request *request, const struct json *fields, struct reply *reply)
{
    if (strcmp(request_method(request), "POST") != 0)
        return false;
    if (has_type(request, "application/x-www-form-urlencoded") && fields)
        return false;
    reply_error(reply, 400, "invalid_request");
    return true;
}
