/**
 * What the readers of one configuration file share: its tree, the keys that were asked for, and the
 * errors. The door to libconfig.
 */
#ifndef CLOSEDROP_CONFIG_SETTING_STATE_H
#define CLOSEDROP_CONFIG_SETTING_STATE_H

#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/config/setting.h"

#include <libconfig.h>

/** A key some reader asked for, so that a typo can be told what it may have meant. */
struct asked {
    const config_setting_t *group;
    const char *key;
};

struct settings {
    config_t tree;
    char *path;
    char digest[DIGEST_SHA256_HEX]; /* of the file; "" if it could not be read */
    struct str problems;
    size_t problem_count;
    struct asked *asked;
    size_t asked_count;
    bool is_short; /* of memory: what was read is not all */
};

/** A `struct setting` is libconfig's own; so they are converted. */
static inline config_setting_t *setting_inner(const struct setting *group)
{
    return (config_setting_t *)(uintptr_t)group;
}

/** And back. */
static inline struct setting *setting_outer(const config_setting_t *group)
{
    return (struct setting *)(uintptr_t)group;
}

/** Note that `key` was asked for, and return its value, now consumed; NULL if it is not set. */
config_setting_t *setting_consume(
    struct settings *settings, const struct setting *group, const char *key);

/** Whether a reader has consumed this setting. */
bool setting_is_consumed(const config_setting_t *setting);

/** Record an error in a line of the file; `key` is NULL if it is in none. */
void settings_add_problem(
    struct settings *settings, unsigned line, const char *key, const char *what);

#endif
