/** What commands share that talk to Close themselves, without an agent. */
#ifndef CLOSEDROP_CLI_SESSION_H
#define CLOSEDROP_CLI_SESSION_H

#include "closedrop/cli/cli.h"
#include "closedrop/close/api.h"
#include "closedrop/http/http.h"
#include "closedrop/work/close_clock.h"
#include "closedrop/work/etags.h"
#include "closedrop/work/resolve.h"

struct json;
struct str;
struct upload;

struct session {
    const struct options *options;
    struct config *config;
    struct key key;
    struct http *http;
    struct api api;
    struct tables *tables;
    struct etags etags;
    struct absences absences;
    struct close_clock close_clock;
    struct client *client; /* see session_ask() */
    bool said_unlisted;    /* see listed.h */
    bool was_renewed;      /* see session_renew() */
};

/** Read configuration and key. Returns EXIT_DONE, or prints why not and returns another exit
 * status; to be closed in any case. */
int session_open(const struct options *options, struct session *ret_session);

/** Free everything that session_open() has made, also if it failed. */
void session_close(struct session *session);

/**
 * Ask the agent, or the queue where none runs; it stays open for the next question, as long as
 * nothing else is waited for. Returns 0 with the answer's body, the caller's; or with the reason
 * added to `why` -ENOENT where there is no queue, -EIO for all else.
 */
int session_ask(struct session *session, const struct question *question, struct json **ret_body,
    struct str *why);

/** The queue is let go, if it is open: nobody else can open it meanwhile. */
void session_leave_queue(struct session *session);

/** Run one request to its end; with a bar where it sends a file (`bar`) and somebody looks on. */
void session_run(struct session *session, struct request *request, const struct upload *bar);

/** Ask Close whose the file is, after resolution_begin() or resolution_aim(): all questions. */
struct verdict session_resolve(struct session *session, struct resolution *resolution);

/** Add the member "error": null, or an object with code and message. Returns 0 or -ENOMEM. */
int session_add_error(struct json *object, const struct verdict *verdict);

/** Close has refused the key: renew a login, once, or read the file again. Returns whether there is
 * another key, so that it is worth asking again; or says why a login cannot be renewed. */
bool session_renew(struct session *session);

/** Whether Close refused the key: then no other file fares better. */
bool session_key_refused(const struct verdict *verdict);

#endif
