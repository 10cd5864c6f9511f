/**
 * The whole sandbox: what its ports share, and its life from start to signal.
 */
#ifndef CLOSEDROP_SANDBOX_SANDBOX_H
#define CLOSEDROP_SANDBOX_SANDBOX_H

#include "crm.h"
#include "pace.h"
#include "settings.h"
#include "signature.h"

#include <stdbool.h>

struct faults;
struct late;
struct ledger;
struct options;

/** The world that both services work in; each part guards itself. */
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
    struct late *late;
    struct crm crm;
};

/** Serve until SIGTERM or SIGINT. Returns the exit code; says on standard error what went wrong. */
int sandbox_run(const struct options *options);

#endif
