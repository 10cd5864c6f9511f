/** Close: its name, its answer to GET me/, the key, and the clock. */
#ifndef CLOSEDROP_DOCTOR_ONLINE_H
#define CLOSEDROP_DOCTOR_ONLINE_H

#include "diagnosis.h"

#include "closedrop/work/verdict.h"

/** How GET me/ ended. Texts are owned by the caller. */
struct online_facts {
    const char *url;      /* close.api_url */
    const char *key_file; /* where the key or token is; NULL: not in a file of ours */
    bool is_token;
    bool is_login;   /* of `closedrop login`, ... */
    const char *why; /* ... and why that could not be renewed; "": it could, or need not be */
    bool is_me;      /* the body is what Close returns there ... */
    const char *who; /* ... for the key of this user; "": it does not say */
    struct api_outcome outcome;
    int64_t took_ms;
    int64_t now_ms;   /* our clock when it arrived */
    int64_t close_ms; /* Close's, by its Date; 0: it does not say */
};

/** Whether Close answers. Pure. */
struct finding online_judge_server(const struct online_facts *facts);

/** Whether Close accepts the key. Pure. */
struct finding online_judge_key(const struct online_facts *facts);

/** Whether somebody is logged in, and how long the access token is still good. Pure. */
struct finding online_judge_login(bool is_there, int64_t left_ms);

/** Whether our clock is right. Pure. */
struct finding online_judge_clock(const struct online_facts *facts);

/** Resolve the name of Close's server, load the key, and ask Close who owns it. */
void online_probe(const struct diagnosis *diagnosis);

#endif
