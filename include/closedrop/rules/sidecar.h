/** Reads a sidecar: a small JSON file next to a document, with values for the rules. Pure. */
#ifndef CLOSEDROP_RULES_SIDECAR_H
#define CLOSEDROP_RULES_SIDECAR_H

#include <stddef.h>

struct json;
struct str;

/** Maximum size in bytes. */
#define SIDECAR_MAX 65536

/**
 * Add each member of the object to `values` as "meta.KEY", a member of a nested object as
 * "meta.OUTER.KEY", and so on: texts unchanged, numbers and booleans as JSON writes them, null as
 * "". Lists are left out. If two members have the same name, the first counts.
 *
 * `text` is UTF-8, or UTF-16 with a byte order mark; the mark is skipped. Errors are any other
 * encoding, a number that a double cannot represent exactly (2^53 and above), a name longer than
 * 255 bytes, and an object with more than 1000 members.
 *
 * Returns 0, -ENOMEM, or -EINVAL with the error added to `why`. After a failure, `values` contains
 * what came before it.
 */
int sidecar_read(const char *text, size_t length, struct json *values, struct str *why);

#endif
