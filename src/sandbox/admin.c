#include "admin.h"

#include "fault.h"
#include "ledger.h"
#include "reply.h"
#include "sandbox.h"
#include "server.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <string.h>

#define WHY_MOST 1024

static void reply_done(struct reply *reply)
{
    reply_text(reply, 200, "application/json", "{\"ok\":true}");
}

/** Answer what a change came to. */
static void reply_change(struct reply *reply, int error, struct str *why)
{
    if (!error)
        reply_done(reply);
    else if (error == -EINVAL)
        reply_error(reply, 400, str_text(why));
    else
        reply_error(reply, 500, strerror(-error));
    str_release(why);
}

static void get_ledger(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    ledger_json(sandbox->ledger, reply);
}

static void get_ledger_tsv(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    ledger_tsv(sandbox->ledger, reply);
}

static void get_counts(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    ledger_counts(sandbox->ledger, reply);
}

static void get_faults(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    faults_list(sandbox->faults, reply);
}

static void post_faults(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MOST);
    int error = faults_add(sandbox->faults, str_text(body), body->length, &why);
    reply_change(reply, error, &why);
}

static void delete_faults(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    faults_clear(sandbox->faults);
    reply_done(reply);
}

static void post_reset(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    faults_clear(sandbox->faults);
    ledger_reset(sandbox->ledger);
    reply_done(reply);
}

static void post_settings(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MOST);
    CLEANUP(json_freep) struct json *changes = json_parse(str_text(body), body->length);
    int error = settings_change(&sandbox->settings, changes, &why);
    reply_change(reply, error, &why);
}

static const struct {
    const char *method, *path;
    void (*answer)(struct sandbox *sandbox, const struct str *body, struct reply *reply);
} routes[] = {
    {"GET", "/admin/ledger", get_ledger},
    {"GET", "/admin/ledger.tsv", get_ledger_tsv},
    {"GET", "/admin/counts", get_counts},
    {"GET", "/admin/faults", get_faults},
    {"POST", "/admin/faults", post_faults},
    {"DELETE", "/admin/faults", delete_faults},
    {"POST", "/admin/reset", post_reset},
    {"POST", "/admin/settings", post_settings},
};

void admin_answer(struct sandbox *sandbox, const struct request *request, const struct str *body,
    struct reply *reply)
{
    bool known = false;
    for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
        if (strcmp(routes[i].path, request_path(request)) != 0)
            continue;
        known = true;
        if (strcmp(routes[i].method, request_method(request)) == 0) {
            routes[i].answer(sandbox, body, reply);
            return;
        }
    }
    reply_error(reply, known ? 405 : 404, known ? "Method not allowed." : "Not found.");
}
