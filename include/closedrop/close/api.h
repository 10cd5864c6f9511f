/**
 * What is sent to Close, endpoint by endpoint, and the form to S3 that belongs to it
 * (close-api.md 1.1, 1.2, 1.7, 2, 3, 6, 7; s3-post.md 2.1). Each call gives a request to be
 * started, NULL when memory is short. The key goes to the API alone: the form carries none.
 */
#ifndef CLOSEDROP_CLOSE_API_H
#define CLOSEDROP_CLOSE_API_H

#include "closedrop/close/key.h"
#include "closedrop/close/reply.h"
#include "closedrop/close/search.h"
#include "closedrop/http/request.h"
#include "closedrop/queue/job.h"

#include <stdint.h>

/** Where Close is, and who we are there. The texts stay the caller's. */
struct api {
    const char *url; /* ends in a slash */
    const char *key;
    struct request_options options;
};

/**
 * What Close counts requests by: path and method (close-api.md 4). Each request here carries its
 * group (request_group()); the forms to S3 are one more.
 */
enum api_group {
    API_FORMS, /* 0: what is not counted for another */
    API_ME,
    API_TICKETS,
    API_LEADS,
    API_CONTACTS,
    API_SEARCHES,
    API_MERGES,
    API_EVENTS,
    API_CREATES,                          /* one for each kind of activity ... */
    API_LISTS = API_CREATES + ACTIVITIES, /* ... and one for the list of each */
    API_GROUPS = API_LISTS + ACTIVITIES
};

/** GET me/ : the cheapest question there is. */
struct request *api_me(const struct api *api);

/** POST files/upload/ : a form for one file. `filename` is made valid UTF-8. */
struct request *api_ticket(const struct api *api, const char *filename, const char *content_type);

/** The multipart POST of every field of the ticket, and the file as its last part. */
struct request *api_form(const struct api *api, const struct ticket *ticket, int64_t size,
    const char *content_type, const struct body_source *source);

/** GET lead/ID/ : whole where a custom field is to be compared. GET contact/ID/. */
struct request *api_lead(const struct api *api, const char *lead_id, bool whole);
struct request *api_contact(const struct api *api, const char *contact_id);

/** POST data/search/ : a question only, which may be repeated. */
struct request *api_search(
    const struct api *api, const struct search *search, const char *cursor, int page);

/** How many entries a page of a list has. */
#define API_PAGE 100

/** GET activity/lead_merge/ from the `skip`-th on: which leads went into which; `into`: only those
 * that went into this one, NULL for all. */
struct request *api_merges(const struct api *api, const char *into, int skip);

/** GET event/ : how a lead that is gone came to its end, where that was not long ago. */
struct request *api_deletions(const struct api *api, const char *lead_id);

/** POST of an activity, or of a lead file: sent once, never repeated by itself. */
struct request *api_create(
    const struct api *api, enum activity activity, const char *lead_id, const struct json *body);

/** GET of the activities of that kind a lead has, created after `since_ms` (0, and lead files:
 * all).
 */
struct request *api_created(
    const struct api *api, enum activity activity, const char *lead_id, int64_t since_ms, int skip);

#endif
