/** Reads the list `folders`. */
#ifndef CLOSEDROP_CONFIG_READ_FOLDER_H
#define CLOSEDROP_CONFIG_READ_FOLDER_H

struct config;
struct settings;

/**
 * Read all folders, after the rules. Errors are recorded; where memory was short, the tree has
 * NULL.
 */
void read_folders(struct settings *settings, struct config *config);

#endif
