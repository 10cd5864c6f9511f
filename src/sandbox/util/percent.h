/**
 * Percent-encoding (RFC 3986) of names that go into a URL or onto a line.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_PERCENT_H
#define CLOSEDROP_SANDBOX_UTIL_PERCENT_H

struct str;

/** Add `text` with everything as %XX but letters, digits, "-._~" and the bytes in `also`. */
void percent_add(struct str *out, const char *text, const char *also);

#endif
