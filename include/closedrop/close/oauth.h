/**
 * OAuth with Close (Close API documentation, "OAuth Authentication"; RFC 6749 and RFC 7009): where
 * a person allows an app to act for them, the requests by which it gets, renews and gives back its
 * tokens, and what the answers say.
 */
#ifndef CLOSEDROP_CLOSE_OAUTH_H
#define CLOSEDROP_CLOSE_OAUTH_H

#include "closedrop/close/login.h"
#include "closedrop/http/request.h"

#include <stddef.h>

struct str;

/** An OAuth app, as its owner created it in Close, and where Close is. The texts are the caller's.
 */
struct oauth_app {
    const char *api_url; /* of the API; tokens are given out by the same server */
    const char *client_id;
    const char *secret;
    struct request_options options;
};

/** Add the address at which a person logs in to Close and allows it. */
void oauth_add_authorize_url(struct str *out, const char *client_id);

/** Room for a code, with its NUL. */
#define OAUTH_CODE 2049

/**
 * Find the code in what a person pasted: the code itself, or the address that the browser was sent
 * to. Returns 0, or -EINVAL with the reason added to `why`.
 */
int oauth_read_code(const char *pasted, char ret_code[OAUTH_CODE], struct str *why);

/** Ask for the tokens that a code stands for, or for new ones in place of those of `login`; or give
 * back a token. Each is sent only once. NULL if out of memory. */
struct request *oauth_exchange(const struct oauth_app *app, const char *code);
struct request *oauth_refresh(const struct oauth_app *app, const struct login *login);
struct request *oauth_revoke(const struct oauth_app *app, const char *token);

/** The outcome of a request for tokens. */
enum oauth_result {
    OAUTH_GRANTED,
    OAUTH_ENDED,   /* Close does not know the code or refresh token (any more) */
    OAUTH_REFUSED, /* Close refuses for another reason, most likely the app */
    OAUTH_UNSENT,  /* nothing was done; later */
    OAUTH_UNCLEAR  /* Close may have given out new tokens that did not arrive */
};

/** How a request ended. */
struct oauth_answer {
    enum transfer_end end;
    bool was_sent;
    const char *failure; /* if it was not answered */
    int status;
    const char *body;
    size_t length;
};

/** What a request has come to, as values. Its texts stay the request's. */
struct oauth_answer oauth_answer(const struct request *request);

/**
 * Read the answer. The tokens are written to `login` only with OAUTH_GRANTED, with who logged in if
 * the answer says so, and how long they last; not when that begins. In all other cases the reason
 * is added to `why`, without anything that can be a secret.
 */
enum oauth_result oauth_read(
    const struct oauth_answer *answer, struct login *login, struct str *why);

/** The same of oauth_revoke(): OAUTH_GRANTED means that the token is not valid any more. */
enum oauth_result oauth_read_revoked(const struct oauth_answer *answer, struct str *why);

#endif
