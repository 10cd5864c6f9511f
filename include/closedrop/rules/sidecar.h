/**
 * A sidecar: a small JSON file beside a document that tells more about it. Pure.
 */
#ifndef CLOSEDROP_RULES_SIDECAR_H
#define CLOSEDROP_RULES_SIDECAR_H

#include <stddef.h>

struct json;
struct str;

/** How large one may be. */
#define SIDECAR_MAX 65536

/**
 * Read what stands in it: each member of the object is added to `values` as "meta.KEY", a member of
 * an object in it as "meta.OUTER.KEY", and so on. Texts as they are, numbers and booleans as JSON
 * writes them, null as ""; lists are left out; of two members with one name the first counts. The
 * text is UTF-8, or UTF-16 with a byte order mark; the mark is skipped. What is neither, a number
 * that a double cannot tell exactly (2^53 and more), a name of more than 255 bytes and an object of
 * more than 1000 members are errors. Returns 0, -ENOMEM, or -EINVAL with what is wrong added to
 * `why`; after a failure `values` holds what stood in front of it.
 */
int sidecar_read(const char *text, size_t length, struct json *values, struct str *why);

#endif
