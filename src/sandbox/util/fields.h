/**
 * The body of a POST that browsers send for a form (application/x-www-form-urlencoded).
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_FIELDS_H
#define CLOSEDROP_SANDBOX_UTIL_FIELDS_H

struct json;

/** Its fields as an object of texts; NULL when memory is short, or a field is not encoded well. */
struct json *fields_parse(const char *body);

#endif
