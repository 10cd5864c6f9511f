/**
 * The temporary files: every ticket given out, and what was stored for it.
 *
 * Not safe by itself: crm.h guards it.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_UPLOADS_H
#define CLOSEDROP_SANDBOX_CRM_UPLOADS_H

#include "crm/file_url.h"
#include "util/lookup.h"
#include "util/rows.h"

#include "closedrop/base/digest.h"

#include <stdbool.h>
#include <stdint.h>

struct upload {
    char token[FILE_URL_TOKEN];
    bool stored;   /* size and digests are known */
    int64_t at_ms; /* steady: of the ticket, then of the store */
    int64_t size;
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
};

struct uploads {
    struct lookup by_token;
    struct rows all;
};

/** A ticket was given out. Returns 0 or -ENOMEM. */
int uploads_ticket(struct uploads *uploads, const char *token);

/** An object was stored under this key; one of no ticket concerns nobody. */
struct ledger_object;
void uploads_stored(struct uploads *uploads, const struct ledger_object *object);

/** The upload that a download URL means, NULL where there is none. */
const struct upload *uploads_find(const struct uploads *uploads, const char *url);

/** Forget all of them. */
void uploads_release(struct uploads *uploads);

#endif
