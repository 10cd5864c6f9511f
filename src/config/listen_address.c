/** Reads where the HTTP server listens: on the loopback interface, or on a Unix socket. */
#include "closedrop/config/listen_address.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static int parse_unix(const char *path, struct listen_address *address, struct str *why)
{
    size_t length = strlen(path);
    if (*path == '/' && length < sizeof(address->local.sun_path)) {
        address->local.sun_family = AF_UNIX;
        memcpy(address->local.sun_path, path, length + 1);
        address->length = sizeof(address->local);
        return 0;
    }
    if (*path)
        str_printf(why,
            "\"%s\" is longer than the %zu bytes a socket's path may have; choose a "
            "shorter one",
            path, sizeof(address->local.sun_path) - 1);
    else
        str_add(why, "has no path; write \"unix:/run/closedrop/http.sock\"");
    return -EINVAL;
}

/** "localhost" means IPv4, whatever the resolver says. */
static int set_host(const char *host, int port, struct listen_address *address)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    const char *number = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    if (inet_pton(AF_INET, number, &ipv4.sin_addr) == 1) {
        memcpy(&address->any, &ipv4, sizeof(ipv4));
        address->length = sizeof(ipv4);
    } else if (inet_pton(AF_INET6, number, &ipv6.sin6_addr) == 1) {
        memcpy(&address->any, &ipv6, sizeof(ipv6));
        address->length = sizeof(ipv6);
    } else {
        return -EINVAL;
    }
    address->port = port;
    return 0;
}

/** An address and a port, and nothing more. */
static bool is_host_and_port(const char *text, struct url *ret_url)
{
    CLEANUP(free_text) char *whole = str_format("http://%s", text);
    const char *behind = strrchr(text, ']') ? strrchr(text, ']') : text;
    return whole && !strpbrk(text, "/?#") && strchr(behind, ':') && url_parse(whole, ret_url) == 0;
}

int listen_address_parse(const char *text, struct listen_address *ret_address, struct str *why)
{
    struct listen_address address = {.length = 0};
    struct url url;
    int result = -EINVAL;
    if (str_starts_with(text, LISTEN_UNIX))
        result = parse_unix(text + strlen(LISTEN_UNIX), &address, why);
    else if (!is_host_and_port(text, &url))
        str_printf(why,
            "\"%s\" is not an address with a port; write \"127.0.0.1:8674\", or "
            "\"unix:/run/closedrop/http.sock\"",
            text);
    else if (!url_is_loopback(&url) || set_host(url.host, url.port, &address) < 0)
        str_printf(why,
            "\"%s\" can be reached from outside, and closedrop does not encrypt; write "
            "\"127.0.0.1:%d\" and let a reverse proxy with TLS serve other machines",
            text, url.port);
    else
        result = 0;
    if (result == 0)
        *ret_address = address;
    return result;
}
