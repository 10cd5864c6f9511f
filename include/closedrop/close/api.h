/**
 * What is sent to Close, endpoint by endpoint, and the form to S3 that belongs to it
 * (close-api.md 1.1, 1.2, 6; s3-post.md 2.1). Each call gives a request to be started, NULL when
 * memory is short. The key goes to the API alone: the form carries none.
 */
#ifndef CLOSEDROP_CLOSE_API_H
#define CLOSEDROP_CLOSE_API_H

#include "closedrop/close/key.h"
#include "closedrop/close/reply.h"
#include "closedrop/http/request.h"

#include <stdint.h>

/** Where Close is, and who we are there. The texts stay the caller's. */
struct api {
    const char *url; /* ends in a slash */
    const char *key;
    struct request_options options;
};

/** GET me/ : the cheapest question there is. */
struct request *api_me(const struct api *api);

/** POST files/upload/ : a form for one file. `filename` is made valid UTF-8. */
struct request *api_ticket(const struct api *api, const char *filename, const char *content_type);

/** The multipart POST of every field of the ticket, and the file as its last part. */
struct request *api_form(const struct api *api, const struct ticket *ticket, int64_t size,
    const char *content_type, const struct body_source *source);

#endif
