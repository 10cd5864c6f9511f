/**
 * What the two ports share: every request gets it, and every part of it guards itself.
 */
#ifndef CLOSEDROP_SANDBOX_CONTEXT_H
#define CLOSEDROP_SANDBOX_CONTEXT_H

#include "crm/crm.h"
#include "http/pace.h"
#include "settings.h"

#include <stdbool.h>

struct faults;
struct deferred;
struct ledger;

/** Who signs: an access key with its secret, and the region named in new-style signatures. */
struct signer {
    const char *key;
    const char *secret;
    const char *region;
};

struct sandbox {
    const char *bucket;
    struct signer signer;
    bool sigv4;
    char own_url[320];   /* of our own S3 port, with its last slash */
    char form_url[1024]; /* where forms are to be posted */
    struct settings settings;
    struct pace pace;
    struct faults *faults;
    struct ledger *ledger;
    struct deferred *deferred;
    struct crm crm;
};

#endif
