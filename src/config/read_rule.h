/** Reads the list `rules`. */
#ifndef CLOSEDROP_CONFIG_READ_RULE_H
#define CLOSEDROP_CONFIG_READ_RULE_H

#include <stdbool.h>

struct config;
struct settings;

/** Read all rules. Errors are recorded; false if memory was short. */
bool read_rules(struct settings *settings, struct config *config);

#endif
