/**
 * Logins with OAuth: the codes and tokens that were given out, and which are still good. A code
 * is good once; a refresh token until it is used or revoked, which revokes it for good.
 *
 * Not safe by itself: crm.h guards it.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_LOGINS_H
#define CLOSEDROP_SANDBOX_CRM_LOGINS_H

#include "util/rows.h"
#include "util/token.h"

#include <stdbool.h>
#include <stdint.h>

#define LOGIN_USER_MAX 127

/** A code, or a pair of tokens; "": it is not good any more. */
struct grant {
    char code[TOKEN_LENGTH + 1];
    char access_token[2 * TOKEN_LENGTH + 1];
    char refresh_token[2 * TOKEN_LENGTH + 1];
    int64_t ends_ms; /* steady clock: the access token's */
    char user_id[LOGIN_USER_MAX + 1];
};

struct logins {
    struct rows grants;
};

/** A user has allowed it: a new code. NULL when memory is short. */
const struct grant *logins_allow(struct logins *logins, const char *user_id);

/** Tokens for a code, or new ones for a refresh token, each of which is used up by that; the access
 * token lasts `life_ms`. NULL: there is no such one, or memory is short. */
const struct grant *logins_redeem(struct logins *logins, const char *code, int64_t life_ms);
const struct grant *logins_refresh(
    struct logins *logins, const char *refresh_token, int64_t life_ms);

/** A refresh token and the access token given out with it, or only an access token. */
void logins_revoke(struct logins *logins, const char *token);

/** Whether an access token is good. */
bool logins_accept(const struct logins *logins, const char *access_token);

/** Forget all of them. */
void logins_release(struct logins *logins);

#endif
