/**
 * Random letters and digits, for upload tokens and ids.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_TOKEN_H
#define CLOSEDROP_SANDBOX_UTIL_TOKEN_H

#include <stddef.h>

/** The length of the tokens that Close puts into its URLs. */
#define TOKEN_LENGTH 22

/** Fill `text` with `length` random base62 characters and a NUL. */
void token_random(char *text, size_t length);

/** A new id of Close's kind: the prefix and 43 random characters. NULL when memory is short. */
char *token_id(const char *prefix);

#endif
