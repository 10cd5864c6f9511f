/**
 * How leads and contacts look in an answer.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_LEAD_JSON_H
#define CLOSEDROP_SANDBOX_CRM_LEAD_JSON_H

#include "crm/leads.h"

struct json;

/** All data of an existing object; NULL if out of memory. */
struct json *lead_json_new(const struct object *object, enum sight sight);

#endif
