/* Reading one file key by key: every reader consumes its key, gives the fallback where it is unset
 * or wrong, and notes what is wrong; what nobody consumed is a typo. */
#include "closedrop/base/array.h"
#include "closedrop/config/setting.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[SCRATCH_MAX + 8];

static struct settings *open_text(const char *text, int result)
{
    struct settings *settings = NULL;
    char directory[SCRATCH_MAX];
    assert_int_equal(scratch_make(directory), 0);
    snprintf(path, sizeof(path), "%s/c.conf", directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int opened = settings_open(path, &settings);
    scratch_remove(directory);
    assert_non_null(settings);
    if (opened != result) {
        print_error("  %s\n", settings_problems(settings));
        settings_close(settings);
        fail_msg("opening gave %d, not %d: %s", opened, result, text);
    }
    return settings;
}

static void expect_problem(const struct settings *settings, const char *words)
{
    if (!strstr(settings_problems(settings), words))
        fail_msg("\"%s\" is missing in: %s", words, settings_problems(settings));
}

static void reads_values(void **state)
{
    (void)state;
    static const char *const colours[] = {"red", "green"}, *const none[] = {NULL};
    struct settings *s = open_text("t = \"text\"; b = true; n = 7; size = \"2K\"; time = \"3s\";\n"
                                   "c = \"green\"; l = [ \"x\", \"y\" ]; e = [ ];",
        0);
    struct setting *root = settings_root(s);
    char *text = setting_text(s, root, "t", "other");
    assert_string_equal(text, "text");
    free(text);
    assert_true(setting_bool(s, root, "b", false));
    assert_int_equal(setting_int(s, root, "n", 1, 0, 9), 7);
    assert_int_equal(setting_size(s, root, "size", "1"), 2048);
    assert_int_equal(setting_duration(s, root, "time", "1s", "0", "1h"), 3000);
    assert_int_equal(setting_choice(s, root, "c", colours, 2, 0), 1);
    char **list = setting_texts(s, root, "l", NULL);
    assert_string_equal(list[1], "y");
    assert_null(list[2]);
    text_list_free(list);
    list = setting_texts(s, root, "e", none);
    assert_null(list[0]);
    text_list_free(list);
    setting_report_rest(s);
    assert_string_equal(settings_problems(s), "");
    assert_int_equal(settings_problem_count(s), 0);
    settings_close(s);
}

static void expect_fallbacks(struct settings *s, struct setting *group)
{
    static const char *const colours[] = {"red", "green"}, *const two[] = {"p", "q", NULL};
    char *text = setting_text(s, group, "t", "fallback");
    assert_string_equal(text, "fallback");
    free(text);
    assert_true(setting_bool(s, group, "b", true));
    assert_int_equal(setting_int(s, group, "n", 5, 0, 9), 5);
    assert_int_equal(setting_size(s, group, "size", "4K"), 4096);
    assert_int_equal(setting_duration(s, group, "time", "2s", "1s", "1h"), 2000);
    assert_int_equal(setting_choice(s, group, "c", colours, 2, 1), 1);
    char **list = setting_texts(s, group, "l", two);
    assert_non_null(list);
    text_list_free(list);
}

static void gives_the_fallback_where_nothing_is_set(void **state)
{
    (void)state;
    struct settings *s = open_text("g = { };", 0);
    expect_fallbacks(s, setting_group(s, settings_root(s), "g"));
    expect_fallbacks(s, setting_group(s, settings_root(s), "missing"));
    assert_null(setting_text(s, settings_root(s), "t", NULL));
    assert_int_equal(settings_problem_count(s), 0);
    settings_close(s);
}

static void gives_the_fallback_where_something_is_wrong(void **state)
{
    (void)state;
    struct settings *s = open_text("t = 1;\nb = \"no\";\nn = 10;\nsize = \"x\";\ntime = \"0\";\n"
                                   "c = \"blue\";\nl = \"p\";",
        0);
    expect_fallbacks(s, settings_root(s));
    assert_int_equal(settings_problem_count(s), 7);
    static const char *const words[] = {
        ":1: t: ", ":2: b: ", ":3: n: ", ":4: size: ", ":5: time: ", ":6: c: ", ":7: l: "};
    for (size_t i = 0; i < COUNT(words); i++)
        expect_problem(s, words[i]);
    settings_close(s);
}

static void walks_lists_of_groups(void **state)
{
    (void)state;
    struct settings *s = open_text("l = ( { n = 1; }, { n = 2; }, { n = 3; } );", 0);
    struct setting *root = settings_root(s);
    assert_int_equal(setting_list_length(s, root, "l"), 3);
    assert_int_equal(setting_list_length(s, root, "missing"), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            setting_int(s, setting_list_group(s, root, "l", i), "n", 0, 0, 9), (int)i + 1);
    assert_null(setting_list_group(s, root, "l", 3));
    setting_report_rest(s);
    assert_int_equal(settings_problem_count(s), 0);
    settings_close(s);
}

static const struct {
    const char *name, *text, *words;
} typos[] = {
    {"at the top", "colour = 1;\nxyz = 2;",
        ":2: xyz: unknown key; known keys here are colour, group, list"},
    {"close to one", "color = 1;", ":1: color: unknown key; did you mean colour?"},
    {"in a group", "group = {\n widht = 1; };",
        ":2: group.widht: unknown key; did you mean width?"},
    {"in a list", "list = ( { width = 1; },\n { witdh = 1; } );",
        "witdh: unknown key; did you mean width?"},
    {"another case", "Colour = 1;", ":1: Colour: unknown key; did you mean colour?"},
    {"a group nobody knows", "grouq = { a = 1; };", ":1: grouq: unknown key; did you mean group?"},
};

static void finds_typos(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(typos); i++) {
        struct settings *s = open_text(typos[i].text, 0);
        struct setting *root = settings_root(s);
        setting_int(s, root, "colour", 0, 0, 9);
        setting_int(s, setting_group(s, root, "group"), "width", 0, 0, 9);
        size_t length = setting_list_length(s, root, "list");
        for (size_t entry = 0; entry < length; entry++)
            setting_int(s, setting_list_group(s, root, "list", entry), "width", 0, 0, 9);
        setting_report_rest(s);
        if (settings_problem_count(s) != 1 || !strstr(settings_problems(s), typos[i].words))
            fail_msg("%s: %s", typos[i].name, settings_problems(s));
        settings_close(s);
    }
}

static void keeps_a_problem_on_one_line(void **state)
{
    (void)state;
    struct settings *s = open_text("c = \"a\\nb\\x1b[2J\";", 0);
    static const char *const colours[] = {"red", "green"};
    setting_choice(s, settings_root(s), "c", colours, 2, 0);
    const char *end = strchr(settings_problems(s), '\n');
    assert_non_null(end);
    assert_string_equal(end, "\n");
    assert_null(strchr(settings_problems(s), '\x1b'));
    settings_close(s);
}

static const struct {
    const char *name, *text, *words;
} broken[] = {
    {"syntax", "a = 1;\nb = ;\n", ":2: syntax error"},
    {"open group", "a = {\n\n", "syntax error"},
    {"open text", "a = \"x\n", ""},
    {"twice", "a = 1;\na = 2;\n", "duplicate"},
};

static void refuses_what_does_not_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++) {
        struct settings *s = open_text(broken[i].text, -EINVAL);
        if (settings_problem_count(s) != 1 || !strstr(settings_problems(s), broken[i].words))
            fail_msg("%s: %s", broken[i].name, settings_problems(s));
        if (strncmp(settings_problems(s), path, strlen(path)) != 0)
            fail_msg("%s: no file in \"%s\"", broken[i].name, settings_problems(s));
        settings_close(s);
    }
    settings_close(NULL);
}

/* a comment may contain anything */
static void refuses_an_include_but_not_the_word(void **state)
{
    (void)state;
    struct settings *s = open_text("a = 1;\n@include \"x\"\n", -EINVAL);
    expect_problem(s, "@include is not supported");
    settings_close(s);
    s = open_text("# @include is not supported here\na = 1;\n", 0);
    settings_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values),
        cmocka_unit_test(gives_the_fallback_where_nothing_is_set),
        cmocka_unit_test(gives_the_fallback_where_something_is_wrong),
        cmocka_unit_test(walks_lists_of_groups),
        cmocka_unit_test(finds_typos),
        cmocka_unit_test(keeps_a_problem_on_one_line),
        cmocka_unit_test(refuses_what_does_not_parse),
        cmocka_unit_test(refuses_an_include_but_not_the_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
