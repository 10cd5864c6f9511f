/** Matches a path against a route. */
#include "api/route.h"

#include <string.h>

#define BASE "/api/v1/"

bool route_is_open(const struct route *route)
{
    return route->path[0] == '/';
}

bool route_has(const struct route *route, const char *path, struct segment *ret_segment)
{
    struct segment segment = {NULL, 0};
    const char *pattern = route->path;
    bool is_open = route_is_open(route);
    if (!is_open && strncmp(path, BASE, strlen(BASE)) != 0)
        return false;
    path += is_open ? 0 : strlen(BASE);
    for (; *pattern; pattern++) {
        if (*pattern == '*') {
            segment = (struct segment){path, strcspn(path, "/")};
            path += segment.length;
            if (!segment.length)
                return false;
        } else if (*pattern != *path++) {
            return false;
        }
    }
    if (*path)
        return false;
    *ret_segment = segment;
    return true;
}
