/**
 * A rule's regular expression (PCRE2), which is matched against the path of a file. The only door
 * to PCRE2.
 *
 * Steps, depth, memory and the total work for one path are limited, so that no pattern and no path
 * can hang the agent: the worst cases take a few tenths of a second. A match that hits a limit is
 * an error, never a "no".
 */
#ifndef CLOSEDROP_RULES_PATTERN_H
#define CLOSEDROP_RULES_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct json;
struct str;

/** Compiled once; used by one thread at a time. */
struct pattern;

/**
 * Compile `text` (UTF-8, normalized to form C; PCRE2_UTF, PCRE2_UCP, PCRE2_DOLLAR_ENDONLY). Returns
 * 0, -ENOMEM, or -EINVAL with the error and the number of the character added to `why`.
 * `ret_pattern` is written on success only.
 */
int pattern_new(const char *text, struct pattern **ret_pattern, struct str *why);
void pattern_free(struct pattern *pattern);

/** The names of the named groups, NULL-terminated; owned by the pattern. */
const char *const *pattern_groups(const struct pattern *pattern);

/** Whether one of its groups has this name. */
bool pattern_has_group(const struct pattern *pattern, const char *name);

enum pattern_match { PATTERN_NO, PATTERN_YES, PATTERN_ERROR, PATTERN_NO_MEMORY };

/**
 * Search `subject`, which must be valid UTF-8, in normalization form C (base/text.h). PATTERN_YES:
 * every named group is added to the object `values` under its name, as "" if it did not take part.
 * PATTERN_ERROR: `why` says what is wrong (a limit was hit, invalid UTF-8). After an error,
 * `values` may contain some of the groups.
 */
enum pattern_match pattern_match(
    const struct pattern *pattern, const char *subject, struct json *values, struct str *why);

/** Whether the pattern does not match but would if case were ignored, as with (?i) at its start. */
bool pattern_fits_but_for_case(const struct pattern *pattern, const char *subject);

#endif
