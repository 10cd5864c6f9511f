#include "api.h"

#include "admin.h"
#include "effect.h"
#include "ledger.h"
#include "pace.h"
#include "reply.h"
#include "sandbox.h"
#include "ticket.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BODY_MOST (1 << 20)

/** What the service keeps with a request. */
struct call {
    bool is_admin;
    struct str body;
};

/** One call being answered. */
struct answer {
    struct sandbox *sandbox;
    struct request *request;
    const struct route *route;
    struct json *body; /* NULL: not JSON */
    const struct fault *fault;
    struct settings_values settings;
    struct reply *reply;
};

struct route {
    const char *path;
    const char *method;
    enum endpoint endpoint;
    void (*act)(struct answer *answer);
};

/* ---- GET me/ ---- */

static struct json *describe_me(void)
{
    struct json *me = json_object();
    struct json *organization = json_object();
    struct json *organizations = json_array();
    int error = json_add_text(me, "id", TICKET_USER);
    error |= json_add_text(me, "first_name", "Sandra");
    error |= json_add_text(me, "last_name", "Box");
    error |= json_add_text(me, "email", "sandra.box@example.com");
    error |=
        json_add_text(organization, "id", "orga_SandboxmiiwcR1w2b4cOnCMQaQPSIFxMqAD2Dh243uxcH");
    error |= json_add_text(organization, "name", "Sandbox");
    error |= json_append(organizations, organization);
    error |= json_add(me, "organizations", organizations);
    error |= json_add(me, "email_accounts", json_array());
    if (!error)
        return me;
    json_free(me);
    return NULL;
}

static void act_me(struct answer *answer)
{
    reply_json(answer->reply, 200, describe_me());
}

/* ---- POST files/upload/ ---- */

static const char *const upload_keys[] = {"filename", "content_type"};

#define UPLOAD_KEYS (sizeof(upload_keys) / sizeof(*upload_keys))

static void check_needed(const struct json *body, struct json *wrong, int *error)
{
    for (size_t i = 0; i < UPLOAD_KEYS; i++) {
        const struct json *member = json_get(body, upload_keys[i]);
        const char *text = member ? json_text(member) : "";
        if (!text)
            *error |= json_add_text(wrong, upload_keys[i], "Value must be of string type.");
        else if (!*text)
            *error |= json_add_text(wrong, upload_keys[i], "This field is required.");
    }
}

static void check_unknown(const struct json *body, struct json *wrong, int *error)
{
    for (const struct json *one = json_first(body); one; one = json_next(one)) {
        size_t i = 0;
        while (i < UPLOAD_KEYS && strcmp(upload_keys[i], json_key(one)) != 0)
            i++;
        if (i == UPLOAD_KEYS)
            *error |= json_add_text(wrong, json_key(one), "Unknown field.");
    }
}

/** Refuse a body that is not exactly what the schema says; Close names every wrong field. */
static bool refuse_fields(const struct json *body, struct reply *reply)
{
    struct json *wrong = json_object();
    int error = wrong ? 0 : -1;
    check_needed(body, wrong, &error);
    check_unknown(body, wrong, &error);
    if (!error && !json_first(wrong)) {
        json_free(wrong);
        return false;
    }
    struct json *refusal = json_object();
    error |= json_add(refusal, "errors", json_array());
    error |= json_add(refusal, "field-errors", wrong);
    if (error) {
        json_free(refusal);
        refusal = NULL;
    }
    reply_json(reply, 400, refusal);
    reply_because(reply, NULL, "field-errors");
    return true;
}

static void act_upload(struct answer *answer)
{
    if (refuse_fields(answer->body, answer->reply))
        return;
    struct json *ticket = ticket_new(answer->sandbox, json_get_text(answer->body, "filename"),
        json_get_text(answer->body, "content_type"), answer->settings.form_ttl_ms,
        effect_kind(answer->fault));
    if (ticket)
        ledger_ticket(answer->sandbox->ledger);
    reply_json(answer->reply, 200, ticket);
}

/* ---- what comes before each call: not now, because ... ---- */

/** HTTP Basic, the key as user, an empty password. */
static bool is_authorized(const struct request *request, const char *api_key)
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

static bool refuse_key(struct answer *answer)
{
    if (is_authorized(answer->request, answer->settings.api_key))
        return false;
    reply_error(answer->reply, 401,
        "The server could not verify that you are authorized to access the URL requested. You "
        "either supplied the wrong credentials (e.g. a bad password), or your browser doesn't "
        "understand how to supply the credentials required.");
    reply_header(answer->reply, "WWW-Authenticate", "Basic realm=\"Close\"");
    return true;
}

static bool refuse_pace(struct answer *answer)
{
    struct pace_state state = pace_count(
        &answer->sandbox->pace, answer->route->endpoint, answer->settings.rate, clock_steady_ms());
    if (state.over)
        reply_error(answer->reply, 429, "API call count exceeded for this period");
    pace_headers(&state, answer->reply);
    return state.over;
}

static bool refuse_body(struct answer *answer)
{
    if (strcmp(answer->route->method, "POST") != 0)
        return false;
    const char *type = request_header(answer->request, "Content-Type");
    static const char wanted[] = "application/json";
    if (!type || strncasecmp(type, wanted, strlen(wanted)) != 0 ||
        !strchr("; \t", type[strlen(wanted)])) // also its NUL
        reply_error(answer->reply, 415, "Content-Type must be application/json.");
    else if (!json_is_object(answer->body))
        reply_error(answer->reply, 400, "The request body is not a JSON object.");
    else
        return false;
    return true;
}

static const struct route routes[] = {
    {"/api/v1/me/", "GET", ENDPOINT_ME, act_me},
    {"/api/v1/files/upload/", "POST", ENDPOINT_UPLOAD, act_upload},
};

/** The route, or NULL with the refusal in `reply`. */
static const struct route *find_route(const struct request *request, struct reply *reply)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
        if (strcmp(routes[i].path, request_path(request)) != 0)
            continue;
        if (strcmp(routes[i].method, request_method(request)) == 0)
            return &routes[i];
        reply_error(reply, 405, "The method is not allowed for the requested URL.");
        reply_header(reply, "Allow", "%s", routes[i].method);
        return NULL;
    }
    reply_error(reply, 404, "Not found.");
    return NULL;
}

static int answer_route(struct answer *answer)
{
    const char *filename = json_get_text(answer->body, "filename");
    enum endpoint endpoint = answer->route->endpoint;
    ledger_request(answer->sandbox->ledger, endpoint);
    answer->fault = faults_take(answer->sandbox->faults, endpoint, filename);
    int error = effect_before(answer->fault, answer->request);
    if (error)
        return error;
    if (refuse_pace(answer) || effect_instead(answer->fault, answer->reply))
        return 0;
    if (!refuse_key(answer) && !refuse_body(answer))
        answer->route->act(answer);
    effect_after(answer->fault, answer->reply);
    return 0;
}

static int answer_api(struct request *request, const struct str *body, struct reply *reply)
{
    struct sandbox *sandbox = request_world(request);
    CLEANUP(json_freep) struct json *json = json_parse(str_text(body), body->length);
    struct answer answer = {.sandbox = sandbox, .request = request, .body = json, .reply = reply};
    answer.settings = settings_get(&sandbox->settings);
    answer.route = find_route(request, reply);
    int error = answer.route ? answer_route(&answer) : 0;
    reply->delay_ms = answer.settings.latency_ms;
    if (!error && reply->end != REPLY_NOTHING)
        ledger_answer(sandbox->ledger, "api", reply);
    return error;
}

/* ---- the service ---- */

static void api_begin(struct request *request, struct reply *reply)
{
    (void)reply;
    struct sandbox *sandbox = request_world(request);
    struct call *call = request_state(request);
    call->body = (struct str)STR_INIT(BODY_MOST);
    call->is_admin = str_starts_with(request_path(request), "/admin/");
    if (!call->is_admin)
        ledger_enter(sandbox->ledger);
}

static int api_body(struct request *request, const char *bytes, size_t length)
{
    struct call *call = request_state(request);
    str_add_bytes(&call->body, bytes, length); // too much is told when all of it is in
    return 0;
}

static int api_finish(struct request *request, struct reply *reply)
{
    struct call *call = request_state(request);
    if (str_error(&call->body)) {
        reply_error(reply, 413, "The request body is too large.");
        return 0;
    }
    if (!call->is_admin)
        return answer_api(request, &call->body, reply);
    admin_answer(request_world(request), request, &call->body, reply);
    return 0;
}

static void api_leave(struct request *request)
{
    struct sandbox *sandbox = request_world(request);
    struct call *call = request_state(request);
    if (!call->is_admin)
        ledger_leave(sandbox->ledger);
}

static void api_end(struct request *request)
{
    struct call *call = request_state(request);
    str_release(&call->body);
}

const struct service api_service = {
    .state_size = sizeof(struct call),
    .begin = api_begin,
    .body = api_body,
    .finish = api_finish,
    .leave = api_leave,
    .end = api_end,
};
