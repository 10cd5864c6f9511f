/** Finds the file whose name differs from the one that was typed only in how it is spelled. */
#include "spelling.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/files/path.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** The only name in a directory that is most like this one; NULL if there is none. */
static char *find_like(DIR *entries, const char *name)
{
    char *found = NULL;
    enum text_likeness best = TEXT_OTHER;
    bool is_only = false;
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        enum text_likeness likeness = text_compare(entry->d_name, name);
        if (likeness == TEXT_OTHER || likeness < best)
            continue;
        is_only = likeness > best;
        best = likeness;
        if (is_only && str_assign(&found, entry->d_name) < 0)
            break;
    }
    if (!is_only) {
        free(found);
        return NULL;
    }
    return found;
}

char *spelling_find(const char *path)
{
    const char *name = path_name(path);
    CLEANUP(free_text) char *directory = strndup(path, (size_t)(name - path));
    if (!directory || !*name || faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return strdup(path);
    DIR *entries = opendir(*directory ? directory : ".");
    CLEANUP(free_text) char *like = entries ? find_like(entries, name) : NULL;
    if (entries)
        closedir(entries);
    return like ? str_format("%s%s", directory, like) : strdup(path);
}
