/* JSON in: bounded, one value, nothing behind it. JSON out: always valid UTF-8. */
#include "closedrop/base/array.h"
#include "closedrop/base/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *parse(const char *text)
{
    return json_parse(text, strlen(text));
}

static const struct {
    const char *text;
    bool good;
} values[] = {
    {"{}", true},
    {"[]", true},
    {" \t\r\n{ } \n", true},
    {"\"x\"", true},
    {"17", true},
    {"null", true},
    {"{\"a\":[1,2,{\"b\":null}]}", true},
    {"\"{[{[\"", true},
    {"\"\\\"{\"", true},
    {"", false},
    {" ", false},
    {"{", false},
    {"{\"a\":}", false},
    {"{\"a\":1,}", false},
    {"[1,]", false},
    {"{a:1}", false},
    {"{} x", false},
    {"{}{}", false},
    {"{}]", false},
    {"nul", false},
    {"\"open", false},
    {"<html>", false},
};

static void parses_one_value_and_nothing_behind_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        struct json *value = parse(values[i].text);
        if ((value != NULL) != values[i].good)
            fail_msg("%s", values[i].text);
        json_free(value);
    }
}

static const struct {
    const char *text;
    bool is_cut;
} ends[] = {
    {"", true},
    {" \r\n\t", true},
    {"{\"lead\":\"lead_A1\"", true},
    {"{\"a\":\"b", true},
    {"{\"a\":\"b\\\"}", true},
    {"{\"a\":[1,2}", true},
    {"\"{", true},
    {"{}", false},
    {"{\"a\":\"{[\"}", false},
    {"{\"a\":\"\\\\\"}", false},
    {"{a}}", false},
    {"customer=1", false},
};

static void sees_where_the_end_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++)
        if (json_is_cut(ends[i].text, strlen(ends[i].text)) != ends[i].is_cut)
            fail_msg("%s", ends[i].text);
}

static void stays_within_its_length(void **state)
{
    (void)state;
    char *exact = malloc(2); /* no NUL: the sanitizer watches the end */
    memcpy(exact, "{}", 2);
    struct json *value = json_parse(exact, 2);
    assert_non_null(value);
    json_free(value);
    assert_null(json_parse(exact, 1));
    assert_null(json_parse(exact, 0));
    free(exact);
    assert_null(json_parse("{}\0{}", 5));
    assert_null(json_parse("{\"id\":\"a\0b\"}", 12)); /* would be read as "a" */
}

static void refuses_what_is_nested_too_deep(void **state)
{
    (void)state;
    char text[2 * JSON_DEPTH_MAX + 4];
    for (int depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct json *value = json_parse(text, 2 * (size_t)depth);
        assert_int_equal(value != NULL, depth <= JSON_DEPTH_MAX);
        json_free(value);
    }
    assert_null(json_parse(text, JSON_DEPTH_MAX + 1)); /* all opened, none closed */
}

static void reads_members(void **state)
{
    (void)state;
    struct json *o =
        parse("{\"t\":\"text\",\"n\":42,\"big\":9007199254740991,\"huge\":1e300,\"inf\":1e999,"
              "\"neg\":-3,\"d\":1.5,\"yes\":true,\"no\":false,\"nil\":null,\"a\":[1],"
              "\"T\":\"other\"}");
    assert_true(json_is_object(o));
    assert_false(json_is_array(o));
    assert_true(json_is_array(json_get(o, "a")));
    assert_string_equal(json_get_text(o, "t"), "text");
    assert_string_equal(json_get_text(o, "T"), "other");
    assert_null(json_get_text(o, "n"));
    assert_null(json_get_text(o, "missing"));
    assert_null(json_get_text(o, "nil"));
    assert_int_equal(json_get_int(o, "n", 7), 42);
    assert_int_equal(json_get_int(o, "neg", 7), -3);
    assert_true(json_get_int(o, "big", 7) == 9007199254740991);
    assert_int_equal(json_get_int(o, "huge", 7), 7);
    assert_int_equal(json_get_int(o, "inf", 7), 7);
    assert_true(json_get_double(o, "inf", 2.5) == 2.5);
    assert_int_equal(json_get_int(o, "t", 7), 7);
    assert_int_equal(json_get_int(o, "missing", 7), 7);
    assert_true(json_get_double(o, "d", 0) == 1.5);
    assert_true(json_get_double(o, "t", 2.5) == 2.5);
    assert_true(json_get_bool(o, "yes", false));
    assert_false(json_get_bool(o, "no", true));
    assert_true(json_get_bool(o, "n", true));
    json_free(o);
}

static void finds_nothing_in_what_is_no_object(void **state)
{
    (void)state;
    struct json *array = parse("[\"a\"]");
    assert_null(json_get(array, "a"));
    assert_null(json_get(NULL, "a"));
    assert_null(json_get_text(NULL, "a"));
    assert_int_equal(json_get_int(NULL, "a", 3), 3);
    assert_false(json_is_object(NULL));
    assert_null(json_first(NULL));
    assert_null(json_text(array));
    json_free(array);
    json_free(NULL);
}

static void walks_in_order(void **state)
{
    (void)state;
    struct json *o = parse("{\"z\":\"1\",\"a\":\"2\",\"m\":\"3\"}");
    char seen[16] = "";
    for (const struct json *v = json_first(o); v; v = json_next(v)) {
        strcat(seen, json_key(v));
        strcat(seen, json_text(v));
    }
    assert_string_equal(seen, "z1a2m3");
    json_free(o);
    struct json *array = parse("[1]");
    assert_null(json_key(json_first(array)));
    json_free(array);
    struct json *text = parse("\"x\"");
    assert_null(json_first(text));
    json_free(text);
}

static void writes_one_line(void **state)
{
    (void)state;
    struct json *o = json_object(), *list = json_array();
    int result = json_add_text(o, "t", "a\"\n\x01");
    result |= json_add_text(o, "nil", NULL);
    result |= json_add_int(o, "n", 1700000000123);
    result |= json_add_bool(o, "b", true);
    result |= json_add_null(o, "x");
    result |= json_append_text(list, "one");
    result |= json_append_int(list, 2);
    result |= json_append(list, json_object());
    result |= json_add(o, "l", list);
    assert_int_equal(result, 0);
    char *text = json_print(o);
    assert_string_equal(text, "{\"t\":\"a\\\"\\n\\u0001\",\"nil\":null,\"n\":1700000000123,"
                              "\"b\":true,\"x\":null,\"l\":[\"one\",2,{}]}");
    free(text);
    json_free(o);
}

static void writes_valid_utf8_only(void **state)
{
    (void)state;
    struct json *o = json_object();
    assert_int_equal(json_add_text(o, "t", "\xE4.pdf"), 0);
    char *text = json_print(o);
    assert_string_equal(text, "{\"t\":\"\xEF\xBF\xBD.pdf\"}");
    free(text);
    json_free(o);
}

static void answers_to_nothing_with_no_memory(void **state)
{
    (void)state;
    assert_int_equal(json_add_text(NULL, "k", "v"), -ENOMEM);
    assert_int_equal(json_add_int(NULL, "k", 1), -ENOMEM);
    assert_int_equal(json_add_bool(NULL, "k", true), -ENOMEM);
    assert_int_equal(json_add_null(NULL, "k"), -ENOMEM);
    assert_int_equal(json_add(NULL, "k", json_object()), -ENOMEM);
    assert_int_equal(json_append(NULL, json_object()), -ENOMEM);
    assert_int_equal(json_append_text(NULL, "v"), -ENOMEM);
    assert_int_equal(json_append_int(NULL, 1), -ENOMEM);
    assert_null(json_print(NULL));
    struct json *o = json_object();
    assert_int_equal(json_add(o, "k", NULL), -ENOMEM);
    json_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_one_value_and_nothing_behind_it),
        cmocka_unit_test(sees_where_the_end_is_missing),
        cmocka_unit_test(stays_within_its_length),
        cmocka_unit_test(refuses_what_is_nested_too_deep),
        cmocka_unit_test(reads_members),
        cmocka_unit_test(finds_nothing_in_what_is_no_object),
        cmocka_unit_test(walks_in_order),
        cmocka_unit_test(writes_one_line),
        cmocka_unit_test(writes_valid_utf8_only),
        cmocka_unit_test(answers_to_nothing_with_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
