/** The page's files, as the build has embedded them (cmake/Embed.cmake). */
#ifndef CLOSEDROP_CONTROL_RESOURCES_H
#define CLOSEDROP_CONTROL_RESOURCES_H

#include <stddef.h>

struct resource {
    const char *path; /* where it is served */
    const char *type;
    const unsigned char *bytes;
    size_t length;
};

/** Ends with one without a path. */
extern const struct resource resources[];

#endif
