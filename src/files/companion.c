/** The lookup of a companion: the name as it is, then in any letter case of its suffix. */
#include "closedrop/files/companion.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/files/path.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

static void write_small(char *suffix)
{
    for (; *suffix; suffix++)
        *suffix = (char)tolower((unsigned char)*suffix);
}

static void write_in_capitals(char *suffix)
{
    for (; *suffix; suffix++)
        *suffix = (char)toupper((unsigned char)*suffix);
}

static void write_first_as_capital(char *suffix)
{
    write_small(suffix);
    while (*suffix && !isalpha((unsigned char)*suffix))
        suffix++;
    *suffix = (char)toupper((unsigned char)*suffix);
}

static void (*const ways[])(char *suffix) = {
    write_small, write_in_capitals, write_first_as_capital};

static bool is_there(int directory, const char *pattern, const char *path)
{
    CLEANUP(free_text) char *beside = path_marker(pattern, path);
    return beside && faccessat(directory, beside, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

char *companion_pattern(int directory, const char *pattern, const char *path)
{
    size_t before;
    const char *after;
    if (!path_marker_split(pattern, &before, &after) || is_there(directory, pattern, path))
        return strdup(pattern);
    for (size_t i = 0; i < COUNT(ways); i++) {
        CLEANUP(free_text) char *other = strdup(pattern);
        if (!other)
            return NULL;
        ways[i](other + (after - pattern));
        if (is_there(directory, other, path))
            return TAKE_PTR(other);
    }
    return strdup(pattern);
}

char *companion_path(int directory, const char *pattern, const char *path)
{
    CLEANUP(free_text) char *spelled = companion_pattern(directory, pattern, path);
    return spelled ? path_marker(spelled, path) : NULL;
}
