/**
 * The configuration: one read-only tree (tree.h), read whole, checked whole, swapped whole.
 *
 * A tree is counted by reference and may be read by any thread; nothing in it changes after
 * config_load(). A job in hand keeps the tree it began with.
 */
#ifndef CLOSEDROP_CONFIG_CONFIG_H
#define CLOSEDROP_CONFIG_CONFIG_H

#include "closedrop/config/tree.h"

/** One reference more, or one less; the last one frees the tree. NULL is nothing. */
struct config *config_hold(struct config *config);
void config_release(struct config *config);

/** Whether others than the caller hold it, too. */
bool config_is_shared(const struct config *config);

/** The folder called `name`, NULL where there is none (any more). */
const struct folder *config_folder(const struct config *config, const char *name);

/** The rule called `name`, NULL where there is none (any more). */
const struct rule *config_rule(const struct config *config, const char *name);

#endif
