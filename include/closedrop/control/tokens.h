/** The tokens of the HTTP server: who has one may read, or read and write. */
#ifndef CLOSEDROP_CONTROL_TOKENS_H
#define CLOSEDROP_CONTROL_TOKENS_H

#include <stdbool.h>

struct http_settings;
struct str;

#define TOKEN_MIN 16 /* characters */
#define TOKEN_MAX 256

struct tokens {
    char write[TOKEN_MAX + 1]; /* reads and writes; "": there is none */
    char read[TOKEN_MAX + 1];
};

/** What somebody may do. Each includes the ones before. */
enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE };

/**
 * Read the files of the configuration. Returns 0, or a negative errno with what is wrong, and what
 * would be right, added to `why`.
 */
int tokens_load(const struct http_settings *settings, struct tokens *ret_tokens, struct str *why);

/** Whether there are any. */
bool tokens_exist(const struct tokens *tokens);

/**
 * What the header "Authorization: Bearer TOKEN" allows; NULL: there was none. How long this takes
 * does not depend on the tokens.
 */
enum access tokens_judge(const struct tokens *tokens, const char *authorization);

/** Erase them from memory. */
void tokens_erase(struct tokens *tokens);

#endif
