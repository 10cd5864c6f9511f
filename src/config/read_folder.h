/** The list `folders`. */
#ifndef CLOSEDROP_CONFIG_READ_FOLDER_H
#define CLOSEDROP_CONFIG_READ_FOLDER_H

struct config;
struct settings;

/**
 * Read all folders, after the rules. What is wrong is noted as a problem; what memory was missing
 * for is NULL in the tree.
 */
void read_folders(struct settings *settings, struct config *config);

#endif
