/** The list `rules`. */
#ifndef CLOSEDROP_CONFIG_READ_RULE_H
#define CLOSEDROP_CONFIG_READ_RULE_H

#include <stdbool.h>

struct config;
struct settings;

/** Read all rules. What is wrong is noted as a problem; false where memory was short. */
bool read_rules(struct settings *settings, struct config *config);

#endif
