/**
 * What a request has to get past before it may act. Each answers true where it refused, with the
 * refusal in `reply`.
 */
#ifndef CLOSEDROP_SANDBOX_API_ADMISSION_H
#define CLOSEDROP_SANDBOX_API_ADMISSION_H

#include "http/endpoint.h"

#include <stdbool.h>

struct json;
struct logins;
struct pace;
struct pace_rate;
struct reply;
struct request;
struct settings_values;

/** Too many of this endpoint. The RateLimit header is added anyway. */
bool admission_refuses_rate(
    struct pace *pace, enum endpoint endpoint, const struct pace_rate *rate, struct reply *reply);

/** Not the key. */
bool admission_refuses_key(
    const struct request *request, const struct settings_values *settings, struct reply *reply);

/** Whether it has the access token of a login. */
bool admission_has_login(const struct request *request, const struct logins *logins);

/** A POST that is not fields of a form (`fields`: what they parsed to, or NULL). */
bool admission_refuses_fields(
    const struct request *request, const struct json *fields, struct reply *reply);

/** A POST that is not a JSON object (`body`: what it parsed to, or NULL). */
bool admission_refuses_body(
    const struct request *request, const struct json *body, struct reply *reply);

#endif
