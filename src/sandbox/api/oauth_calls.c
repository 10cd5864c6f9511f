/**
 * OAuth: a user who allows everything at once, and the tokens for that (RFC 6749, RFC 7009). Who
 * asks for tokens is checked here, because that is in the body.
 */
#include "api/call.h"
#include "context.h"
#include "http/reply.h"
#include "http/server.h"
#include "util/pick.h"

#include "closedrop/base/json.h"

#include "crm/account.h"

#include <string.h>

/** Where a browser is sent: an address that nobody answers, as that of most apps for machines. */
#define REDIRECT_URL "https://app.example.com/closedrop"

static void refuse(const struct call *call, int status, const char *error)
{
    struct json *answer = json_object();
    int result = json_add_text(answer, "error", error);
    reply_json(call->reply, status, pick_whole(answer, result));
    reply_because(call->reply, error, error);
}

static bool is_field(const struct call *call, const char *name, const char *wanted)
{
    const char *value = json_get_text(call->body, name);
    return value && strcmp(value, wanted) == 0;
}

static bool refuses_client(const struct call *call)
{
    if (is_field(call, "client_id", call->settings.client_id) &&
        is_field(call, "client_secret", call->settings.client_secret))
        return false;
    refuse(call, 401, "invalid_client");
    return true;
}

void call_authorize(struct call *call)
{
    const char *client_id = call->request ? request_query(call->request, "client_id") : NULL;
    const char *type = call->request ? request_query(call->request, "response_type") : NULL;
    if (!client_id || strcmp(client_id, call->settings.client_id) != 0 || !type ||
        strcmp(type, "code") != 0) {
        refuse(call, 400, "invalid_request");
        return;
    }
    const struct grant *grant = logins_allow(&call->sandbox->crm.logins, call->settings.user_id);
    reply_text(call->reply, grant ? 302 : 500, "text/plain; charset=utf-8", "");
    if (grant)
        reply_header(call->reply, "Location", REDIRECT_URL "?code=%s", grant->code);
}

static struct json *describe(const struct grant *grant, int64_t life_ms)
{
    struct json *answer = json_object();
    int result = json_add_text(answer, "token_type", "Bearer");
    result |= json_add_text(answer, "access_token", grant->access_token);
    result |= json_add_int(answer, "expires_in", (life_ms + 999) / 1000);
    result |= json_add_text(answer, "refresh_token", grant->refresh_token);
    result |= json_add_text(answer, "scope", "all.full_access offline_access");
    result |= json_add_text(answer, "organization_id", ACCOUNT_ORGANIZATION);
    result |= json_add_text(answer, "user_id", grant->user_id);
    return pick_whole(answer, result);
}

void call_token(struct call *call)
{
    struct logins *logins = &call->sandbox->crm.logins;
    const char *code = json_get_text(call->body, "code");
    const char *refresh_token = json_get_text(call->body, "refresh_token");
    int64_t life_ms = call->settings.token_ttl_ms;
    const struct grant *grant = NULL;
    if (refuses_client(call))
        return;
    if (is_field(call, "grant_type", "authorization_code") && code)
        grant = logins_redeem(logins, code, life_ms);
    else if (is_field(call, "grant_type", "refresh_token") && refresh_token)
        grant = logins_refresh(logins, refresh_token, life_ms);
    else {
        refuse(call, 400, code || refresh_token ? "unsupported_grant_type" : "invalid_request");
        return;
    }
    if (grant)
        reply_json(call->reply, 200, describe(grant, life_ms));
    else
        refuse(call, 400, "invalid_grant");
}

void call_revoke(struct call *call)
{
    const char *token = json_get_text(call->body, "token");
    if (refuses_client(call))
        return;
    if (!token) {
        refuse(call, 400, "invalid_request");
        return;
    }
    logins_revoke(&call->sandbox->crm.logins, token);
    reply_json(call->reply, 200, json_object());
}
