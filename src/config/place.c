/** Compares the path of a file with those of the folders, their archives and failed files. */
#include "closedrop/config/place.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/files/mounts.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * What follows a pattern like "/srv/scans/Uploaded/%Y-%m" in `path`; NULL if it is not there. A
 * part with a conversion stands for any one directory.
 */
static const char *below_pattern(const char *path, const char *pattern)
{
    while (*pattern) {
        size_t in_pattern = strcspn(pattern + 1, "/") + 1, in_path = strcspn(path + 1, "/") + 1;
        bool is_open = memchr(pattern, '%', in_pattern) != NULL;
        bool is_same = in_pattern == in_path && strncmp(pattern, path, in_pattern) == 0;
        if (*path != '/' || !path[in_path] || (!is_open && !is_same))
            return NULL;
        pattern += in_pattern;
        path += in_path;
    }
    return path + 1;
}

/** Whether the absolute path `path` is in the folder, whose path is `root` here. */
static int find_below(
    const struct folder *folder, const char *root, const char *path, struct place *ret_place)
{
    const char *const patterns[] = {
        [AMONG_TAKEN] = folder->archive, [AMONG_FAILED] = folder->failed, [AMONG_DROPPED] = ""};
    for (size_t i = 0; root && path && i < COUNT(patterns); i++) {
        CLEANUP(free_text) char *start = path_normal(root, patterns[i]);
        const char *below = start ? below_pattern(path, start) : NULL;
        if (!below || !path_is_plain_relative(below))
            continue;
        *ret_place = (struct place){
            .folder = folder, .path = strdup(below), .whereabouts = (enum whereabouts)i};
        return ret_place->path ? 1 : -ENOMEM;
    }
    return 0;
}

char *place_resolve(const char *path)
{
    CLEANUP(free_text) char *above = path_directory(path);
    const char *directory = !above || *above ? above : *path == '/' ? "/" : ".";
    CLEANUP(free_text) char *resolved = directory ? realpath(directory, NULL) : NULL;
    return resolved ? path_normal(resolved, path_name(path)) : NULL;
}

static char *absolute_path(const char *given)
{
    char here[PATH_LENGTH_MAX + 1];
    return getcwd(here, sizeof(here)) ? path_normal(here, given) : NULL;
}

bool place_is_out_of_reach(const struct folder *folder, const char *given)
{
    dev_t its, other;
    return atomic_load(&folder->is_elsewhere) && path_may_hang(folder->path, &its) &&
           !(path_may_hang(given, &other) && other == its);
}

int place_find_in(const struct folder *folder, const char *given, struct place *ret_place)
{
    bool is_out_of_reach = place_is_out_of_reach(folder, given);
    CLEANUP(free_text) char *root = is_out_of_reach ? NULL : realpath(folder->path, NULL);
    CLEANUP(free_text) char *resolved = place_resolve(given);
    CLEANUP(free_text) char *spelled = absolute_path(given);
    int result = find_below(folder, root, resolved, ret_place);
    if (result == 0)
        result = find_below(folder, folder->path, resolved, ret_place);
    if (result == 0) { /* an archive may be reached by a link */
        result = find_below(folder, folder->path, spelled, ret_place);
        if (result > 0)
            ret_place->is_behind_link = resolved && ret_place->whereabouts == AMONG_DROPPED;
    }
    return result;
}

int place_find(const struct config *config, const char *given, struct place *ret_place)
{
    int result = 0;
    *ret_place = (struct place){.folder = NULL};
    for (size_t i = 0; i < config->folder_count && result == 0; i++)
        result = place_find_in(&config->folders[i], given, ret_place);
    return result;
}

int place_find_as_spelled(const struct config *config, const char *given, struct place *ret_place)
{
    CLEANUP(free_text) char *spelled = absolute_path(given);
    int result = 0;
    *ret_place = (struct place){.folder = NULL};
    for (size_t i = 0; i < config->folder_count && result == 0; i++)
        result = find_below(&config->folders[i], config->folders[i].path, spelled, ret_place);
    return result;
}

void place_release(struct place *place)
{
    free(place->path);
    place->path = NULL;
}
