/** The requests for tokens, each with its fields, and the verdict on each answer. */
#include "closedrop/close/oauth.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <string.h>

#define AUTHORIZE_URL "https://app.close.com/oauth2/authorize/"
/** A life that somebody meant: a second to a year. */
#define LIFE_MAX_S (366 * 24 * 3600)

/* ---- from a person ---- */

void oauth_add_authorize_url(struct str *out, const char *client_id)
{
    str_add(out, AUTHORIZE_URL "?client_id=");
    request_add_percent(out, client_id);
    str_add(out, "&response_type=code");
}

/** Where the value of a parameter of the address begins; NULL: it has none. */
static const char *parameter(const char *address, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strchr(address, '?'); at; at = strpbrk(at, "&#"))
        if (strncmp(++at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    return NULL;
}

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) % 16 : -1;
}

/** Copy the value of a parameter without its percent-encoding; false if it is not valid. */
static bool decode(const char *value, char ret_code[OAUTH_CODE])
{
    size_t length = 0;
    for (; *value && !strchr("&# \t\r\n", *value); value++) {
        int high = *value == '%' ? hex(value[1]) : 0;
        int low = *value == '%' && high >= 0 ? hex(value[2]) : 0;
        char decoded = *value == '%' ? (char)(high * 16 + low) : *value;
        if (high < 0 || low < 0 || !decoded || length + 1 == OAUTH_CODE)
            return false;
        ret_code[length++] = decoded;
        value += *value == '%' ? 2 : 0;
    }
    ret_code[length] = '\0';
    return login_is_token(ret_code, OAUTH_CODE - 1);
}

int oauth_read_code(const char *pasted, char ret_code[OAUTH_CODE], struct str *why)
{
    pasted += strspn(pasted, " \t\r\n");
    bool is_address = strchr(pasted, '?') || strstr(pasted, "://");
    const char *code = is_address ? parameter(pasted, "code") : pasted;
    if (is_address && parameter(pasted, "error"))
        str_add(why, "access was not allowed in Close; log in again, and allow it");
    else if (!*pasted)
        str_add(why, "nothing was entered; paste the code, or the address that the browser was "
                     "sent to");
    else if (!code)
        str_add(why, "this address has no code in it; paste the one that the browser was sent to "
                     "after access was allowed");
    else if (!decode(code, ret_code))
        str_add(why, "this is not a code; paste only the code, or the whole address that the "
                     "browser was sent to");
    else
        return 0;
    return -EINVAL;
}

/* ---- requests ---- */

/** A POST to this path of the server that has the API. The app says who it is in each of them. */
static struct request *ask(
    const struct oauth_app *app, const char *path, const struct request_field *fields, size_t count)
{
    const char *host = strstr(app->api_url, "://");
    size_t length = host ? (size_t)(host + 3 - app->api_url) + strcspn(host + 3, "/") : 0;
    CLEANUP(free_text) char *url = str_format("%.*s%s", (int)length, app->api_url, path);
    struct request *request = url ? request_new(url, &app->options) : NULL;
    const struct request_field who[] = {
        {"client_id", app->client_id}, {"client_secret", app->secret}};
    if (!request)
        return NULL;
    request_header(request, "Accept: application/json");
    request_add_fields(request, who, COUNT(who));
    request_add_fields(request, fields, count);
    request_post_fields_once(request);
    return request;
}

struct request *oauth_exchange(const struct oauth_app *app, const char *code)
{
    const struct request_field fields[] = {{"grant_type", "authorization_code"}, {"code", code}};
    return ask(app, "/oauth2/token/", fields, COUNT(fields));
}

struct request *oauth_refresh(const struct oauth_app *app, const struct login *login)
{
    const struct request_field fields[] = {
        {"grant_type", "refresh_token"}, {"refresh_token", login->refresh_token}};
    return ask(app, "/oauth2/token/", fields, COUNT(fields));
}

struct request *oauth_revoke(const struct oauth_app *app, const char *token)
{
    const struct request_field fields[] = {{"token", token}};
    return ask(app, "/oauth2/revoke/", fields, COUNT(fields));
}

/* ---- answers ---- */

static void take_text(char *member, size_t most, const char *text)
{
    if (text && login_is_token(text, most))
        memcpy(member, text, strlen(text) + 1);
}

/** Take over the tokens; false without both. The rest is of use, but not needed. */
static bool take_tokens(struct login *login, const struct json *answer)
{
    const char *access = json_get_text(answer, "access_token");
    const char *refresh = json_get_text(answer, "refresh_token");
    int64_t life_s = json_get_int(answer, "expires_in", 0);
    if (!access || !refresh || !login_is_token(access, LOGIN_TOKEN_MAX) ||
        !login_is_token(refresh, LOGIN_TOKEN_MAX))
        return false;
    take_text(login->access_token, LOGIN_TOKEN_MAX, access);
    take_text(login->refresh_token, LOGIN_TOKEN_MAX, refresh);
    take_text(login->user_id, LOGIN_TEXT_MAX, json_get_text(answer, "user_id"));
    login->life_ms = life_s > 0 && life_s <= LIFE_MAX_S ? life_s * 1000 : LOGIN_LIFE_MS;
    return true;
}

/** An error code of RFC 6749, 5.2: nothing else of an answer is repeated. */
static bool is_code(const char *error)
{
    size_t length = error ? strlen(error) : 0;
    return length > 0 && length < 40 && strspn(error, "abcdefghijklmnopqrstuvwxyz_") == length;
}

/** A refusal that says why; whatever else it is, it is not Close's. */
static enum oauth_result read_refusal(int status, const struct json *body, struct str *why)
{
    const char *error = json_get_text(body, "error");
    if (status == 429) {
        str_add(why, "Close asks to wait (status 429)");
        return OAUTH_UNSENT;
    }
    if ((status != 400 && status != 401 && status != 403) || !is_code(error)) {
        str_printf(why, "Close does not answer as it should (status %d)", status);
        return OAUTH_UNCLEAR;
    }
    str_printf(why, "Close says %s (status %d)", error, status);
    return strcmp(error, "invalid_grant") == 0 ? OAUTH_ENDED : OAUTH_REFUSED;
}

struct oauth_answer oauth_answer(const struct request *request)
{
    struct oauth_answer answer = {.end = request_end(request),
        .was_sent = request_was_sent(request),
        .failure = request_failure(request),
        .status = request_status(request)};
    answer.body = request_reply(request, &answer.length);
    return answer;
}

/** It has an answer: OAUTH_GRANTED, whatever that says. */
static enum oauth_result read_end(const struct oauth_answer *answer, struct str *why)
{
    if (answer->end == TRANSFER_ANSWERED)
        return OAUTH_GRANTED;
    str_printf(why, "Close %s%s%s", transfer_end_words[answer->end], *answer->failure ? ": " : "",
        answer->failure);
    return answer->was_sent ? OAUTH_UNCLEAR : OAUTH_UNSENT;
}

enum oauth_result oauth_read(
    const struct oauth_answer *answer, struct login *login, struct str *why)
{
    enum oauth_result result = read_end(answer, why);
    if (result != OAUTH_GRANTED)
        return result;
    struct json *body = json_parse(answer->body, answer->length);
    if (answer->status != 200) {
        result = read_refusal(answer->status, body, why);
    } else if (!take_tokens(login, body)) {
        str_add(why, "Close's answer has no tokens in it");
        result = OAUTH_UNCLEAR;
    }
    json_free_secret(body);
    return result;
}

enum oauth_result oauth_read_revoked(const struct oauth_answer *answer, struct str *why)
{
    enum oauth_result result = read_end(answer, why);
    if (result != OAUTH_GRANTED || (answer->status >= 200 && answer->status < 300))
        return result;
    CLEANUP(json_freep) struct json *body = json_parse(answer->body, answer->length);
    return read_refusal(answer->status, body, why);
}
