/** Checks that directories and files do not contain what they must not. */
#ifndef CLOSEDROP_CONFIG_NESTING_H
#define CLOSEDROP_CONFIG_NESTING_H

#include <stdbool.h>

struct config;
struct settings;

/**
 * Check a fully loaded tree: no folder in another, no archive in a folder, none of closedrop's own
 * files in a folder. Compares paths, and with `found` also what is on the disk.
 */
void nesting_check(struct settings *settings, const struct config *config, bool found);

#endif
