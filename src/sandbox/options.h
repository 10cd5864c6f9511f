/**
 * The command line, read once at the start.
 */
#ifndef CLOSEDROP_SANDBOX_OPTIONS_H
#define CLOSEDROP_SANDBOX_OPTIONS_H

#include "settings.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
    int64_t api_port, s3_port; /* 0: a free one */
    const char *api_key;
    const char *client_id, *client_secret;
    int64_t token_ttl_ms;
    const char *host; /* the name in the URL of a form */
    int64_t form_ttl_ms, file_ttl_ms, search_lag_ms, latency_ms;
    int64_t rate; /* requests in a window, for each endpoint; 0: no limit */
    int64_t window_ms;
    bool sigv4;
    bool folds_lead_files;
    enum settings_etag etag;
    const char *tls_cert, *tls_key; /* files, both or neither */
    const char *faults, *seed;      /* files, or NULL */
    const char *s3_endpoint;        /* a real gateway, or NULL: our own bucket */
    const char *s3_bucket, *s3_key, *s3_secret, *s3_region;
    const char *ready_file; /* or NULL */
};

enum options_read {
    OPTIONS_RUN,  /* continue */
    OPTIONS_DONE, /* --help or --version was answered: exit 0 */
    OPTIONS_WRONG /* said on standard error what is wrong: exit 2 */
};

/** Read it over the defaults. Texts are of `argv`, or constant. */
enum options_read options_read(int argc, char **argv, struct options *options);

#endif
