/**
 * The requests to Close, one function per endpoint (Close API documentation, "Resources"), and the
 * form for S3 (Amazon S3 API Reference, "POST Object"). Each function returns a request that is
 * ready to be started; NULL if out of memory. The key is sent only to the API: the form has none.
 */
#ifndef CLOSEDROP_CLOSE_API_H
#define CLOSEDROP_CLOSE_API_H

#include "closedrop/close/activity.h"
#include "closedrop/close/key.h"
#include "closedrop/close/search.h"
#include "closedrop/close/ticket.h"
#include "closedrop/http/request.h"

#include <stdint.h>

/** Where Close is, and our key. The caller owns the texts. */
struct api {
    const char *url; /* ends in a slash */
    const struct key *key;
    struct request_options options;
};

/**
 * The groups in which Close counts requests, by path and method (Close API documentation, "Rate
 * Limits"). Each request has its group (request_group()); the forms for S3 are an additional group.
 */
enum api_group {
    API_FORMS, /* 0: requests that belong to no other group */
    API_ME,
    API_TICKETS,
    API_LEADS,
    API_CONTACTS,
    API_SEARCHES,
    API_MERGES,
    API_EVENTS,
    API_CREATES,                              /* one per kind of activity ... */
    API_LISTS = API_CREATES + ACTIVITY_KINDS, /* ... and one for reading each kind */
    API_GROUPS = API_LISTS + ACTIVITY_KINDS
};

/** GET me/ : the cheapest request of all. */
struct request *api_me(const struct api *api);

/** POST files/upload/ : get a form for one file. `filename` is made valid UTF-8. */
struct request *api_ticket(const struct api *api, const char *filename, const char *content_type);

/** The multipart POST of all fields of the ticket, with the file as its last part. */
struct request *api_form(const struct api *api, const struct ticket *ticket, int64_t size,
    const char *content_type, const struct body_source *source);

/** GET lead/ID/ (`whole`: with all fields, to compare a custom field), and GET contact/ID/. */
struct request *api_lead(const struct api *api, const char *lead_id, bool whole);
struct request *api_contact(const struct api *api, const char *contact_id);

/** POST data/search/ : only reads, so it can be repeated. */
struct request *api_search(
    const struct api *api, const struct search *search, const char *cursor, int page);

/** Number of entries per page of a list. */
#define API_PAGE 100

/** GET activity/lead_merge/ from entry `skip` on: which leads were merged into which. With `into`,
 * only merges into that lead; NULL: all. */
struct request *api_merges(const struct api *api, const char *into, int skip);

/** GET event/ : whether a missing lead was merged or deleted, if that was not long ago. */
struct request *api_deletions(const struct api *api, const char *lead_id);

/** GET the templates of a kind from entry `skip` on; and GET one of them, with its attachments. */
struct request *api_templates(const struct api *api, enum activity_kind kind, int skip);
struct request *api_template(const struct api *api, enum activity_kind kind, const char *id);

/** POST an activity or a lead file: sent once, never repeated automatically. */
struct request *api_create(
    const struct api *api, enum activity_kind activity, const struct activity_post *post);

/** GET the activities of that kind on a lead, created after `since_ms`. 0, and lead files: all. */
struct request *api_created(const struct api *api, enum activity_kind activity, const char *lead_id,
    int64_t since_ms, int skip);

#endif
