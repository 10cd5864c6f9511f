/**
 * A rule's regular expression (PCRE2) on the path of a file. The only door to PCRE2.
 *
 * Steps, depth, memory and the way walked over all of a path are limited, so that no pattern and no
 * path can hang the agent: the worst take a few tenths of a second. A match that hits a limit is an
 * error, never a "no".
 */
#ifndef CLOSEDROP_RULES_PATTERN_H
#define CLOSEDROP_RULES_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct json;
struct str;

/** Compiled once, used from one thread at a time. */
struct pattern;

/**
 * Compile `text` (UTF-8, taken in normal form C; PCRE2_UTF, PCRE2_UCP, PCRE2_DOLLAR_ENDONLY).
 * Returns 0, -ENOMEM, or -EINVAL with what is wrong, and at which character, added to `why`;
 * `ret_pattern` is written on success only.
 */
int pattern_new(const char *text, struct pattern **ret_pattern, struct str *why);
void pattern_free(struct pattern *pattern);

/** The names of the named groups, NULL-terminated; owned by the pattern. */
const char *const *pattern_groups(const struct pattern *pattern);

bool pattern_has_group(const struct pattern *pattern, const char *name);

enum pattern_match { PATTERN_NO, PATTERN_YES, PATTERN_ERROR, PATTERN_NO_MEMORY };

/**
 * Search `subject`, which must be valid UTF-8, in normal form C (base/text.h). On PATTERN_YES every
 * named group is added to the object `values` under its name, one that took no part as "". On
 * PATTERN_ERROR `why` says what is wrong (a limit was hit, no UTF-8). Where it fails, `values` may
 * hold some of the groups.
 */
enum pattern_match pattern_match(
    const struct pattern *pattern, const char *subject, struct json *values, struct str *why);

/** Whether the pattern does not match, and would if the case of letters did not count, as with (?i)
 * at its front. */
bool pattern_fits_but_for_case(const struct pattern *pattern, const char *subject);

#endif
