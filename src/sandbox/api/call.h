/**
 * One call of the API being answered, and the functions that act on one: those of a route are
 * called with the CRM's lock held, and fill in the reply.
 *
 * A call may act when its client has gone already (see deferred.h); only the reading ones ask for
 * their request.
 */
#ifndef CLOSEDROP_SANDBOX_API_CALL_H
#define CLOSEDROP_SANDBOX_API_CALL_H

#include "crm/activity_kinds.h"
#include "faults/fault.h"
#include "settings.h"

#include <stdbool.h>

struct json;
struct reply;
struct request;
struct sandbox;

struct call {
    struct sandbox *sandbox;
    const struct request *request; /* NULL: it is deferred */
    const char *id;                /* what the path has for the route's "*", or NULL */
    enum activity_kind kind;       /* of the route; counts only for calls about activities */
    const struct json *body;       /* of a POST: an object; fields as one of texts */
    enum fault_kind fault;
    struct settings_values settings;
    struct reply *reply;
};

/** Refuse with {"errors": [], "field-errors": wrong} where something is wrong. Takes it over. */
bool call_refuse_fields(const struct call *call, struct json *wrong, int result);

/** Refuse with Close's words for an object that is not there: "Lead", "Contact" ... */
void call_missing(const struct call *call, const char *what);

/* ---- account_calls.c ---- */

/** Who the key belongs to; and a form for one file. */
void call_me(struct call *call);
void call_upload(struct call *call);

/* ---- oauth_calls.c ---- */

/** Allow an app to act for a user; give it tokens; take one back. */
void call_authorize(struct call *call);
void call_token(struct call *call);
void call_revoke(struct call *call);

/* ---- lead_calls.c ---- */

/** The lead or contact as it is now; its custom fields changed; one lead into another; what
 * happened, a page at a time. */
void call_get_lead(struct call *call);
void call_get_contact(struct call *call);
void call_put_lead(struct call *call);
void call_put_contact(struct call *call);
void call_merge(struct call *call);
void call_list_merges(struct call *call);
void call_list_events(struct call *call);

/* ---- search_calls.c ---- */

/** What the index finds for a query, a page at a time. */
void call_search(struct call *call);

/* ---- activity_calls.c ---- */

/** Create one with its files; or show one, or a page of a lead's. */
void call_post_activity(struct call *call);
void call_post_lead_file(struct call *call);
void call_get_activity(struct call *call);
void call_list_activities(struct call *call);
void call_list_lead_files(struct call *call);

/* ---- template_calls.c ---- */

/** Show a template, or a page of all; change one. */
void call_get_template(struct call *call);
void call_list_templates(struct call *call);
void call_put_template(struct call *call);

#endif
