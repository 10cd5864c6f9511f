/** Paths joined, taken apart and compared, byte by byte. */
#include "closedrop/files/path.h"

#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** What a name ends with tells it from its sisters (" (2).pdf", "page 12.tif"): that much of it is
 * not cut. */
#define TAIL_KEPT 48

char *path_join(const char *directory, const char *name)
{
    return *directory ? str_format("%s/%s", directory, name) : strdup(name);
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? strndup(path, (size_t)(slash - path)) : strdup("");
}

/** Add the parts of `path` to `out`, each with one slash before it. */
static void add_parts(struct str *out, const char *path)
{
    while (*path) {
        size_t length = strcspn(path, "/");
        bool is_dot = length == 1 && *path == '.';
        if (length && !is_dot) {
            str_add_char(out, '/');
            str_add_bytes(out, path, length);
        }
        path += length;
        path += strspn(path, "/");
    }
}

char *path_normal(const char *base, const char *path)
{
    struct str out = STR_INIT(2 * PATH_LENGTH_MAX);
    if (*path != '/')
        add_parts(&out, base);
    add_parts(&out, path);
    if (!out.length)
        str_add_char(&out, '/');
    return str_take(&out);
}

bool path_is_within(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    if (strcmp(directory, "/") == 0)
        return true;
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/** How much of `text` fits in `most` bytes without cutting a character in two. */
static size_t fitting(const char *text, size_t length, size_t most)
{
    size_t at = 0;
    while (at < length) {
        size_t step = utf8_length((const unsigned char *)text + at, length - at);
        step = step ? step : 1;
        if (at + step > most)
            break;
        at += step;
    }
    return at;
}

char *path_numbered(const char *name, unsigned number)
{
    if (number < 2)
        return strdup(name);
    const char *dot = strrchr(name, '.');
    bool has_suffix = dot && dot != name && strlen(dot) <= 16;
    size_t stem = has_suffix ? (size_t)(dot - name) : strlen(name);
    char middle[16];
    snprintf(middle, sizeof(middle), " (%u)", number);
    size_t kept = fitting(name, stem, NAME_MAX - strlen(middle) - strlen(name + stem));
    return str_format("%.*s%s%s", (int)kept, name, middle, name + stem);
}

char *path_with_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t head = fitting(name, length, length > TAIL_KEPT ? length - TAIL_KEPT : 0);
    size_t kept = fitting(name, head, NAME_MAX - (length - head) - strlen(suffix));
    return str_format("%.*s%s%s", (int)kept, name, name + head, suffix);
}

bool path_marker_is_of_batch(const char *pattern)
{
    return str_starts_with(pattern, BATCH_MARKER);
}

bool path_marker_split(const char *pattern, size_t *ret_before, const char **ret_after)
{
    if (path_marker_is_of_batch(pattern)) {
        *ret_before = 0;
        *ret_after = pattern + strlen(BATCH_MARKER);
        return true;
    }
    const char *at = strstr(pattern, "{name}");
    if (!at)
        at = strstr(pattern, "{stem}");
    if (!at)
        return false;
    *ret_before = (size_t)(at - pattern);
    *ret_after = at + strlen("{name}");
    return true;
}

char *path_marker(const char *pattern, const char *path)
{
    size_t before;
    const char *after;
    if (!path_marker_split(pattern, &before, &after))
        return NULL;
    const char *name = path_name(path);
    if (path_marker_is_of_batch(pattern))
        return str_format("%.*s%s", (int)(name - path), path, after);
    const char *dot = strrchr(name, '.');
    bool without_suffix = pattern[before + 1] == 's' && dot && dot != name;
    size_t length = without_suffix ? (size_t)(dot - name) : strlen(name);
    return str_format(
        "%.*s%.*s%.*s%s", (int)(name - path), path, (int)before, pattern, (int)length, name, after);
}

bool path_is_plain_relative(const char *path)
{
    if (!*path || *path == '/')
        return false;
    for (;;) {
        size_t length = strcspn(path, "/");
        bool dots =
            (length == 1 && path[0] == '.') || (length == 2 && path[0] == '.' && path[1] == '.');
        if (!length || dots)
            return false;
        if (!path[length])
            return true;
        path += length + 1;
    }
}
