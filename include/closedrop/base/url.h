/**
 * A strict URL parser. URLs that it does not understand are rejected before libcurl sees them, so
 * that the two can never disagree about the host. Pure.
 */
#ifndef CLOSEDROP_BASE_URL_H
#define CLOSEDROP_BASE_URL_H

#include <stdbool.h>

struct url {
    bool secure;    /* https; otherwise http */
    char host[256]; /* lower case, without brackets and port */
    int port;
};

/**
 * Parse an absolute http or https URL. Rejects user names, spaces, control characters and unusual
 * characters before the path. Returns 0 or -EINVAL; writes `ret_url` only on success.
 */
int url_parse(const char *text, struct url *ret_url);

/** The same for an smtp or smtps URL, with nothing behind host and port: `secure` means smtps,
 * and `port` is 0. */
int url_parse_smtp(const char *text, struct url *ret_url);

/** Whether the host is this machine: localhost and names below it, 127.0.0.0/8, ::1. */
bool url_is_loopback(const struct url *url);

/** Whether `host` is `pattern`, or a subdomain if `pattern` begins with "*.". Ignores case. */
bool url_host_matches(const char *host, const char *pattern);

#endif
