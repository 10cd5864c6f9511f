/**
 * Reads one configuration file, key by key. The only door to libconfig.
 *
 * Reading a key consumes it. Keys that nobody has consumed are typos; setting_report_rest() reports
 * them. A reader that finds an error records it and returns the fallback, so that one run reports
 * all errors; the caller gets them from settings_problems() at the end.
 *
 * Numbers with units are strings, because libconfig silently truncates big integers.
 */
#ifndef CLOSEDROP_CONFIG_SETTING_H
#define CLOSEDROP_CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

/** An open file and the errors found in it. */
struct settings;

/** One group of the file; owned by its `struct settings`. */
struct setting;

/**
 * Open and parse `path`. Returns 0, or -EINVAL if it cannot be read or parsed. `ret_settings` is
 * always written, since it holds the errors (NULL only if out of memory). settings_close() frees
 * it.
 */
int settings_open(const char *path, struct settings **ret_settings);

/** The SHA-256 of the file in hex; "" if it could not be read. */
const char *settings_digest(const struct settings *settings);

/** Free it, with its groups; NULL is ignored. */
void settings_close(struct settings *settings);

/** All errors, one per line: "file:line: key: what is wrong and what would be right". */
const char *settings_problems(const struct settings *settings);

/** How many of them there are. */
size_t settings_problem_count(const struct settings *settings);

/**
 * Record that memory ran out for a value that is set. Nothing that was read may then be used,
 * because the missing value would count as unset. The readers below call this themselves; callers
 * that allocate from their results call it too.
 */
void settings_set_short(struct settings *settings);

/** Whether settings_set_short() was called. */
bool settings_are_short(const struct settings *settings);

/** The top-level group of the file. */
struct setting *settings_root(struct settings *settings);

/** The group `key`, or NULL if there is none (the readers then return their fallbacks). */
struct setting *setting_group(struct settings *settings, struct setting *parent, const char *key);

/** The number of groups in the list `key`. */
size_t setting_list_length(struct settings *settings, struct setting *parent, const char *key);

/** The group `index` (from 0) of the list `key`. */
struct setting *setting_list_group(
    struct settings *settings, struct setting *parent, const char *key, size_t index);

/** Whether `key` is set to anything but an empty text or list. Does not consume it. */
bool setting_has(const struct setting *group, const char *key);

/** The name of member `index` (from 0) of the group; NULL behind the last. */
const char *setting_name(const struct setting *group, size_t index);

/**
 * Consume `key`, with everything in it, without reading it, so that it does not count as a typo.
 */
void setting_skip(struct settings *settings, struct setting *group, const char *key);

/** Add the contents of the group to `out`, in their order: equal for groups with equal contents. */
void setting_print(const struct setting *group, struct str *out);

/** A text; a copy of `fallback` (which may be NULL) if unset. The caller frees it. */
char *setting_text(
    struct settings *settings, struct setting *group, const char *key, const char *fallback);

/** A boolean; a whole number from `least` to `most`. `fallback` if unset or wrong. */
bool setting_bool(struct settings *settings, struct setting *group, const char *key, bool fallback);
int setting_int(struct settings *settings, struct setting *group, const char *key, int fallback,
    int least, int most);

/** A size in bytes. `fallback` is written as in the file. */
int64_t setting_size(
    struct settings *settings, struct setting *group, const char *key, const char *fallback);

/** A duration in ms, from `least` to `most`; all three are written as in the file. */
int64_t setting_duration(struct settings *settings, struct setting *group, const char *key,
    const char *fallback, const char *least, const char *most);

/** The index of the value in `names`. */
int setting_choice(struct settings *settings, struct setting *group, const char *key,
    const char *const *names, size_t count, int fallback);

/**
 * A NULL-terminated list of texts; `fallback` (which may be NULL) if unset. See text_list_free().
 */
char **setting_texts(
    struct settings *settings, struct setting *group, const char *key, const char *const *fallback);

/** Free a list of setting_texts(), with its texts; NULL is ignored. */
void text_list_free(char **list);

/** The line of `key`, or of the group if the key is not set. */
unsigned setting_line(const struct setting *group, const char *key);

/** Record an error in `key` of `group`, with the line of the key or of the group. */
void setting_problem(struct settings *settings, const struct setting *group, const char *key,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Record an error for every key below the root that nobody has consumed. */
void setting_report_rest(struct settings *settings);

#endif
