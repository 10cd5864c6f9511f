/** Decides who may ask: by the address that was called, the token shown, and the page it came from.
 */
#include "admission.h"

#include "closedrop/base/array.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HOST_MAX 300

/**
 * Whether the server was called by a name of this machine. A page of somebody else whose name was
 * made to resolve to this machine (DNS rebinding) calls it by that name.
 */
static bool is_called_rightly(const struct visitor *visitor)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    char name[HOST_MAX];
    if (!visitor->port)
        return true;
    if (!visitor->host)
        return false;
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(name, sizeof(name), "%s:%d", names[i], visitor->port);
        if (strcasecmp(visitor->host, name) == 0 ||
            (visitor->port == 80 && strcasecmp(visitor->host, names[i]) == 0))
            return true;
    }
    return strcasecmp(visitor->host, visitor->listen) == 0;
}

static bool is_host(const char *host, const char *name)
{
    return name && strcasecmp(host, name) == 0;
}

/**
 * Whether the request came from our own page, or from no page at all. Behind a reverse proxy the
 * page's address is that of the proxy: no page of others can send this header.
 */
static bool is_own_page(const struct visitor *visitor)
{
    const char *origin = visitor->origin;
    if (!origin)
        return true;
    const char *host = strstr(origin, "://");
    return host && (is_host(host + 3, visitor->host) || is_host(host + 3, visitor->forwarded_host));
}

const struct refusal *admission_refuse(const struct visitor *visitor, enum need need)
{
    static const struct refusal wrong_host = {403,
        "the server was called by a name that is not its own; call it by the address of "
        "http.listen, and let a reverse proxy send that address in the header Host",
        false};
    static const struct refusal no_tokens = {403,
        "to see more than /metrics and /healthz, set http.token_file or http.read_token_file in "
        "closedrop.conf to a file with a token",
        false};
    static const struct refusal no_token = {
        401, "send a token: \"Authorization: Bearer TOKEN\"", false};
    static const struct refusal wrong_token = {401, "the token is wrong", true};
    static const struct refusal other_page = {403, "a page of another site may not do this", false};
    static const struct refusal read_only = {
        403, "this token may only read; use the one in http.token_file", false};
    bool is_local = visitor->port == 0;
    if (!is_called_rightly(visitor))
        return &wrong_host;
    if (need == NEED_NOTHING)
        return NULL;
    if (!is_local && !visitor->has_tokens)
        return &no_tokens;
    if (need == NEED_PAGE)
        return NULL;
    if (!is_local && visitor->access == ACCESS_NONE)
        return visitor->shown ? &wrong_token : &no_token;
    if (need == NEED_READ)
        return NULL;
    if (!is_own_page(visitor))
        return &other_page;
    return !is_local && visitor->access != ACCESS_WRITE ? &read_only : NULL;
}
