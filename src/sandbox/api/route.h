/**
 * Which call a path means: "*" in a route's path stands for one segment. Pure.
 */
#ifndef CLOSEDROP_SANDBOX_API_ROUTE_H
#define CLOSEDROP_SANDBOX_API_ROUTE_H

#include "crm/activity_kinds.h"
#include "http/endpoint.h"

#include <stdbool.h>
#include <stddef.h>

struct call;

struct route {
    const char *path; /* behind /api/v1/, or with a slash: all of it */
    const char *method;
    enum endpoint endpoint;
    void (*act)(struct call *call);
    enum activity_kind kind; /* see struct call */
};

/** What the path has for the "*": where, and how long; NULL where the route has none. */
struct segment {
    const char *text;
    size_t length;
};

/** Whether it is for those without the key, who send fields instead of JSON. */
bool route_is_open(const struct route *route);

/** Whether a path is the route's. `ret_segment` is written on success only. */
bool route_has(const struct route *route, const char *path, struct segment *ret_segment);

#endif
