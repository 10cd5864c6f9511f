/**
 * What may be changed while the sandbox runs. Safe to use from any thread.
 */
#ifndef CLOSEDROP_SANDBOX_SETTINGS_H
#define CLOSEDROP_SANDBOX_SETTINGS_H

#include "http/pace.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct json;
struct str;

#define SETTINGS_KEY_MAX 255
#define SETTINGS_TOKEN_MAX 8192
#define SETTINGS_USER_MAX 127

/** What the ETags of the bucket are. */
enum settings_etag {
    ETAG_MD5,   /* of what is stored */
    ETAG_KMS,   /* 32 random hex digits, with the header that names the encryption */
    ETAG_OPAQUE /* the same without */
};

/** The kind that `name` names ("md5", "kms", "opaque"). Returns 0 or -EINVAL. */
int settings_read_etag(const char *name, enum settings_etag *ret_etag);

struct settings_values {
    char api_key[SETTINGS_KEY_MAX + 1];
    char access_token[SETTINGS_TOKEN_MAX + 1]; /* "": none is taken */
    char client_id[SETTINGS_KEY_MAX + 1];      /* of the only OAuth app */
    char client_secret[SETTINGS_KEY_MAX + 1];
    char user_id[SETTINGS_USER_MAX + 1]; /* who uses it, and allows apps to */
    int64_t token_ttl_ms;                /* how long an access token is good for */
    int64_t latency_ms;                  /* before each answer */
    int64_t form_ttl_ms;                 /* how long a form is good for */
    int64_t file_ttl_ms;                 /* how long a temporary file may be attached */
    int64_t search_lag_ms;               /* until search sees a change */
    int64_t cursor_ttl_ms;               /* how long a search's cursor is good for */
    bool folds_lead_files;               /* one row for each content */
    enum settings_etag etag;
    struct pace_rate rate;
};

struct settings {
    pthread_mutex_t lock;
    struct settings_values values;
};

/** Begin with these values. */
void settings_init(struct settings *settings, const struct settings_values *values);

/** The values of this moment. */
struct settings_values settings_get(struct settings *settings);

/**
 * Change what the members of `changes` name: "latency", "form_ttl", "file_ttl", "search_lag",
 * "cursor_ttl", "token_ttl", "window" (durations), "rate", "api_key", "access_token", "client_id",
 * "client_secret", "user_id", "etag", "fold_lead_files" (true or false). All or nothing.
 * Returns 0, or -EINVAL and says in `why` what is wrong.
 */
int settings_change(struct settings *settings, const struct json *changes, struct str *why);

#endif
