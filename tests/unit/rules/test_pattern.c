/* Regular expressions on paths: what compiles, what matches, and that nothing takes long. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/rules/pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the n-th call fails (tests/CMakeLists.txt wraps them) ---- */

FAILING_CALL(void *, calloc, NULL, (size_t count, size_t size), (count, size))
FAILING_CALL(int, json_add_text, -ENOMEM, (struct json * object, const char *key, const char *text),
    (object, key, text))

void *__real_pcre2_compile_8(
    const void *text, size_t length, uint32_t options, int *code, size_t *offset, void *context);
void *__wrap_pcre2_compile_8(
    const void *text, size_t length, uint32_t options, int *code, size_t *offset, void *context);
void *__wrap_pcre2_compile_8(
    const void *text, size_t length, uint32_t options, int *code, size_t *offset, void *context)
{
    if (!fails())
        return __real_pcre2_compile_8(text, length, options, code, offset, context);
    *code = 121; /* PCRE2_ERROR_HEAP_FAILED */
    *offset = 0;
    return NULL;
}

FAILING_CALL(void *, pcre2_match_context_create_8, NULL, (void *context), (context))
FAILING_CALL(void *, pcre2_match_data_create_from_pattern_8, NULL,
    (const void *code, void *context), (code, context))
FAILING_CALL(int, pcre2_substring_get_byname_8, -48 /* PCRE2_ERROR_NOMEMORY */,
    (void *found, const void *name, unsigned char **ret_text, size_t *ret_length),
    (found, name, ret_text, ret_length))

/* ---- compiling ---- */

static struct pattern *compile(const char *text)
{
    struct str why = STR_INIT(1000);
    struct pattern *pattern = NULL;
    int result = pattern_new(text, &pattern, &why);
    if (result != 0 || why.length != 0)
        fail_msg("%s: %d, %s", text, result, str_text(&why));
    str_release(&why);
    return pattern;
}

static const struct {
    const char *text, *why;
} wrong[] = {
    {"(abc", "missing closing parenthesis, at its end"},
    {"a)b", "unmatched closing parenthesis, at character 2"},
    {"\xC3\xBC\xC3\xBC)b", "unmatched closing parenthesis, at character 3"},
    {"*", "quantifier does not follow a repeatable item, at character 1"},
    {"[z-a]", "range out of order in character class, at character 4"},
    {"(?<a>x)(?<a>y)", "two named subpatterns have the same name"},
    {"(?<1a>x)", "subpattern name"},
    {"(?<>x)", "subpattern name expected"},
    {"\\", "\\ at end of pattern, at its end"},
    {"\\C", "using \\C is disabled"},
    {"\xFF", "UTF-8 error"},
    {"a\xED\xA0\x80", "UTF-8 error"},
    {"(?<name", "subpattern name"},
    {"\\k<nobody>", "reference to non-existent subpattern"},
    {"(?<=a+)b", "lookbehind assertion is not fixed length"},
};

static void says_what_is_wrong_with_a_pattern(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str why = STR_INIT(1000);
        struct pattern *pattern = NULL;
        assert_int_equal(pattern_new(wrong[i].text, &pattern, &why), -EINVAL);
        assert_null(pattern);
        if (!strstr(str_text(&why), wrong[i].why) ||
            !str_starts_with(str_text(&why), "this is not a valid regular expression: "))
            fail_msg("%s: \"%s\"", wrong[i].text, str_text(&why));
        str_release(&why);
    }
}

static void names_its_groups(void **state)
{
    (void)state;
    static const struct {
        const char *text, *groups;
    } rows[] = {
        {"", ""},
        {"(a)(?:b)", ""},
        {"(?<lead>lead_[A-Za-z0-9]+)", "lead "},
        {"(?<b>x)(?P<a>y)(?'c'z)", "a b c "},
        {"(?J)(?<a>x)|(?<b>z)|(?<a>y)", "a b "},
        {"(?|(?<a>x)|(?<a>y))", "a "},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pattern *pattern = compile(rows[i].text);
        struct str groups = STR_INIT(100);
        for (const char *const *group = pattern_groups(pattern); *group; group++) {
            assert_true(pattern_has_group(pattern, *group));
            str_printf(&groups, "%s ", *group);
        }
        assert_string_equal(str_text(&groups), rows[i].groups);
        assert_false(pattern_has_group(pattern, "lea"));
        assert_false(pattern_has_group(pattern, ""));
        str_release(&groups);
        pattern_free(pattern);
    }
    pattern_free(NULL);
}

/* ---- matching ---- */

static enum pattern_match match(const char *text, const char *subject, char **ret_values)
{
    struct pattern *pattern = compile(text);
    struct str why = STR_INIT(1000);
    struct json *values = json_object();
    enum pattern_match answer = pattern_match(pattern, subject, values, &why);
    *ret_values = json_print(values);
    if ((answer == PATTERN_ERROR) != (why.length != 0))
        fail_msg("%s: why is \"%s\"", text, str_text(&why));
    json_free(values);
    str_release(&why);
    pattern_free(pattern);
    return answer;
}

static const struct {
    const char *text, *subject;
    enum pattern_match answer;
    const char *values;
} matches[] = {
    {"(?<lead>lead_[A-Za-z0-9]+)", "in/Scan lead_Ab1.pdf", PATTERN_YES, "{\"lead\":\"lead_Ab1\"}"},
    {"(?<lead>lead_[A-Za-z0-9]+)", "in/Scan.pdf", PATTERN_NO, "{}"},
    {"^(?<caller>\\+?[0-9]+)-.*\\.tif$", "+4930123-1.tif", PATTERN_YES,
        "{\"caller\":\"+4930123\"}"},
    {"^(?<caller>\\+?[0-9]+)-.*\\.tif$", "in/+4930123-1.tif", PATTERN_NO, "{}"},
    {"(?<a>x)|(?<b>y)", "y", PATTERN_YES, "{\"a\":\"\",\"b\":\"y\"}"},
    {"(?J)(?<a>x)|(?<a>y)", "y", PATTERN_YES, "{\"a\":\"y\"}"},
    {"(?<a>)", "", PATTERN_YES, "{\"a\":\"\"}"},
    {"", "", PATTERN_YES, "{}"},
    {"", "x", PATTERN_YES, "{}"},
    {"x", "", PATTERN_NO, "{}"},
    {"\\.pdf$", "a.pdf\n", PATTERN_NO, "{}"}, /* DOLLAR_ENDONLY */
    {"\\.PDF$", "a.pdf", PATTERN_NO, "{}"},
    {"(?i)\\.PDF$", "a.pdf", PATTERN_YES, "{}"},
    {"^.$", "\xC3\xBC", PATTERN_YES, "{}"}, /* one character, not two bytes */
    {"^(?<x>.)(?<y>.+)$", "\xF0\x9F\x98\x80\xC3\xBC", PATTERN_YES,
        "{\"x\":\"\xF0\x9F\x98\x80\",\"y\":\"\xC3\xBC\"}"},
    /* letters and digits of all scripts, and the pattern in the path's normal form */
    {"rechnung_(?<c>\\w+)", "rechnung_Müller", PATTERN_YES, "{\"c\":\"Müller\"}"},
    {"^Mu\xCC\x88ller", "Müller.pdf", PATTERN_YES, "{}"},
    {"^[u\xCC\x88]", "übergabe", PATTERN_YES, "{}"},
    {"^(?<n>\\d+)", "\xD9\xA3\xD9\xA4", PATTERN_YES, "{\"n\":\"\xD9\xA3\xD9\xA4\"}"},
    {"^[0-9]", "\xD9\xA3", PATTERN_NO, "{}"},
    {"(?i)^MÜLLER\\b", "Müller 1.pdf", PATTERN_YES, "{}"},
    {"a(?<x>.*)b", "a\"\\\tb", PATTERN_YES, "{\"x\":\"\\\"\\\\\\t\"}"},
    {"(?<x>a(?C1)b)", "ab", PATTERN_YES, "{\"x\":\"ab\"}"},
    {"(?<x>a)", "a\xFF", PATTERN_ERROR, "{}"},
    {"(?<x>a)", "a\xED\xA0\x80", PATTERN_ERROR, "{}"},
};

static void matches_and_keeps_what_groups_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(matches); i++) {
        char *values = NULL;
        enum pattern_match answer = match(matches[i].text, matches[i].subject, &values);
        if (answer != matches[i].answer || strcmp(values, matches[i].values) != 0)
            fail_msg("%s on \"%s\": %d, %s", matches[i].text, matches[i].subject, answer, values);
        free(values);
    }
}

static void tries_a_pattern_again_and_again(void **state)
{
    (void)state;
    struct pattern *pattern = compile("^(?<x>[a-z]+)$");
    struct str why = STR_INIT(1000);
    for (int i = 0; i < 1000; i++) {
        struct json *values = json_object();
        const char *subject = i % 2 ? "abc" : "a1";
        assert_int_equal(pattern_match(pattern, subject, values, &why), i % 2);
        json_free(values);
    }
    str_release(&why);
    pattern_free(pattern);
}

/* ---- limits ---- */

/** `unit` repeated up to `length` bytes, then `tail`. */
static char *repeat(const char *unit, size_t length, const char *tail)
{
    struct str text = STR_INIT(10000);
    while (text.length + strlen(unit) <= length)
        str_add(&text, unit);
    str_add(&text, tail);
    return str_take(&text);
}

#define TEN_GROUPS "(x)(x)(x)(x)(x)(x)(x)(x)(x)(x)"
#define HUNDRED_GROUPS                                                                             \
    TEN_GROUPS TEN_GROUPS TEN_GROUPS TEN_GROUPS TEN_GROUPS TEN_GROUPS TEN_GROUPS TEN_GROUPS        \
        TEN_GROUPS TEN_GROUPS

static const struct {
    const char *text, *unit;
    size_t length;
    const char *tail;
    enum pattern_match answer;
} heavy[] = {
    {"(a+)+$", "a", 50, "b", PATTERN_ERROR},
    {"^(([a-z])+.)+[A-Z]([a-z])+$", "a", 60, "", PATTERN_ERROR},
    {"(a+)+x$", "a", 50, "b", PATTERN_NO},          /* no x: not even tried */
    {"(a?){16}[bc]", "a", 4095, "", PATTERN_ERROR}, /* below PCRE2's own limit at each place */
    {"(?<x>\\w+)(?<y>\\w+)[!?]", "a", 4095, "", PATTERN_ERROR},
    {"(\\w+)\\1[!?]", "a", 4095, "", PATTERN_ERROR},
    {"(?:(?=[^x]*+[yz])|a)*[zy]", "a", 4095, "", PATTERN_ERROR},
    {"^(?:a|(?:a|(?:a|aa)*)*)*$", "a", 4095, "!", PATTERN_ERROR},
    {"(?<x>(?:a|b(?&x))*)$", "ab", 4095, "!", PATTERN_ERROR},
    {"^(?<x>a?(?&x))", "a", 4095, "", PATTERN_ERROR},              /* it calls itself endlessly */
    {"^((([a-z])|-)|_)+$", "a", 4095, "", PATTERN_ERROR},          /* too deep */
    {"^(" HUNDRED_GROUPS "|(a))+$", "a", 4095, "", PATTERN_ERROR}, /* too much memory */
    /* what an office may really write, on the longest names and paths there are */
    {"^(?:.*/)?(?<caller>\\+?[0-9]+)-.*\\.tif$", "dir-1/", 4080, "+49-1.tif", PATTERN_YES},
    {"^(?:[^/]+/)*(?<caller>\\+?[0-9]+)-.*\\.tif$", "d/", 4080, "+49-1.tif", PATTERN_YES},
    {"^(?:\\w|[ .-])+$", "a b-", 4095, "", PATTERN_YES},
    {"(?<x>\\w+)-(?<y>\\w+)\\.pdf$", "a", 251, ".pdf", PATTERN_NO},
    {"(?<lead>lead_[A-Za-z0-9]+)", "lead-", 4095, "", PATTERN_NO},
};

/* Without a limit, most of these would take longer than the tests may. */
static void no_match_takes_long(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(heavy); i++) {
        char *subject = repeat(heavy[i].unit, heavy[i].length, heavy[i].tail);
        char *values = NULL;
        enum pattern_match answer = match(heavy[i].text, subject, &values);
        if (answer != heavy[i].answer)
            fail_msg("%s: %d", heavy[i].text, answer);
        free(values);
        free(subject);
    }
}

static void says_what_takes_too_long(void **state)
{
    (void)state;
    struct pattern *pattern = compile("(a+)+$");
    struct str why = STR_INIT(1000);
    char *subject = repeat("a", 50, "b");
    assert_int_equal(pattern_match(pattern, subject, NULL, &why), PATTERN_ERROR);
    assert_non_null(strstr(str_text(&why), "takes too long"));
    assert_non_null(strstr(str_text(&why), "match limit exceeded"));
    assert_non_null(strstr(str_text(&why), "simplify it"));
    free(subject);
    str_clear(&why);
    assert_int_equal(pattern_match(pattern, "\xFF", NULL, &why), PATTERN_ERROR);
    assert_non_null(strstr(str_text(&why), "could not be tried"));
    assert_null(strstr(str_text(&why), "simpler"));
    str_release(&why);
    pattern_free(pattern);
}

/* ---- no memory ---- */

static void survives_every_failure_to_compile(void **state)
{
    (void)state;
    int result = -ENOMEM;
    for (int n = 0; result; n++) {
        struct str why = STR_INIT(1000);
        struct pattern *pattern = NULL;
        calls_left = n;
        result = pattern_new("(?<a>x)", &pattern, &why);
        calls_left = NEVER;
        assert_true(result == -ENOMEM || (result == 0 && n >= 4));
        assert_true(result == 0 || !pattern);
        assert_int_equal(why.length, 0);
        pattern_free(pattern);
        str_release(&why);
    }
}

static void survives_every_failure_to_match(void **state)
{
    (void)state;
    struct pattern *pattern = compile("(?<a>x)(?<b>y)?");
    enum pattern_match answer = PATTERN_NO_MEMORY;
    for (int n = 0; answer == PATTERN_NO_MEMORY; n++) {
        struct str why = STR_INIT(1000);
        struct json *values = json_object();
        calls_left = n;
        answer = pattern_match(pattern, "x", values, &why);
        calls_left = NEVER;
        assert_true(answer == PATTERN_NO_MEMORY || (answer == PATTERN_YES && n >= 5));
        json_free(values);
        str_release(&why);
    }
    pattern_free(pattern);
}

/* ---- but for case ---- */

static const struct {
    const char *text;
    const char *subject;
    bool fits;
} cases[] = {
    {"\\.tif$", "fax.TIF", true}, {"\\.tif$", "fax.tif", false}, /* it fits as it is */
    {"\\.tif$", "fax.pdf", false}, {"(?i)\\.tif$", "fax.TIF", false},
    {"^M\xC3\x9CLLER", "m\xC3\xBCller.pdf", true},
    {"^MU\xCC\x88LLER", "m\xC3\xBCller.pdf", true}, /* in normal form C */
    {"(?-i)a", "A", false}, {"a", "\xFF", false},   /* no UTF-8 */
};

static void knows_what_fits_but_for_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pattern *pattern = compile(cases[i].text);
        if (pattern_fits_but_for_case(pattern, cases[i].subject) != cases[i].fits)
            fail_msg("%s, %s", cases[i].text, cases[i].subject);
        pattern_free(pattern);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong_with_a_pattern),
        cmocka_unit_test(names_its_groups),
        cmocka_unit_test(matches_and_keeps_what_groups_found),
        cmocka_unit_test(tries_a_pattern_again_and_again),
        cmocka_unit_test(no_match_takes_long),
        cmocka_unit_test(says_what_takes_too_long),
        cmocka_unit_test(survives_every_failure_to_compile),
        cmocka_unit_test(survives_every_failure_to_match),
        cmocka_unit_test(knows_what_fits_but_for_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
