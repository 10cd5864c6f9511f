/** The folder that a file on the command line belongs to, and its path there. */
#include "match.h"
#include "named_file.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/files/path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * What follows a place like "/srv/scans/Uploaded/%Y-%m" in `path`; NULL where it does not lie
 * there. A part with a conversion stands for any one directory.
 */
static const char *below_place(const char *path, const char *place)
{
    while (*place) {
        size_t in_place = strcspn(place + 1, "/") + 1, in_path = strcspn(path + 1, "/") + 1;
        bool is_open = memchr(place, '%', in_place) != NULL;
        bool is_same = in_place == in_path && strncmp(place, path, in_place) == 0;
        if (*path != '/' || !path[in_path] || (!is_open && !is_same))
            return NULL;
        place += in_place;
        path += in_path;
    }
    return path + 1;
}

/** The path of the file at `place`, now or before it was put away, in the folder that is at
 * `root`. False where it is none of its. */
static bool find_path(struct match *match, const char *root, const char *place)
{
    const char *const places[] = {[AMONG_TAKEN] = match->folder->archive,
        [AMONG_FAILED] = match->folder->failed,
        [AMONG_DROPPED] = ""};
    for (size_t i = 0; root && place && i < COUNT(places); i++) {
        CLEANUP(free_text) char *start = path_normal(root, places[i]);
        const char *below = start ? below_place(place, start) : NULL;
        if (below && path_is_plain_relative(below)) {
            match->whereabouts = (enum whereabouts)i;
            match->path = strdup(below);
            return true;
        }
    }
    return false;
}

static char *absolute_path(const char *given)
{
    char here[PATH_LENGTH_MAX + 1];
    return getcwd(here, sizeof(here)) ? path_normal(here, given) : NULL;
}

/** Where it really is counts, and only then how it is spelled: an archive may be reached by a
 * link. */
static bool is_within(struct match *match, const struct folder *folder)
{
    CLEANUP(free_text) char *root = realpath(folder->path, NULL);
    CLEANUP(free_text) char *place = named_file_path(match->given);
    CLEANUP(free_text) char *spelled = absolute_path(match->given);
    match->folder = folder;
    if (find_path(match, root, place) || find_path(match, folder->path, place))
        return true;
    bool is_spelled_so = find_path(match, folder->path, spelled);
    match->is_behind_link = is_spelled_so && match->whereabouts == AMONG_DROPPED;
    return is_spelled_so;
}

/** The folder of the file: the one that is named, or contains it, or is the only one. */
struct verdict match_find_folder(struct match *match)
{
    const struct config *config = match->session->config;
    const char *name = match->session->options->folder;
    for (size_t i = 0; i < config->folder_count; i++)
        if ((!name || strcmp(name, config->folders[i].name) == 0) &&
            is_within(match, &config->folders[i]))
            return match->path ? verdict_make(VERDICT_NEXT, NULL, "found") : verdict_no_memory();
    match->folder = name                        ? config_folder(config, name)
                    : config->folder_count == 1 ? &config->folders[0]
                                                : NULL;
    if (!match->folder)
        return verdict_make(VERDICT_FAIL, "no_folder",
            "it is not in any of the configured folders; use --folder to say which one it is for");
    match->path = strdup(path_name(match->given));
    return match->path ? verdict_make(VERDICT_NEXT, NULL, "found") : verdict_no_memory();
}
