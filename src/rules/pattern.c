/** A compiled expression of PCRE2, run within its limits. */
#include "closedrop/rules/pattern.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MATCH_LIMIT                                                                                \
    100000 /* PCRE2's steps, counted from 0 at each position where a match may begin */
#define DEPTH_LIMIT 10000 /* a repeated group takes two for each character: a long path fits */
#define HEAP_LIMIT_KIB 8192

/**
 * PCRE2 does not count how far a step walks, nor over all places a match may begin: without this,
 * two `\w+` in a row keep a path of 4,000 letters busy for ten seconds. With it, no match takes
 * more than a few tenths of one.
 */
#define WALK_MAX 50000000
#define WALK_STEP 10 /* what an item of the pattern costs, in characters walked */

struct pattern {
    char *text; /* in normal form C */
    pcre2_code *code;
    pcre2_match_context *limits;
    const char **groups;
};

/** How far one match has walked; PCRE2 calls back before each item of the pattern. */
struct walk {
    size_t at;
    size_t left;
};

static int walk_on(pcre2_callout_block *item, void *data)
{
    struct walk *walk = data;
    size_t to = item->current_position;
    size_t cost = WALK_STEP + (to > walk->at ? to - walk->at : walk->at - to);
    if (cost > walk->left)
        return PCRE2_ERROR_MATCHLIMIT;
    walk->at = to;
    walk->left -= cost;
    return 0;
}

static void add_error(struct str *why, int code)
{
    char words[256] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)words, sizeof(words));
    str_add(why, words);
}

static int compile(struct pattern *pattern, uint32_t more_options, struct str *why)
{
    /* \C would cut a character in two */
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT | more_options;
    const char *text = pattern->text;
    int code;
    size_t offset;
    pattern->code =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, &code, &offset, NULL);
    if (pattern->code)
        return 0;
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return -ENOMEM;
    str_add(why, "this is not a valid regular expression: ");
    add_error(why, code);
    if (text[offset])
        str_printf(why, ", at character %zu", utf8_count(text, offset) + 1);
    else
        str_add(why, ", at its end");
    return -EINVAL;
}

static int set_limits(struct pattern *pattern)
{
    pattern->limits = pcre2_match_context_create(NULL);
    if (!pattern->limits)
        return -ENOMEM;
    pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(pattern->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(pattern->limits, HEAP_LIMIT_KIB);
    return 0;
}

static int list_groups(struct pattern *pattern)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR entry = NULL;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &entry);
    pattern->groups = calloc(count + 1, sizeof(char *));
    if (!pattern->groups)
        return -ENOMEM;
    size_t known = 0;
    for (; count; count--, entry += size) {
        const char *name = (const char *)entry + 2; /* behind the group's number */
        /* they are sorted, and (?J) lets several groups have one name */
        if (!known || strcmp(pattern->groups[known - 1], name) != 0)
            pattern->groups[known++] = name;
    }
    return 0;
}

static int new_with_options(
    const char *text, uint32_t options, struct pattern **ret_pattern, struct str *why)
{
    struct pattern *pattern = calloc(1, sizeof(*pattern));
    if (pattern)
        pattern->text = text_normal_copy(text);
    int result = pattern && pattern->text ? compile(pattern, options, why) : -ENOMEM;
    if (!result)
        result = set_limits(pattern);
    if (!result)
        result = list_groups(pattern);
    if (result)
        pattern_free(pattern);
    else
        *ret_pattern = pattern;
    return result;
}

int pattern_new(const char *text, struct pattern **ret_pattern, struct str *why)
{
    return new_with_options(text, 0, ret_pattern, why);
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    free(pattern->text);
    pcre2_code_free(pattern->code);
    pcre2_match_context_free(pattern->limits);
    free(pattern->groups);
    free(pattern);
}

const char *const *pattern_groups(const struct pattern *pattern)
{
    return pattern->groups;
}

bool pattern_has_group(const struct pattern *pattern, const char *name)
{
    for (const char *const *group = pattern->groups; *group; group++)
        if (strcmp(*group, name) == 0)
            return true;
    return false;
}

static void tell_failure(struct str *why, int code)
{
    bool is_limit = code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT ||
                    code == PCRE2_ERROR_HEAPLIMIT;
    str_add(why, is_limit ? "the pattern takes too long on this path ("
                          : "the pattern could not be tried on this path (");
    add_error(why, code);
    str_add(why,
        is_limit ? "): simplify it, especially where repetitions follow each other or are nested"
                 : ")");
}

static int add_group(pcre2_match_data *found, const char *name, struct json *values)
{
    PCRE2_UCHAR *text = NULL;
    size_t length;
    int code = pcre2_substring_get_byname(found, (PCRE2_SPTR)name, &text, &length);
    if (code < 0 && code != PCRE2_ERROR_UNSET)
        return code;
    int result = json_add_text(values, name, text ? (const char *)text : "");
    pcre2_substring_free(text);
    return result ? PCRE2_ERROR_NOMEMORY : 0;
}

/** PCRE2's own code: the number of groups, or a negative one. */
static int match(const struct pattern *pattern, const char *subject, pcre2_match_data *found)
{
    struct walk walk = {.left = WALK_MAX};
    pcre2_set_callout(pattern->limits, walk_on, &walk);
    return pcre2_match(
        pattern->code, (PCRE2_SPTR)subject, strlen(subject), 0, 0, found, pattern->limits);
}

enum pattern_match pattern_match(
    const struct pattern *pattern, const char *subject, struct json *values, struct str *why)
{
    pcre2_match_data *found = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    int code = found ? match(pattern, subject, found) : PCRE2_ERROR_NOMEMORY;
    for (const char *const *group = pattern->groups; code >= 0 && *group; group++)
        code = add_group(found, *group, values);
    pcre2_match_data_free(found);
    if (code == PCRE2_ERROR_NOMATCH)
        return PATTERN_NO;
    if (code >= 0)
        return PATTERN_YES;
    if (code == PCRE2_ERROR_NOMEMORY)
        return PATTERN_NO_MEMORY;
    tell_failure(why, code);
    return PATTERN_ERROR;
}

static bool fits(const struct pattern *pattern, const char *subject)
{
    struct str why = STR_INIT(1000); /* whoever asks has no use for it */
    CLEANUP(json_freep) struct json *values = json_object();
    bool does = pattern_match(pattern, subject, values, &why) == PATTERN_YES;
    str_release(&why);
    return does;
}

bool pattern_fits_but_for_case(const struct pattern *pattern, const char *subject)
{
    struct str why = STR_INIT(1000);
    struct pattern *caseless = NULL;
    bool is_made = !fits(pattern, subject) &&
                   new_with_options(pattern->text, PCRE2_CASELESS, &caseless, &why) == 0;
    bool does = is_made && fits(caseless, subject);
    pattern_free(caseless);
    str_release(&why);
    return does;
}
