/** The tokens of the HTTP server: who has one may read, or read and write. */
#ifndef CLOSEDROP_CONTROL_TOKENS_H
#define CLOSEDROP_CONTROL_TOKENS_H

#include <stdbool.h>

struct config;
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
 * Read the files that the configuration names. Returns 0, or a negative errno with what is wrong,
 * where in the configuration, and what would be right, added to `why`.
 */
int tokens_load(const struct config *config, struct tokens *ret_tokens, struct str *why);

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
