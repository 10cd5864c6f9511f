/** Computes a text that changes only if the rules of a folder change. */
#ifndef CLOSEDROP_CONFIG_RULES_DIGEST_H
#define CLOSEDROP_CONFIG_RULES_DIGEST_H

struct config;
struct folder;
struct settings;

/**
 * The digest of the folder's rules and no_match, which the caller frees; NULL if memory is short.
 */
char *rules_digest(
    struct settings *settings, const struct config *config, const struct folder *folder);

#endif
