/** The first directory on a path that may not be entered. */
#include "closedrop/base/closed_directory.h"

#include "closedrop/base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool may_not_be_entered(const char *directory)
{
    return faccessat(AT_FDCWD, directory, X_OK, AT_EACCESS) < 0 && errno == EACCES;
}

char *closed_directory(const char *path)
{
    if (*path != '/' && may_not_be_entered("."))
        return strdup(".");
    for (const char *slash = path; (slash = strchr(slash, '/')) != NULL; slash++) {
        CLEANUP(free_text) char *above = strndup(path, slash == path ? 1 : (size_t)(slash - path));
        if (above && may_not_be_entered(above))
            return TAKE_PTR(above);
    }
    return NULL;
}
