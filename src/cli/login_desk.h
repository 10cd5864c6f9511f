/** What `closedrop login` and `closedrop logout` share: the OAuth app, and the kept login, locked.
 */
#ifndef CLOSEDROP_CLI_LOGIN_DESK_H
#define CLOSEDROP_CLI_LOGIN_DESK_H

#include "closedrop/cli/cli.h"
#include "closedrop/close/login.h"
#include "closedrop/close/oauth.h"
#include "closedrop/close/renewal.h"
#include "closedrop/http/http.h"

struct str;

struct login_desk {
    struct config *config;
    struct http *http;
    char secret[RENEWAL_SECRET];
    int lock; /* -1: not locked */
    struct login login;
};

/** Read configuration and secret, as the user that closedrop runs as. Returns EXIT_DONE, or prints
 * why not and returns another exit status; to be closed in any case. */
int login_desk_open(const struct options *options, struct login_desk *ret_desk);

/** Free everything, and erase what is secret. */
void login_desk_close(struct login_desk *desk);

/** Lock the login, also if that has to be waited for, and read it; a damaged one is none. Returns
 * the same. */
int login_desk_lock(struct login_desk *desk);

/** Let others have it; harmless if it is not locked. */
void login_desk_unlock(struct login_desk *desk);

/** The app, for requests. */
struct oauth_app login_desk_app(const struct login_desk *desk);

/** Run a request to its end. NULL: prints that there is no memory. Returns whether it was run. */
bool login_desk_run(struct login_desk *desk, struct request *request);

/** Keep the login as it is now. Returns the same as above. */
int login_desk_store(struct login_desk *desk);

#endif
