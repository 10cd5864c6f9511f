/** The URL that reports a failure, made from the one that is pinged. */
#include "ping_url.h"

#include "closedrop/base/str.h"

#include <ctype.h>
#include <string.h>

/** Whether a parameter of the query, up to the next "&", has this name. */
static bool has_name(const char *parameter, const char *name)
{
    return str_starts_with(parameter, name) && parameter[strlen(name)] == '=';
}

static const char *next_parameter(const char *parameter)
{
    parameter += strcspn(parameter, "&");
    return *parameter ? parameter + 1 : parameter;
}

/** `path` ends where the query begins. */
static bool is_of_kuma(const char *url, size_t path, const char *query)
{
    static const char push[] = "/api/push/";
    if (memmem(url, path, push, strlen(push)))
        return true;
    for (; *query; query = next_parameter(query))
        if (has_name(query, "status"))
            return true;
    return false;
}

/** Letters, digits, and what no part of a URL encodes (RFC 3986, 2.3). */
static void add_encoded(struct str *out, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        isalnum(*at) || strchr("-._~", *at) ? str_add_char(out, (char)*at)
                                            : str_printf(out, "%%%02X", *at);
}

static void add_query_of_kuma(struct str *out, const char *query, const char *line)
{
    str_add_char(out, '?');
    for (; *query; query = next_parameter(query)) {
        if (has_name(query, "status") || has_name(query, "msg") || has_name(query, "ping"))
            continue;
        str_add_bytes(out, query, strcspn(query, "&"));
        str_add_char(out, '&');
    }
    str_add(out, "status=down&msg=");
    add_encoded(out, line);
}

bool ping_url_of_failure(struct str *out, const char *url, const char *line)
{
    size_t path = strcspn(url, "?");
    const char *query = url[path] ? url + path + 1 : url + path;
    str_add_bytes(out, url, path);
    if (is_of_kuma(url, path, query)) {
        add_query_of_kuma(out, query, line);
        return false;
    }
    str_add(out, path && url[path - 1] == '/' ? "fail" : "/fail");
    str_add(out, url + path);
    return true;
}
