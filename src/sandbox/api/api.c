/**
 * Takes a request of the API from its path to its reply:
 *
 *     find the route -> take a fault -> admission: rate, key, body -> act, now or deferred -> the
 *     fault's effect on the reply
 */
#include "api/api.h"

#include "api/admission.h"
#include "api/call.h"
#include "api/route.h"
#include "context.h"
#include "crm/crm.h"
#include "crm/ledger.h"
#include "faults/deferred.h"
#include "faults/effect.h"
#include "http/reply.h"
#include "http/server.h"
#include "util/fields.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>

#define SAYS_MAX (1 << 20)

/** A request on its way to act. */
struct exchange {
    struct call call;
    struct request *request;
    const struct route *route;
    const struct fault *fault;
    struct json *body; /* NULL: not JSON */
    char *id;
};

/* ---- routes ---- */

/** Listing, creating and reading one kind. */
#define ACTIVITY(path, kind, one, many)                                                            \
    {path, "GET", many, call_list_activities, kind},                                               \
        {path, "POST", one, call_post_activity, kind},                                             \
    {                                                                                              \
        path "*/", "GET", many, call_get_activity, kind                                            \
    }

/** The same for templates, which can be changed. */
#define TEMPLATE(path, kind, one, change, many)                                                    \
    {path, "GET", many, call_list_templates, kind}, {path, "POST", one, call_post_activity, kind}, \
        {path "*/", "GET", many, call_get_template, kind},                                         \
    {                                                                                              \
        path "*/", "PUT", change, call_put_template, kind                                          \
    }

static const struct route routes[] = {
    {"me/", "GET", ENDPOINT_ME, .act = call_me},
    {"files/upload/", "POST", ENDPOINT_UPLOAD, .act = call_upload},
    {"lead/merge/", "POST", ENDPOINT_MERGE, .act = call_merge},
    {"lead/*/", "GET", ENDPOINT_LEAD, .act = call_get_lead},
    {"lead/*/", "PUT", ENDPOINT_SET_LEAD, .act = call_put_lead},
    {"lead/*/files/", "GET", ENDPOINT_LEAD_FILES, .act = call_list_lead_files},
    {"lead/*/files/", "POST", ENDPOINT_LEAD_FILE, .act = call_post_lead_file},
    {"contact/*/", "GET", ENDPOINT_CONTACT, .act = call_get_contact},
    {"contact/*/", "PUT", ENDPOINT_SET_CONTACT, .act = call_put_contact},
    {"data/search/", "POST", ENDPOINT_SEARCH, .act = call_search},
    ACTIVITY("activity/email/", ACTIVITY_EMAIL, ENDPOINT_EMAIL, ENDPOINT_EMAILS),
    ACTIVITY("activity/note/", ACTIVITY_NOTE, ENDPOINT_NOTE, ENDPOINT_NOTES),
    ACTIVITY("opportunity/", ACTIVITY_OPPORTUNITY, ENDPOINT_OPPORTUNITY, ENDPOINT_OPPORTUNITIES),
    ACTIVITY(
        "activity/whatsapp_message/", ACTIVITY_WHATSAPP, ENDPOINT_WHATSAPP, ENDPOINT_WHATSAPPS),
    ACTIVITY("activity/sms/", ACTIVITY_SMS, ENDPOINT_SMS, ENDPOINT_SMSES),
    ACTIVITY("task/", ACTIVITY_TASK, ENDPOINT_TASK, ENDPOINT_TASKS),
    TEMPLATE("email_template/", ACTIVITY_EMAIL_TEMPLATE, ENDPOINT_EMAIL_TEMPLATE,
        ENDPOINT_SET_EMAIL_TEMPLATE, ENDPOINT_EMAIL_TEMPLATES),
    TEMPLATE("sms_template/", ACTIVITY_SMS_TEMPLATE, ENDPOINT_SMS_TEMPLATE,
        ENDPOINT_SET_SMS_TEMPLATE, ENDPOINT_SMS_TEMPLATES),
    {"activity/lead_merge/", "GET", ENDPOINT_MERGES, .act = call_list_merges},
    {"event/", "GET", ENDPOINT_EVENTS, .act = call_list_events},
    {"/oauth2/authorize/", "GET", ENDPOINT_AUTHORIZE, .act = call_authorize},
    {"/oauth2/token/", "POST", ENDPOINT_TOKEN, .act = call_token},
    {"/oauth2/revoke/", "POST", ENDPOINT_REVOKE, .act = call_revoke},
};

/** The route, or NULL with the refusal in the reply. */
static const struct route *find_route(
    const struct request *request, struct segment *segment, struct reply *reply)
{
    struct str allowed = STR_INIT(64);
    const struct route *found = NULL;
    for (size_t i = 0; !found && i < COUNT(routes); i++) {
        if (!route_has(&routes[i], request_path(request), segment))
            continue;
        if (strcmp(routes[i].method, request_method(request)) == 0)
            found = &routes[i];
        else
            str_printf(&allowed, "%s%s", allowed.length ? ", " : "", routes[i].method);
    }
    if (!found && allowed.length) {
        reply_error(reply, 405, "The method is not allowed for the requested URL.");
        reply_header(reply, "Allow", "%s", str_text(&allowed));
    } else if (!found) {
        reply_error(reply, 404, "Not found.");
    }
    str_release(&allowed);
    return found;
}

/* ---- acting, now or deferred ---- */

static void act(struct exchange *exchange)
{
    struct crm *crm = &exchange->call.sandbox->crm;
    exchange->call.body = exchange->body;
    exchange->call.id = exchange->id;
    exchange->call.kind = exchange->route->kind;
    crm_lock(crm);
    exchange->route->act(&exchange->call);
    crm_unlock(crm);
}

/** An exchange that continues without its request. */
struct deferred_exchange {
    struct exchange exchange;
    struct reply reply; /* which nobody gets */
};

static void act_deferred(void *context)
{
    struct deferred_exchange *deferred = context;
    struct call *call = &deferred->exchange.call;
    call->settings = settings_get(&call->sandbox->settings);
    act(&deferred->exchange);
}

static void end_deferred(void *context)
{
    struct deferred_exchange *deferred = context;
    reply_release(&deferred->reply);
    json_free(deferred->exchange.body);
    free(deferred->exchange.id);
    free(deferred);
}

/** Reading has no effect that could come late. */
static void schedule(struct exchange *exchange)
{
    bool reads = strcmp(exchange->route->method, "GET") == 0;
    struct deferred_exchange *deferred = reads ? NULL : calloc(1, sizeof(*deferred));
    if (!deferred)
        return;
    deferred->reply = (struct reply)REPLY_INIT;
    deferred->exchange = *exchange;
    deferred->exchange.call.request = NULL;
    deferred->exchange.call.reply = &deferred->reply;
    deferred->exchange.request = NULL;
    deferred->exchange.body = TAKE_PTR(exchange->body); /* now the deferred exchange's */
    deferred->exchange.id = TAKE_PTR(exchange->id);
    deferred_add(exchange->call.sandbox->deferred, exchange->fault->late_ms,
        &(struct deferred_act){act_deferred, end_deferred, deferred});
}

static void perform(struct exchange *exchange)
{
    switch (effect_act(exchange->fault)) {
    case EFFECT_ACT:
        act(exchange);
        break;
    case EFFECT_ACT_DEFERRED:
        schedule(exchange);
        break;
    case EFFECT_ACT_NEVER:
        break;
    }
}

/* ---- a request's way ---- */

static void add_filenames(struct str *says, const struct json *body)
{
    const struct json *one = json_first(json_get(body, "attachments"));
    const char *filename = json_get_text(body, "filename");
    if (filename)
        str_printf(says, "%s\n", filename);
    for (; one; one = json_next(one))
        if (json_get_text(one, "filename"))
            str_printf(says, "%s\n", json_get_text(one, "filename"));
}

static void add_parameter(void *says, const char *name, const char *value)
{
    str_printf(says, "%s=%s\n", name, value);
}

static void add_grant_type(struct str *says, const struct json *fields)
{
    const char *type = json_get_text(fields, "grant_type");
    str_add(says, type ? type : "");
}

/** What fault rules match: the names of files, or what is read or searched for. */
static void describe_request(
    const struct exchange *exchange, const struct str *body, struct str *says)
{
    enum endpoint endpoint = exchange->route->endpoint;
    if (endpoint == ENDPOINT_TOKEN)
        add_grant_type(says, exchange->body);
    else if (endpoint == ENDPOINT_SEARCH || endpoint == ENDPOINT_MERGE)
        str_add(says, str_text(body));
    else if (strcmp(exchange->route->method, "POST") == 0)
        add_filenames(says, exchange->body);
    else {
        str_printf(says, "%s\n", request_path(exchange->request));
        request_each_query(exchange->request, add_parameter, says);
        add_filenames(says, exchange->body);
    }
}

static void take_fault(struct exchange *exchange, const struct str *body)
{
    struct str says = STR_INIT(SAYS_MAX);
    describe_request(exchange, body, &says);
    exchange->fault =
        faults_take(exchange->call.sandbox->faults, exchange->route->endpoint, str_text(&says));
    exchange->call.fault = effect_kind(exchange->fault);
    str_release(&says);
}

static bool is_refused(struct exchange *exchange, const struct settings_values *settings)
{
    struct reply *reply = exchange->call.reply;
    if (route_is_open(exchange->route))
        return admission_refuses_fields(exchange->request, exchange->body, reply);
    struct crm *crm = &exchange->call.sandbox->crm;
    crm_lock(crm);
    bool has_login = admission_has_login(exchange->request, &crm->logins);
    crm_unlock(crm);
    return (!has_login && admission_refuses_key(exchange->request, settings, reply)) ||
           admission_refuses_body(exchange->request, exchange->body, reply);
}

static int answer_route(struct exchange *exchange, const struct str *body)
{
    ledger_request(exchange->call.sandbox->ledger, exchange->route->endpoint);
    take_fault(exchange, body);
    int result = effect_before(exchange->fault, exchange->request);
    struct reply *reply = exchange->call.reply;
    const struct settings_values *settings = &exchange->call.settings;
    if (result < 0 || admission_refuses_rate(&exchange->call.sandbox->pace,
                          exchange->route->endpoint, &settings->rate, reply))
        return result;
    bool acts = effect_act(exchange->fault) != EFFECT_ACT_NEVER;
    if (acts && !is_refused(exchange, settings))
        perform(exchange);
    return effect_after(exchange->fault, exchange->request, reply);
}

int api_answer(struct request *request, const struct str *body, struct reply *reply)
{
    struct sandbox *sandbox = request_context(request);
    struct segment segment = {NULL, 0};
    struct exchange exchange = {
        .call = {.sandbox = sandbox, .request = request, .reply = reply},
        .request = request,
    };
    exchange.call.settings = settings_get(&sandbox->settings);
    exchange.route = find_route(request, &segment, reply);
    exchange.body = exchange.route && route_is_open(exchange.route)
                        ? fields_parse(str_text(body))
                        : json_parse(str_text(body), body->length);
    exchange.id = segment.text ? strndup(segment.text, segment.length) : NULL;
    int result = exchange.route ? answer_route(&exchange, body) : 0;
    reply->delay_ms = exchange.call.settings.latency_ms;
    if (result == 0 && reply->end != REPLY_NOTHING)
        ledger_answer(sandbox->ledger, "api", reply);
    json_free(exchange.body);
    free(exchange.id);
    return result;
}
