/** Which directories and files may not lie in which. */
#ifndef CLOSEDROP_CONFIG_PLACES_H
#define CLOSEDROP_CONFIG_PLACES_H

#include <stdbool.h>

struct config;
struct settings;

/**
 * Check the places of a tree that was read whole: no folder in another, no archive in a folder,
 * none of the program's own files in a folder. By their spelling, or `found` on the disk too.
 */
void places_check(struct settings *settings, const struct config *config, bool found);

#endif
