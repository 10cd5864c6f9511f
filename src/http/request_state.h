/** A request as http.c and request.c share it. */
#ifndef CLOSEDROP_HTTP_REQUEST_STATE_H
#define CLOSEDROP_HTTP_REQUEST_STATE_H

#include "shaper.h"

#include "closedrop/base/str.h"
#include "closedrop/http/request.h"

#include <curl/curl.h>

struct request {
    CURL *easy;
    struct curl_slist *headers;
    curl_mime *form;
    struct body_source source;
    struct str once; /* the body of a POST that may go only once */
    size_t once_sent;
    struct str reply;
    struct str key; /* to be hidden in whatever comes back */
    char failure[CURL_ERROR_SIZE];
    int group;
    bool is_secret;    /* body and reply are erased with it */
    bool is_apart;     /* http_next_ended() does not return it */
    CURLcode building; /* the first failure while it was put together */
    enum transfer_end end;
    int64_t timeout_ms;
    struct progress progress;
    struct shaped shaped;  /* its turns to send, */
    struct shaper *shaper; /* the engine in which it is in progress */
    struct request *next;  /* in the engine's list of running ones */
};

/** Keep the first failure while it is put together. */
void request_check(struct request *request, CURLcode code);

/** curl_easy_setopt with the first failure kept. */
#define SET(request, option, value)                                                                \
    request_check(request, curl_easy_setopt((request)->easy, option, value))

/** One without a URL yet; NULL if out of memory. */
struct request *request_make(const struct request_options *options);

/** Its body, which is sent as it is, and only once. */
void request_send_once(struct request *request, const char *body);

/** The same as a POST, with this added to the body. */
void request_post_once(struct request *request, const char *body);

/** Set the request's end from libcurl's result. */
void request_ended(struct request *request, CURLcode code);

#endif
