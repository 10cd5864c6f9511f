/** A directory of a test's own, made where $TMPDIR says; it goes with all that is in it. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_MAX 64

/** Fails where the path is longer than SCRATCH_MAX. */
static inline int scratch_make(char path[SCRATCH_MAX])
{
    const char *parent = getenv("TMPDIR");
    int length = snprintf(path, SCRATCH_MAX, "%s/test-XXXXXX", parent && *parent ? parent : "/tmp");
    if (length >= SCRATCH_MAX)
        return errno = ENAMETOOLONG, -1;
    return mkdtemp(path) ? 0 : -1;
}

static inline int scratch_remove(const char *path)
{
    char command[SCRATCH_MAX + 16];
    snprintf(command, sizeof(command), "rm -rf -- '%s'", path);
    return system(command);
}

#endif
