#include "closedrop/intake/filter.h"

#include "closedrop/base/str.h"
#include "closedrop/files/path.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

static const char *const temporary_starts[] = {".", "~$", NULL};
static const char *const temporary_ends[] = {
    ".tmp", ".part", ".filepart", ".crdownload", ".swp", "~", NULL};
static const char *const never_names[] = {"Thumbs.db", "desktop.ini", NULL};
static const char *const own_ends[] = {".error.txt", ".close.json", NULL};

static bool ends_with_any(const char *name, const char *const *ends)
{
    size_t length = strlen(name);
    for (; *ends; ends++) {
        size_t tail = strlen(*ends);
        if (length >= tail && strcasecmp(name + length - tail, *ends) == 0)
            return true;
    }
    return false;
}

static bool is_never_a_document(const char *name)
{
    for (const char *const *start = temporary_starts; *start; start++)
        if (str_starts_with(name, *start))
            return true;
    for (const char *const *never = never_names; *never; never++)
        if (strcasecmp(name, *never) == 0)
            return true;
    return ends_with_any(name, temporary_ends) || ends_with_any(name, own_ends);
}

static bool is_marker(const struct folder *folder, const char *name)
{
    size_t before;
    const char *after;
    if (!path_marker_split(folder->marker, &before, &after))
        return false;
    return strlen(name) > before + strlen(after) && strncmp(name, folder->marker, before) == 0 &&
           str_ends_with(name, after);
}

/** In a folder with sidecars every JSON file is one, whether its document is there or not. */
static bool is_sidecar(const struct folder *folder, const char *name)
{
    static const char *const ends[] = {".json", NULL};
    return folder->sidecar && ends_with_any(name, ends);
}

/** A pattern with a slash speaks of the whole path, one without of the name. Case is ignored. */
static bool matches_any(char *const *patterns, const char *path)
{
    for (; *patterns; patterns++) {
        const char *subject = strchr(*patterns, '/') ? path : path_name(path);
        if (fnmatch(*patterns, subject, FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

bool filter_takes(const struct folder *folder, const char *path)
{
    const char *name = path_name(path);
    if (is_never_a_document(name) || is_marker(folder, name) || is_sidecar(folder, name))
        return false;
    if (folder->include[0] && !matches_any(folder->include, path))
        return false;
    return !matches_any(folder->exclude, path);
}

/** Whether `path` is the fixed first directory of a relative place like "Uploaded/%Y". */
static bool is_top_of(const char *place, const char *path)
{
    size_t length = strcspn(place, "/");
    return *place != '/' && strncmp(place, path, length) == 0 && path[length] == '\0';
}

bool filter_enters(const struct folder *folder, const char *path)
{
    return *path_name(path) != '.' && !is_top_of(folder->archive, path) &&
           !is_top_of(folder->failed, path);
}
