/**
 * Taking a URL apart, strictly: what this does not understand is refused before libcurl sees it, so
 * that the two can never disagree about the host. Pure.
 */
#ifndef CLOSEDROP_BASE_URL_H
#define CLOSEDROP_BASE_URL_H

#include <stdbool.h>

struct url {
    bool secure;    /* https, else http */
    char host[256]; /* lower case, without brackets and port */
    int port;
};

/**
 * Read an absolute http or https URL. A user, spaces, control or odd characters in front of the
 * path are refused. Returns 0 or -EINVAL; `ret_url` is written on success only.
 */
int url_parse(const char *text, struct url *ret_url);

/** Whether the host is this machine: localhost and names below it, 127.0.0.0/8, ::1. */
bool url_is_loopback(const struct url *url);

/** Whether `host` is `pattern`, or below it where the pattern begins with "*.". Case is ignored. */
bool url_host_matches(const char *host, const char *pattern);

#endif
