/** What http.c and request.c, the two halves of the door to libcurl, know of each other. */
#ifndef CLOSEDROP_HTTP_INNER_H
#define CLOSEDROP_HTTP_INNER_H

#include "closedrop/base/str.h"
#include "closedrop/http/pace.h"
#include "closedrop/http/request.h"

#include <curl/curl.h>

struct http;

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
    CURLcode building; /* the first failure while it was put together */
    enum transfer_end end;
    int64_t timeout_ms;
    struct progress progress;
    struct http *http;    /* that it is under way in */
    int64_t allowed;      /* bytes of its file that may go before its next turn */
    int64_t read;         /* bytes of its file that went */
    int64_t held_ms;      /* steady clock: since when it waits for its turn; 0: it does not */
    uint64_t turn;        /* the lowest of those that wait has the next one */
    struct request *next; /* in the engine's list of running ones */
};

/** How many of `room` bytes of its file may go now; 0: none, it is held until its turn comes. */
size_t http_allow(struct request *request, size_t room);

/** Set the request's end from libcurl's result. */
void request_ended(struct request *request, CURLcode code);

#endif
