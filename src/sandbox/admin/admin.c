/** Answers the requests below /admin/, by a table of routes. */
#include "admin/admin.h"

#include "admin/readout.h"
#include "admin/seed.h"
#include "context.h"
#include "crm/crm.h"
#include "crm/leads.h"
#include "crm/ledger.h"
#include "faults/deferred.h"
#include "faults/fault.h"
#include "http/reply.h"
#include "http/server.h"
#include "util/pick.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <string.h>

#define WHY_MAX 1024

static void reply_done(struct reply *reply)
{
    reply_text(reply, 200, "application/json", "{\"ok\":true}");
}

/** Answer what a change came to. */
static void reply_change(struct reply *reply, int result, struct str *why)
{
    if (result == 0)
        reply_done(reply);
    else if (result == -EINVAL)
        reply_error(reply, 400, str_text(why));
    else
        reply_error(reply, 500, strerror(-result));
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

static void reply_or_fail(struct reply *reply, struct json *answer, int result)
{
    reply_json(reply, 200, pick_whole(answer, result));
}

static void get_counts(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    struct json *counts = ledger_counts(sandbox->ledger);
    crm_lock(&sandbox->crm);
    struct json *activities = activities_count(&sandbox->crm.activities);
    crm_unlock(&sandbox->crm);
    int result = json_add(counts, "activities", activities);
    result |= json_add_int(counts, "late", (int64_t)deferred_count(sandbox->deferred));
    reply_or_fail(reply, counts, result);
}

static void get_activities(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    readout_activities(&sandbox->crm, reply);
}

static void get_faults(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    (void)body;
    faults_list(sandbox->faults, reply);
}

static void post_faults(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MAX);
    int result = faults_add(sandbox->faults, str_text(body), body->length, &why);
    reply_change(reply, result, &why);
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
    deferred_clear(sandbox->deferred);
    ledger_reset(sandbox->ledger);
    crm_lock(&sandbox->crm);
    crm_reset(&sandbox->crm);
    crm_unlock(&sandbox->crm);
    reply_done(reply);
}

/* ---- leads and contacts ---- */

static int64_t lag_of(struct sandbox *sandbox)
{
    return settings_get(&sandbox->settings).search_lag_ms;
}

static void post_seed(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MAX);
    CLEANUP(json_freep) struct json *seed = json_parse(str_text(body), body->length);
    struct json *ids = NULL;
    crm_lock(&sandbox->crm);
    int result = seed_add(&sandbox->crm, seed, lag_of(sandbox), &ids, &why);
    crm_unlock(&sandbox->crm);
    reply_change(reply, result, &why);
    if (result == 0)
        reply_json(reply, 200, ids);
}

static void post_contact(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MAX);
    CLEANUP(json_freep) struct json *change = json_parse(str_text(body), body->length);
    crm_lock(&sandbox->crm);
    int result = seed_change_contact(&sandbox->crm, change, lag_of(sandbox), &why);
    crm_unlock(&sandbox->crm);
    reply_change(reply, result, &why);
}

/** Whether the member `key` names a lead; what is wrong goes to `why`. */
static int check_lead(
    const struct sandbox *sandbox, const struct json *body, const char *key, struct str *why)
{
    const char *id = json_get_text(body, key);
    if (id && leads_find(sandbox->crm.leads, OBJECT_LEAD, id))
        return 0;
    str_printf(why, "%s: there is no lead \"%s\"", key, id ? id : "");
    return -EINVAL;
}

static void post_lead_delete(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MAX);
    CLEANUP(json_freep) struct json *json = json_parse(str_text(body), body->length);
    crm_lock(&sandbox->crm);
    int result = check_lead(sandbox, json, "id", &why);
    if (result == 0)
        result = crm_delete_lead(&sandbox->crm, json_get_text(json, "id"), lag_of(sandbox));
    crm_unlock(&sandbox->crm);
    reply_change(reply, result, &why);
}

static int merge(struct sandbox *sandbox, const struct json *json, struct str *why)
{
    int result = check_lead(sandbox, json, "source", why);
    if (result == 0)
        result = check_lead(sandbox, json, "destination", why);
    if (result < 0)
        return result;
    const char *source = json_get_text(json, "source");
    const char *destination = json_get_text(json, "destination");
    if (strcmp(source, destination) != 0)
        return crm_merge(&sandbox->crm, source, destination, lag_of(sandbox));
    str_add(why, "source and destination are the same");
    return -EINVAL;
}

static void post_merge(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MAX);
    CLEANUP(json_freep) struct json *json = json_parse(str_text(body), body->length);
    crm_lock(&sandbox->crm);
    int result = merge(sandbox, json, &why);
    crm_unlock(&sandbox->crm);
    reply_change(reply, result, &why);
}

/* ---- settings and routes ---- */

static void post_settings(struct sandbox *sandbox, const struct str *body, struct reply *reply)
{
    struct str why = STR_INIT(WHY_MAX);
    CLEANUP(json_freep) struct json *changes = json_parse(str_text(body), body->length);
    int result = settings_change(&sandbox->settings, changes, &why);
    reply_change(reply, result, &why);
}

static const struct {
    const char *method, *path;
    void (*answer)(struct sandbox *sandbox, const struct str *body, struct reply *reply);
} routes[] = {
    {"GET", "/admin/ledger", get_ledger},
    {"GET", "/admin/ledger.tsv", get_ledger_tsv},
    {"GET", "/admin/counts", get_counts},
    {"GET", "/admin/activities", get_activities},
    {"GET", "/admin/faults", get_faults},
    {"POST", "/admin/faults", post_faults},
    {"DELETE", "/admin/faults", delete_faults},
    {"POST", "/admin/reset", post_reset},
    {"POST", "/admin/settings", post_settings},
    {"POST", "/admin/seed", post_seed},
    {"POST", "/admin/contact", post_contact},
    {"POST", "/admin/lead/delete", post_lead_delete},
    {"POST", "/admin/merge", post_merge},
};

void admin_answer(struct sandbox *sandbox, const struct request *request, const struct str *body,
    struct reply *reply)
{
    bool known = false;
    for (size_t i = 0; i < COUNT(routes); i++) {
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
