/**
 * One configuration file, read key by key. The only door to libconfig.
 *
 * A reader consumes its key. Whatever nobody consumed is a typo and ends as a problem in
 * setting_report_rest(). A reader that finds a mistake notes it and returns the fallback, so that
 * one run reports every mistake; the caller asks settings_problems() at the end.
 *
 * Numbers with units are strings, since libconfig cuts big integers short without a word.
 */
#ifndef CLOSEDROP_CONFIG_SETTING_H
#define CLOSEDROP_CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

/** An open file and the problems found in it. */
struct settings;

/** One group of the file, or the place where one could stand; owned by its `struct settings`. */
struct setting;

/**
 * Open and parse `path`. Returns 0, or -EINVAL when it cannot be read or parsed. `ret_settings` is
 * always written (NULL only when memory is short): it holds the problems. settings_close() frees
 * it.
 */
int settings_open(const char *path, struct settings **ret_settings);
void settings_close(struct settings *settings);

/** All problems, one line each: "file:line: key: what is wrong and what would be right". */
const char *settings_problems(const struct settings *settings);
size_t settings_problem_count(const struct settings *settings);

/**
 * There was no memory for something that was set: then nothing of what was read may be used, for
 * what is missing would count as unset. Readers say so here themselves; whoever makes more of what
 * they return says it too.
 */
void settings_set_short(struct settings *settings);
bool settings_are_short(const struct settings *settings);

/** The file's outermost group. */
struct setting *settings_root(struct settings *settings);

/** The group `key`, or NULL where the file has none (the readers then give their fallbacks). */
struct setting *setting_group(struct settings *settings, struct setting *parent, const char *key);

/** How many groups the list `key` has; its groups, from 0. */
size_t setting_list_length(struct settings *settings, struct setting *parent, const char *key);
struct setting *setting_list_group(
    struct settings *settings, struct setting *parent, const char *key, size_t index);

/** Whether the group has `key`, with anything but an empty text or list. It is not consumed. */
bool setting_has(const struct setting *group, const char *key);

/** `key` may stand in the group, but nothing of it is read: neither it nor what is in it is a typo.
 */
void setting_skip(struct settings *settings, struct setting *group, const char *key);

/** Add all that stands in the group, in order: equal for groups that say the same. */
void setting_print(const struct setting *group, struct str *out);

/** A text; a copy of `fallback` (NULL stays NULL) where unset. Freed by the caller. */
char *setting_text(
    struct settings *settings, struct setting *group, const char *key, const char *fallback);

bool setting_bool(struct settings *settings, struct setting *group, const char *key, bool fallback);
int setting_int(struct settings *settings, struct setting *group, const char *key, int fallback,
    int least, int most);

/** A size in bytes, a duration in ms; `fallback` is written as in the file. */
int64_t setting_size(
    struct settings *settings, struct setting *group, const char *key, const char *fallback);
int64_t setting_duration(struct settings *settings, struct setting *group, const char *key,
    const char *fallback, const char *least, const char *most);

/** One of `names`, as its index. */
int setting_choice(struct settings *settings, struct setting *group, const char *key,
    const char *const *names, size_t count, int fallback);

/** A list of texts, ending with NULL; `fallback` (may be NULL) where unset. See text_list_free().
 */
char **setting_texts(
    struct settings *settings, struct setting *group, const char *key, const char *const *fallback);
void text_list_free(char **list);

/** The line of `key`; where the file has none, of the group. */
unsigned setting_line(const struct setting *group, const char *key);

/** Note a problem with `key` of `group` (with the line of the key, or of the group). */
void setting_problem(struct settings *settings, const struct setting *group, const char *key,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Note every key below the root that nobody consumed. */
void setting_report_rest(struct settings *settings);

#endif
