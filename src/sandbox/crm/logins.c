/** Gives out codes and tokens, and takes them back. */
#include "crm/logins.h"

#include "closedrop/base/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct grant *add(struct logins *logins, const char *user_id)
{
    struct grant *grant = calloc(1, sizeof(*grant));
    if (!grant || rows_add(&logins->grants, grant) < 0) {
        free(grant);
        return NULL;
    }
    snprintf(grant->user_id, sizeof(grant->user_id), "%s", user_id);
    return grant;
}

/** The grant that has this text at an offset. */
static struct grant *find(const struct logins *logins, size_t offset, const char *text)
{
    for (size_t i = 0; *text && i < logins->grants.count; i++)
        if (strcmp((const char *)logins->grants.items[i] + offset, text) == 0)
            return logins->grants.items[i];
    return NULL;
}

static const struct grant *give_tokens(struct grant *grant, int64_t life_ms)
{
    if (!grant)
        return NULL;
    grant->code[0] = '\0';
    token_random(grant->access_token, sizeof(grant->access_token) - 1);
    token_random(grant->refresh_token, sizeof(grant->refresh_token) - 1);
    grant->ends_ms = clock_steady_ms() + life_ms;
    return grant;
}

const struct grant *logins_allow(struct logins *logins, const char *user_id)
{
    struct grant *grant = add(logins, user_id);
    if (grant)
        token_random(grant->code, TOKEN_LENGTH);
    return grant;
}

const struct grant *logins_redeem(struct logins *logins, const char *code, int64_t life_ms)
{
    return give_tokens(find(logins, offsetof(struct grant, code), code), life_ms);
}

/** The old access token stays good until it ends. */
const struct grant *logins_refresh(
    struct logins *logins, const char *refresh_token, int64_t life_ms)
{
    struct grant *old = find(logins, offsetof(struct grant, refresh_token), refresh_token);
    const struct grant *renewed = old ? give_tokens(add(logins, old->user_id), life_ms) : NULL;
    if (renewed)
        old->refresh_token[0] = '\0';
    return renewed;
}

void logins_revoke(struct logins *logins, const char *token)
{
    struct grant *refreshed = find(logins, offsetof(struct grant, refresh_token), token);
    struct grant *grant =
        refreshed ? refreshed : find(logins, offsetof(struct grant, access_token), token);
    if (grant)
        grant->access_token[0] = '\0';
    if (refreshed)
        refreshed->refresh_token[0] = '\0';
}

bool logins_accept(const struct logins *logins, const char *access_token)
{
    const struct grant *grant = find(logins, offsetof(struct grant, access_token), access_token);
    return grant && clock_steady_ms() < grant->ends_ms;
}

void logins_release(struct logins *logins)
{
    rows_release(&logins->grants, free);
}
