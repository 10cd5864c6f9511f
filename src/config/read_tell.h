/** Reads the group `tell` of a folder. */
#ifndef CLOSEDROP_CONFIG_READ_TELL_H
#define CLOSEDROP_CONFIG_READ_TELL_H

struct config;
struct folder;
struct setting;
struct settings;

/** Read it from the folder's group; what is wrong is recorded. The people of `config` are known. */
void read_tell(struct settings *settings, struct setting *group, const struct config *config,
    struct folder *folder);

#endif
