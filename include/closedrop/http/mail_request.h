/**
 * A mail as a request: built here, started with http_start() and read as any other (request.h), but
 * kept apart (request_keep_apart()).
 */
#ifndef CLOSEDROP_HTTP_MAIL_REQUEST_H
#define CLOSEDROP_HTTP_MAIL_REQUEST_H

#include "closedrop/http/request.h"

/** Where a mail goes. */
struct mail_envelope {
    const char *server; /* "smtp://HOST:PORT", or smtps; to another machine only with TLS */
    const char *from;
    char *const *to;      /* NULL-terminated */
    const char *user;     /* NULL: without a login */
    const char *password; /* with it */
};

/**
 * A mail with this message, whose lines end with CR LF. Like request_new(), it remembers its first
 * failure; NULL if out of memory. The request was accepted if it ends as TRANSFER_ANSWERED.
 */
struct request *mail_request(const struct mail_envelope *envelope,
    const struct request_options *options, const char *message);

/**
 * The last line with which the server refused something; "" if it refused nothing. A mail that was
 * accepted may still have been refused for some addresses.
 */
const char *mail_request_refusal(const struct request *request);

#endif
