/**
 * Parts of JSON values.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_PICK_H
#define CLOSEDROP_SANDBOX_UTIL_PICK_H

#include <stdbool.h>

struct json;

/** The value where `result` is 0; else free it, and NULL: for what is put together in a run. */
struct json *pick_whole(struct json *value, int result);

/** Whether `name` is in the list "a,b,c". */
bool pick_names(const char *list, const char *name);

/** Only those members of `object` that are in `list`; without a list, all. Takes `object` over. */
struct json *pick_fields(struct json *object, const char *list);

#endif
