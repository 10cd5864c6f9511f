/** A text that stays the same as long as the rules of a folder do. */
#ifndef CLOSEDROP_CONFIG_RULES_DIGEST_H
#define CLOSEDROP_CONFIG_RULES_DIGEST_H

struct config;
struct folder;
struct settings;

/** That of the folder's rules and its no_match, in new memory; NULL when memory is short. */
char *rules_digest(
    struct settings *settings, const struct config *config, const struct folder *folder);

#endif
