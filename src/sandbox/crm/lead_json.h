/**
 * How leads and contacts look in an answer.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_LEAD_JSON_H
#define CLOSEDROP_SANDBOX_CRM_LEAD_JSON_H

#include "crm/leads.h"

struct json;

/** All there is to tell of an object that is there; NULL when memory is short. */
struct json *lead_json_new(const struct object *object, enum sight sight);

#endif
