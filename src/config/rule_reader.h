/** The list `rules`, and what a folder says of it: a part of config.c. */
#ifndef CLOSEDROP_CONFIG_RULE_READER_H
#define CLOSEDROP_CONFIG_RULE_READER_H

#include "closedrop/config/config.h"
#include "closedrop/config/setting.h"

/** Read all rules. What is wrong is noted as a problem; false where memory was short. */
bool read_rules(struct settings *settings, struct config *config);

/** Read which rules a folder has, after read_rules(). False where memory was short. */
bool read_folder_rules(struct settings *settings, struct setting *group,
    const struct config *config, struct folder *folder);

#endif
