/**
 * One renewal of a login: new tokens for old ones, without losing them to a crash, a lost answer or
 * somebody else who does the same.
 *
 *     lock -> read what is kept -> keep "asked for" -> POST -> keep the new pair -> unlock
 *
 * Both are on disk, and durable, before the next step. While an answer was lost the refresh token
 * is tried again: if Close did not give out a new pair it is still valid, and if Close did, it says
 * so, and the login is over.
 *
 * The request is the caller's to run, in an engine of its own or with others; so a renewal never
 * waits.
 */
#ifndef CLOSEDROP_CLOSE_RENEWAL_H
#define CLOSEDROP_CLOSE_RENEWAL_H

#include "closedrop/close/key.h"
#include "closedrop/close/login.h"
#include "closedrop/http/request.h"

struct str;

/** What is needed for it. The texts are the caller's. */
struct renewal_plan {
    const char *state_dir;
    const char *api_url;
    const char *client_id;
    const char *secret_file; /* of the app's secret */
    struct request_options options;
};

enum renewal_state {
    RENEWAL_NONE,
    RENEWAL_ASKING,  /* run `request`, then renewal_answered() */
    RENEWAL_KEEPING, /* the new pair could not be written to disk: renewal_answered() again */
    RENEWAL_DONE,    /* the kept login has another token: read it again */
    RENEWAL_BUSY,    /* another process is at it: later */
    RENEWAL_LATER,   /* no answer, or not Close's */
    RENEWAL_REFUSED, /* for a reason that a person has to find */
    RENEWAL_ENDED    /* nobody is logged in (any more): only a new login helps */
};

/** Initialise to all zeros. Between the functions below it is the caller's. */
struct renewal {
    enum renewal_state state;
    struct request *request; /* to run, only with RENEWAL_ASKING */
    struct login login;
    int64_t lost_ms; /* wall clock: an earlier request whose answer was lost; 0: none */
    int lock;        /* with RENEWAL_ASKING and RENEWAL_KEEPING */
};

/**
 * Begin to replace the access token `key`. Returns the state; with RENEWAL_LATER, RENEWAL_REFUSED
 * and RENEWAL_ENDED the reason is added to `why`.
 */
enum renewal_state renewal_begin(struct renewal *renewal, const struct renewal_plan *plan,
    const struct key *key, struct str *why);

/**
 * The request has ended, and its engine has it no more (http_stop()); it is freed here. Keep the
 * outcome. Returns the same, and RENEWAL_KEEPING with the reason.
 */
enum renewal_state renewal_answered(
    struct renewal *renewal, const struct renewal_plan *plan, struct str *why);

/** Whether it is between the two. */
bool renewal_is_running(const struct renewal *renewal);

/** Give it up, wherever it is; its request has been stopped. All zeros again. */
void renewal_release(struct renewal *renewal);

/** Read the app's secret. Returns 0, or a negative errno with the reason added to `why`. */
#define RENEWAL_SECRET 1024
int renewal_secret(const char *file, char ret_secret[RENEWAL_SECRET], struct str *why);

#endif
