/* A regular expression, NUL, a path: whatever they are, the answer comes soon and is a sound one.
 */
#include "fuzz.h"

#include "closedrop/base/json.h"
#include "closedrop/rules/pattern.h"

#include <errno.h>

/** What a group matched must be within the subject. */
static void check_values(
    const struct pattern *pattern, const struct json *values, const char *subject)
{
    for (const char *const *group = pattern_groups(pattern); *group; group++) {
        const char *found = json_get_text(values, *group);
        assert(pattern_has_group(pattern, *group));
        assert(found && strstr(subject, found));
    }
    for (const struct json *it = json_first(values); it; it = json_next(it))
        assert(pattern_has_group(pattern, json_key(it)));
}

static void try(const struct pattern *pattern, const char *subject)
{
    struct str why = STR_INIT(1000);
    struct json *values = json_object();
    enum pattern_match answer = pattern_match(pattern, subject, values, &why);
    assert((answer == PATTERN_ERROR) == (why.length != 0));
    assert(!str_error(&why) && fuzz_is_one_line(str_text(&why)));
    if (answer == PATTERN_YES) {
        assert(fuzz_is_utf8(subject));
        check_values(pattern, values, subject);
    } else {
        assert(!json_first(values));
    }
    json_free(values);
    str_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    char *text = fuzz_text(&input);
    char *raw = fuzz_text(&input);
    char *clean = utf8_clean_copy(raw);
    struct pattern *pattern = NULL;
    struct str why = STR_INIT(1000);
    int result = pattern_new(text, &pattern, &why);
    assert(result == (pattern ? 0 : -EINVAL));
    assert((result == 0) == (why.length == 0));
    if (pattern) {
        try(pattern, raw);
        try(pattern, clean);
    }
    pattern_free(pattern);
    str_release(&why);
    free(text);
    free(raw);
    free(clean);
    return 0;
}
