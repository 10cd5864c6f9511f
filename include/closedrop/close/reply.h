/**
 * Reads the replies of Close: tolerant, but trusts nothing. Pure.
 */
#ifndef CLOSEDROP_CLOSE_REPLY_H
#define CLOSEDROP_CLOSE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct str;

/**
 * Append Close's own error message, on one line; nothing if there is none. An error about a field
 * begins with the name of the field and, in a list, with the number of the entry and the text that
 * was sent there, according to the JSON text `posted` ("": unknown), as in:
 *
 *     to, entry 1, "nobody": Invalid email address.
 */
void reply_add_close_error(struct str *out, const char *body, size_t length, const char *posted);

/** Whether Close's error is about the lead or contact: it is missing, or has changed. */
bool reply_blames_target(const char *body, size_t length);

/** Whether this is an answer to GET /me/ that only Close would give. */
bool reply_is_me(const char *body, size_t length);

/** Append who owns the key, from GET /me/: "Jane Doe <jane@example.com>, Example Inc." */
void reply_add_me(struct str *out, const char *body, size_t length);

#endif
