/**
 * The API key, or an access token in its place: read from its configured source, kept in memory,
 * sent only to the API (Close API documentation, "Authentication").
 */
#ifndef CLOSEDROP_CLOSE_KEY_H
#define CLOSEDROP_CLOSE_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct str;

/** An access token may have this many bytes, an API key API_KEY_MAX. */
#define ACCESS_TOKEN_MAX 8192
#define API_KEY_MAX 1023

struct key {
    char text[ACCESS_TOKEN_MAX + 1]; /* "": nobody is logged in; only with `is_login` */
    bool is_token;                   /* of OAuth: sent as a bearer */
    bool is_login;                   /* and from `closedrop login`: we renew it */
    char *file;                      /* where it was read from; NULL: the environment */
    int64_t changed_ns;              /* the file's ctime when it was read; -1: there was none */
    int64_t renew_at_ms, ends_at_ms; /* of a login, on the steady clock */
};

/** Where to read it from. The texts are the caller's. */
struct key_source {
    const char *key_file;   /* NULL: systemd's credential, then the environment */
    const char *token_file; /* NULL: an API key is used */
    const char *client_id;  /* in their place, the login for this OAuth app, ... */
    const char *state_dir;  /* ... which is kept there; NULL: none */
};

/**
 * Read the access token of the login, also where nobody is logged in (close/login.h), or the one
 * from its file, or else the key from its own; if there is neither, from the
 * systemd credential "close-api-key", or else from $CLOSE_API_KEY, which is then removed from the
 * environment. A file must belong to root or to us, be readable only by its owner, and contain one
 * line.
 * Returns 0, or a negative errno with what is wrong, and what would be right, appended to `why`.
 */
int key_load(const struct key_source *source, struct key *ret_key, struct str *why);

/** "API key" or "access token". */
const char *key_called(const struct key *key);

/** Whether the file has changed since it was read, or is missing. */
bool key_has_changed(const struct key *key);

/** Erase the key from memory. */
void key_release(struct key *key);

#endif
