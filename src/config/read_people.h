/** Reads the group `people`. */
#ifndef CLOSEDROP_CONFIG_READ_PEOPLE_H
#define CLOSEDROP_CONFIG_READ_PEOPLE_H

struct config;
struct settings;

/** Read it into `config`; what is wrong is recorded. */
void read_people(struct settings *settings, struct config *config);

#endif
