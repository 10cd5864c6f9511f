/**
 * The configuration: one read-only tree (tree.h) that is loaded, checked and replaced as a whole.
 *
 * A tree is reference-counted and can be read by any thread, because nothing in it changes after
 * config_load(). A job in progress keeps the tree with which it started.
 */
#ifndef CLOSEDROP_CONFIG_CONFIG_H
#define CLOSEDROP_CONFIG_CONFIG_H

#include "closedrop/close/key.h"
#include "closedrop/close/renewal.h"
#include "closedrop/config/tree.h"

/** Take and give back a reference; giving back the last one frees the tree. NULL is ignored. */
struct config *config_hold(struct config *config);
void config_release(struct config *config);

/** Whether anyone besides the caller holds a reference. */
bool config_is_shared(const struct config *config);

/** The folder called `name`; NULL if it does not exist (any more). */
const struct folder *config_folder(const struct config *config, const char *name);

/** The rule called `name`; NULL if it does not exist (any more). */
const struct rule *config_rule(const struct config *config, const char *name);

/** Read the access token or API key that it names: key_load() with what it says. */
int config_key(const struct config *config, struct key *ret_key, struct str *why);

/** What it says about renewing a login; only with `close.client_id`. It owns the texts. */
struct renewal_plan config_renewal(const struct config *config);

/** Whether a folder names the rule. */
bool config_uses_rule(const struct config *config, const struct rule *rule);

/** What folders and their rules use of the table of people. */
struct people_columns config_people_columns(const struct config *config);

#endif
