/* A URL, NUL, a pattern of hosts. What we make of a URL and what libcurl makes of it must be one
 * and the same: by our reading it is decided who may get a file, by libcurl's it goes there. */
#include "fuzz.h"

#include "closedrop/base/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

/** A part of the URL as libcurl reads it, NULL where it refuses the URL or has no such part. */
static char *curls_part(const char *text, CURLUPart part)
{
    CURLU *handle = curl_url();
    char *found = NULL;
    assert(handle);
    if (curl_url_set(handle, CURLUPART_URL, text, CURLU_GUESS_SCHEME | CURLU_DISALLOW_USER) ==
        CURLUE_OK)
        (void)curl_url_get(handle, part, &found, CURLU_DEFAULT_PORT);
    curl_url_cleanup(handle);
    return found;
}

/** libcurl writes addresses its own way: 127.1 is 127.0.0.1, [::0:1] is [::1]. */
static bool is_address(const char *host)
{
    return strchr(host, ':') || isdigit((unsigned char)host[strlen(host) - 1]) ||
           strspn(host, "0123456789abcdefx.") == strlen(host);
}

static bool is_curls_loopback(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    size_t length = strlen(host);
    return strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0 ||
           (length >= 10 && strcasecmp(host + length - 10, ".localhost") == 0);
}

static void compare_with_curl(const char *text, const struct url *url)
{
    char *scheme = curls_part(text, CURLUPART_SCHEME);
    char *host = curls_part(text, CURLUPART_HOST);
    char *port = curls_part(text, CURLUPART_PORT);
    if (scheme && host) {
        assert(strcmp(scheme, url->secure ? "https" : "http") == 0);
        assert(port && atoi(port) == url->port);
        assert(is_address(url->host) || strcasecmp(host, url->host) == 0);
        assert(!url_is_loopback(url) || is_curls_loopback(host));
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
}

static void check_url(const char *text, const struct url *url)
{
    size_t length = strnlen(url->host, sizeof(url->host));
    assert(length > 0 && length < sizeof(url->host));
    assert(strspn(url->host, "abcdefghijklmnopqrstuvwxyz0123456789.-:") == length);
    assert(url->port >= 1 && url->port <= 65535);
    assert(fuzz_is_one_line(text) && !strpbrk(text, " \\"));

    /* nothing is lost: put together again it is the same */
    bool bracketed = strchr(url->host, ':');
    char *whole = str_format("%s://%s%s%s:%d", url->secure ? "https" : "http", bracketed ? "[" : "",
        url->host, bracketed ? "]" : "", url->port);
    struct url again;
    assert(whole && url_parse(whole, &again) == 0);
    assert(strcmp(again.host, url->host) == 0 && again.port == url->port);
    assert(again.secure == url->secure);
    free(whole);
}

static void check_matching(const char *host, const char *pattern)
{
    size_t length = strlen(host), tail = strlen(pattern);
    bool is_family = str_starts_with(pattern, "*.");
    if (is_family)
        assert(!url_host_matches(pattern + 2, pattern)); /* the top itself is none below it */
    if (!url_host_matches(host, pattern))
        return;
    if (is_family) {
        assert(length >= tail && strcasecmp(host + length - (tail - 1), pattern + 1) == 0);
    } else {
        assert(strcasecmp(host, pattern) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    char *text = fuzz_text(&input);
    char *pattern = fuzz_text(&input);
    struct url url;
    memset(&url, 'x', sizeof(url));
    int result = url_parse(text, &url);
    assert(result == 0 || result == -EINVAL);
    if (result == 0) {
        check_url(text, &url);
        compare_with_curl(text, &url);
        check_matching(url.host, pattern);
    } else {
        assert(url.host[0] == 'x' && url.host[255] == 'x'); /* it was left alone */
    }
    check_matching(text, pattern);
    free(text);
    free(pattern);
    return 0;
}
