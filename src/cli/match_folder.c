/** The folder that a file on the command line belongs to, and its path there. */
#include "match.h"

#include "closedrop/files/path.h"

#include <string.h>

/** Where it really is counts, and only then how it is spelled: an archive may be reached by a
 * link. */
static int is_within(struct match *match, const struct folder *folder)
{
    struct place place;
    int result = place_find_in(folder, match->given, &place);
    if (result <= 0)
        return result;
    match->folder = folder;
    match->path = place.path;
    match->whereabouts = place.whereabouts;
    match->is_behind_link = place.is_behind_link;
    return 1;
}

/** The folder of the file: the one that is named, or contains it, or is the only one. */
struct verdict match_find_folder(struct match *match)
{
    const struct config *config = match->session->config;
    const char *name = match->session->options->folder;
    for (size_t i = 0; i < config->folder_count; i++) {
        bool is_meant = !name || strcmp(name, config->folders[i].name) == 0;
        int result = is_meant ? is_within(match, &config->folders[i]) : 0;
        if (result)
            return result > 0 ? verdict_make(VERDICT_NEXT, NULL, "found") : verdict_no_memory();
    }
    match->folder = name                        ? config_folder(config, name)
                    : config->folder_count == 1 ? &config->folders[0]
                                                : NULL;
    if (!match->folder)
        return verdict_make(VERDICT_FAIL, "no_folder",
            "it is not in any of the configured folders; use --folder to say which one it is for");
    match->path = strdup(path_name(match->given));
    return match->path ? verdict_make(VERDICT_NEXT, NULL, "found") : verdict_no_memory();
}
