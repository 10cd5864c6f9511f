/** What a search of Close finds, on the way from a rule to its lead. */
#ifndef CLOSEDROP_WORK_CANDIDATES_H
#define CLOSEDROP_WORK_CANDIDATES_H

#include "closedrop/work/resolve.h"

#include <stddef.h>

/** Read a page of results. MORE: there is more to ask. FAIL: none, or several, are what was
 * searched for. */
struct verdict candidates_read(struct resolution *resolution, const char *body, size_t length);

/** Whether an object is still what was searched for: the index lags. */
bool candidates_is_still_one(const struct resolution *resolution, const struct json *object);

/** Nobody is what was searched for. */
struct verdict candidates_none(const struct resolution *resolution);

#endif
