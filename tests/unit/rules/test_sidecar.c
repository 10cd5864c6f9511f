/* Sidecars: what is read from one, and what is refused. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/rules/sidecar.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the n-th call fails (tests/CMakeLists.txt wraps them) ---- */

FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))
FAILING_CALL(int, json_add_text, -ENOMEM, (struct json * object, const char *key, const char *text),
    (object, key, text))
FAILING_CALL(char *, json_print, NULL, (const struct json *value), (value))

/* ---- what is read ---- */

#define MARK "\xEF\xBB\xBF"

static const struct {
    const char *text, *values;
} good[] = {
    {"{}", "{}"},
    {"{\"customer\":\"4711\"}", "{\"meta.customer\":\"4711\"}"},
    {MARK "{\"customer\":\"4711\"}", "{\"meta.customer\":\"4711\"}"},
    {" {\r\n \"a\" : \"b\" }\r\n", "{\"meta.a\":\"b\"}"},
    {"{\"a\":\"\",\"\":\"b\"}", "{\"meta.a\":\"\",\"meta.\":\"b\"}"},
    {"{\"a\":true,\"b\":false,\"c\":null}",
        "{\"meta.a\":\"true\",\"meta.b\":\"false\",\"meta.c\":\"\"}"},
    {"{\"to\":{\"name\":\"Jo\",\"town\":{\"zip\":50667}}}",
        "{\"meta.to.name\":\"Jo\",\"meta.to.town.zip\":\"50667\"}"},
    {"{\"a\":[1,{\"b\":2}],\"c\":{\"d\":[]},\"e\":{}}", "{}"},
    {"{\"a\":\"first\",\"a\":\"second\"}", "{\"meta.a\":\"first\"}"},
    {"{\"a\":[1],\"a\":\"second\"}", "{}"},
    {"{\"a\":1,\"A\":2}", "{\"meta.a\":\"1\",\"meta.A\":\"2\"}"},
    {"{\"a\":\"x\\ny\\u00fc\\\"{name}\"}", "{\"meta.a\":\"x\\ny\xC3\xBC\\\"{name}\"}"},
    {"{\"a b:c}\":\"d\"}", "{\"meta.a b:c}\":\"d\"}"},
};

static void reads_what_stands_in_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct str why = STR_INIT(1000);
        struct json *values = json_object();
        int result = sidecar_read(good[i].text, strlen(good[i].text), values, &why);
        char *text = json_print(values);
        if (result != 0 || why.length || strcmp(text, good[i].values) != 0)
            fail_msg("%s: %d, %s, %s", good[i].text, result, text, str_text(&why));
        free(text);
        json_free(values);
        str_release(&why);
    }
}

static void reads_utf_16_with_a_mark(void **state)
{
    (void)state;
    static const char text[] = "\xFF\xFE{\0\"\0n\0\"\0:\0\"\0M\0\xFC\0\"\0}";
    struct str why = STR_INIT(1000);
    struct json *values = json_object();
    assert_int_equal(sidecar_read(text, sizeof(text), values, &why), 0);
    assert_string_equal(json_get_text(values, "meta.n"), "M\xC3\xBC");
    json_free(values);
    str_release(&why);
}

static void keeps_what_is_known_already(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    struct json *values = json_object();
    assert_int_equal(json_add_text(values, "num", "1"), 0);
    assert_int_equal(sidecar_read("{\"num\":2}", 9, values, &why), 0);
    char *text = json_print(values);
    assert_string_equal(text, "{\"num\":\"1\",\"meta.num\":\"2\"}");
    free(text);
    json_free(values);
    str_release(&why);
}

static const struct {
    const char *number, *text; /* NULL: cannot be told exactly */
} numbers[] = {
    {"0", "0"},
    {"-0", "0"},
    {"4711", "4711"},
    {"-4711", "-4711"},
    {"4711.0", "4711"},
    {"2147483648", "2147483648"},
    {"1e3", "1000"},
    {"1234567890123456", "1234567890123456"},
    {"9007199254740991", "9007199254740991"},
    {"-9007199254740991", "-9007199254740991"},
    {"9007199254740992", NULL},
    {"9007199254740993", NULL}, /* would be told as ...992 */
    {"-9007199254740993", NULL},
    {"12345678901234567890", NULL},
    {"1e30", NULL},
    {"-1.5e300", NULL},
    {"0.5", "0.5"},
    {"19.90", "19.9"},
    {"-0.1", "-0.1"},
    {"1e-7", "1e-07"},
    {"0.30000000000000004", "0.30000000000000004"},
    {"123456789012345.5", "123456789012345.5"},
    {"5e-324", "4.94065645841247e-324"},
};

static void tells_numbers_exactly_or_not_at_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct str body = STR_INIT(1000), why = STR_INIT(1000);
        struct json *values = json_object();
        str_printf(&body, "{\"a\":{\"n\":%s}}", numbers[i].number);
        int result = sidecar_read(str_text(&body), body.length, values, &why);
        const char *text = json_get_text(values, "meta.a.n");
        bool as_expected = numbers[i].text
                               ? result == 0 && strcmp(text, numbers[i].text) == 0
                               : result == -EINVAL && !text &&
                                     strstr(str_text(&why), "number meta.a.n is too large") &&
                                     strstr(str_text(&why), "write it in quotes");
        if (!as_expected)
            fail_msg("%s: %d, %s, %s", numbers[i].number, result, text, str_text(&why));
        json_free(values);
        str_release(&body);
        str_release(&why);
    }
}

/* ---- what is refused ---- */

#define TEN "abcdefghij"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
    const char *text, *why;
} wrong[] = {
    {"", "the sidecar is empty; what to do: write an object such as {\"customer\": \"4711\"}"},
    {MARK, "is empty"},
    {" ", "is incomplete: part of it is missing"},
    {"{\"a\":\"b\"", "is incomplete"},
    {"{\"lead\":\"lead_A1\"", "is incomplete"},
    {"{\"a\":\"M\xC3", "is incomplete"},
    {"{\"lead\":\"lead_A1\",\n\"name\":\"M\xFCller\"}",
        "line 2: this is not UTF-8; what to do: have"},
    {"{\"\xFF\":\"b\"}", "line 1: this is not UTF-8"},
    {"{\"a\":\"b\"}}", "is not JSON"},
    {"{a: \"b\"}", "is not JSON"},
    {"{'a': 'b'}", "is not JSON"},
    {"<xml/>", "is not JSON"},
    {"customer=4711", "is not JSON"},
    {"[]", "is a list, not an object; what to do: write an object"},
    {"[{\"a\":\"b\"}]", "is a list"},
    {"\"a\"", "is a single value, not an object"},
    {"4711", "is a single value"},
    {"null", "is a single value"},
    {"{\"" HUNDRED HUNDRED HUNDRED "\":1}", "a name longer than 255 bytes"},
    {"{\"" HUNDRED "\":{\"" HUNDRED "\":{\"" HUNDRED "\":1}}}", "a name longer than 255 bytes"},
    {"{\"a\\nb\":1e20}", "the sidecar's number meta.a\\x0Ab is too large"},
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str why = STR_INIT(1000);
        struct json *values = json_object();
        int result = sidecar_read(wrong[i].text, strlen(wrong[i].text), values, &why);
        if (result != -EINVAL || !strstr(str_text(&why), wrong[i].why))
            fail_msg("%s: %d, %s", wrong[i].text, result, str_text(&why));
        assert_null(json_first(values));
        json_free(values);
        str_release(&why);
    }
}

static void takes_a_name_of_just_the_length(void **state)
{
    (void)state;
    static const char text[] = "{\"" HUNDRED HUNDRED TEN TEN TEN TEN TEN "\":1}"; /* 5 + 250 */
    struct str why = STR_INIT(1000);
    struct json *values = json_object();
    assert_int_equal(sidecar_read(text, strlen(text), values, &why), 0);
    assert_int_equal(strlen(json_key(json_first(values))), 255);
    json_free(values);
    str_release(&why);
}

static void is_bounded_in_size_and_depth(void **state)
{
    (void)state;
    struct str body = STR_INIT(2 * SIDECAR_MAX), why = STR_INIT(1000);
    struct json *values = json_object();
    str_add(&body, "{\"a\":\"");
    while (body.length < SIDECAR_MAX - 2)
        str_add_char(&body, 'x');
    str_add(&body, "\"}");
    assert_int_equal(sidecar_read(str_text(&body), SIDECAR_MAX, values, &why), 0);
    assert_int_equal(strlen(json_get_text(values, "meta.a")), SIDECAR_MAX - 8);
    str_add_char(&body, '\n');
    assert_int_equal(sidecar_read(str_text(&body), body.length, values, &why), -EINVAL);
    assert_string_equal(str_text(&why), "the sidecar is larger than 64 KB");

    str_clear(&body);
    str_clear(&why);
    for (int i = 0; i <= JSON_DEPTH_MAX; i++)
        str_add(&body, "{\"a\":");
    assert_int_equal(sidecar_read(str_text(&body), body.length, values, &why), -EINVAL);
    json_free(values);
    str_release(&body);
    str_release(&why);
}

/** Objects of so many members each, with names and numbers, as many as fit. */
static int read_crowd(int members, struct json *values, struct str *why)
{
    struct str body = STR_INIT(SIDECAR_MAX);
    str_add(&body, "{\"z\":{");
    for (int i = 1; body.length < SIDECAR_MAX - 40; i++)
        str_printf(
            &body, i % members ? "\"%x\":1," : "\"%x\":1},\"%x\":{", (unsigned)i, (unsigned)i);
    str_add(&body, "\"z\":1}}");
    int result = sidecar_read(str_text(&body), body.length, values, why);
    str_release(&body);
    return result;
}

static void takes_no_more_values_than_it_can_search(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    struct json *values = json_object();
    assert_int_equal(read_crowd(1000, values, &why), 0);
    assert_int_equal(read_crowd(1001, values, &why), -EINVAL);
    assert_string_equal(str_text(&why), "the sidecar contains more than 1000 values in one object");
    json_free(values);
    str_release(&why);
}

/* ---- no memory ---- */

static void survives_every_failure(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\"b\",\"c\":{\"d\":1},\"e\":true,\"f\":0.1}";
    int result = -ENOMEM;
    for (int n = 0; result; n++) {
        struct str why = STR_INIT(1000);
        struct json *values = json_object();
        calls_left = n;
        result = sidecar_read(text, strlen(text), values, &why);
        calls_left = NEVER;
        assert_true(result == -ENOMEM || (result == 0 && n > 12));
        assert_int_equal(why.length, 0);
        json_free(values);
        str_release(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_stands_in_it),
        cmocka_unit_test(reads_utf_16_with_a_mark),
        cmocka_unit_test(keeps_what_is_known_already),
        cmocka_unit_test(tells_numbers_exactly_or_not_at_all),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(takes_a_name_of_just_the_length),
        cmocka_unit_test(is_bounded_in_size_and_depth),
        cmocka_unit_test(takes_no_more_values_than_it_can_search),
        cmocka_unit_test(survives_every_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
