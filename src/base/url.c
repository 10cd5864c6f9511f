/** A strict parser of the few kinds of URL that we follow. */
#include "closedrop/base/url.h"

#include "closedrop/base/str.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

static int read_port(const char *text, const char *end, int *ret_port)
{
    int port = 0;
    if (text == end)
        return -EINVAL;
    for (; text < end; text++) {
        if (!isdigit((unsigned char)*text) || port > 6553)
            return -EINVAL;
        port = port * 10 + (*text - '0');
    }
    if (port < 1 || port > 65535)
        return -EINVAL;
    *ret_port = port;
    return 0;
}

int url_parse(const char *text, struct url *ret_url)
{
    struct url url = {.secure = strncasecmp(text, "https://", 8) == 0};
    if (!url.secure && strncasecmp(text, "http://", 7) != 0)
        return -EINVAL;
    url.port = url.secure ? 443 : 80;
    const char *host = text + (url.secure ? 8 : 7);
    const char *end = host + strcspn(host, "/?#");

    bool bracketed = *host == '[';
    host += bracketed;
    size_t length = strspn(host, bracketed ? "0123456789abcdefABCDEF:." : HOST_CHARACTERS);
    const char *after = host + length;
    if (bracketed && *after++ != ']')
        return -EINVAL;
    if (!length || length >= sizeof(url.host))
        return -EINVAL;
    if (after < end && (*after != ':' || read_port(after + 1, end, &url.port) < 0))
        return -EINVAL;
    for (const char *at = end; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7F || *at == '\\')
            return -EINVAL;
    for (size_t i = 0; i < length; i++)
        url.host[i] = (char)tolower((unsigned char)host[i]);
    *ret_url = url;
    return 0;
}

int url_parse_smtp(const char *text, struct url *ret_url)
{
    char web[512];
    struct url url;
    bool is_secure = str_starts_with(text, "smtps://");
    if (!is_secure && !str_starts_with(text, "smtp://"))
        return -EINVAL;
    int length = snprintf(web, sizeof(web), "http%s", text + strlen("smtp"));
    if (length >= (int)sizeof(web) || url_parse(web, &url) < 0 ||
        strchr(strstr(web, "://") + 3, '/') || strpbrk(web, "?#"))
        return -EINVAL;
    url.port = 0;
    *ret_url = url;
    return 0;
}

bool url_is_loopback(const struct url *url)
{
    struct in_addr ipv4; /* in four parts: any other number may be a name to whoever resolves it */
    if (inet_pton(AF_INET, url->host, &ipv4) == 1)
        return str_starts_with(url->host, "127.");
    return strcmp(url->host, "::1") == 0 || strcmp(url->host, "localhost") == 0 ||
           str_ends_with(url->host, ".localhost");
}

bool url_host_matches(const char *host, const char *pattern)
{
    if (pattern[0] != '*' || pattern[1] != '.')
        return strcasecmp(host, pattern) == 0;
    size_t length = strlen(host);
    size_t tail = strlen(pattern + 1);
    return length > tail && strcasecmp(host + length - tail, pattern + 1) == 0;
}
