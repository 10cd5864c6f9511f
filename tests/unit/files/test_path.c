/* Paths as bytes: joined, taken apart, compared, and numbered when a name is taken. */
#include "closedrop/base/array.h"
#include "closedrop/files/path.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_text(char *text, const char *wanted)
{
    assert_string_equal(text, wanted);
    free(text);
}

static void joins_and_takes_apart(void **state)
{
    (void)state;
    expect_text(path_join("a/b", "c"), "a/b/c");
    expect_text(path_join("", "c"), "c");
    assert_string_equal(path_name("a/b/c.pdf"), "c.pdf");
    assert_string_equal(path_name("c.pdf"), "c.pdf");
    assert_string_equal(path_name("a/"), "");
    expect_text(path_directory("a/b/c.pdf"), "a/b");
    expect_text(path_directory("c.pdf"), "");
    expect_text(path_directory("/c"), "");
}

static const struct {
    const char *base, *path, *normal;
} normals[] = {
    {"/etc", "/srv/scans", "/srv/scans"},
    {"/etc", "scans", "/etc/scans"},
    {"/etc/", "scans/", "/etc/scans"},
    {"/etc", "//srv///scans//", "/srv/scans"},
    {"/etc", "./a/./b/.", "/etc/a/b"},
    {"/", "a", "/a"},
    {"/", "/", "/"},
    {"/", ".", "/"},
    {"/etc", "../x", "/etc/../x"},
    {"/etc", "/a/..b/.c", "/a/..b/.c"},
};

static void makes_paths_normal(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(normals); i++) {
        char *normal = path_normal(normals[i].base, normals[i].path);
        if (strcmp(normal, normals[i].normal) != 0)
            fail_msg("%s + %s: %s", normals[i].base, normals[i].path, normal);
        free(normal);
    }
}

static const struct {
    const char *path, *directory;
    bool within;
} withins[] = {
    {"/srv/scans", "/srv/scans", true},
    {"/srv/scans/a", "/srv/scans", true},
    {"/srv/scans2", "/srv/scans", false},
    {"/srv/scan", "/srv/scans", false},
    {"/srv", "/srv/scans", false},
    {"/srv", "/", true},
    {"/", "/", true},
    {"/", "/srv", false},
};

static void knows_what_lies_within(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(withins); i++)
        if (path_is_within(withins[i].path, withins[i].directory) != withins[i].within)
            fail_msg("%s in %s", withins[i].path, withins[i].directory);
}

static const struct {
    const char *name;
    unsigned number;
    const char *numbered;
} numbers[] = {
    {"a.pdf", 1, "a.pdf"},
    {"a.pdf", 2, "a (2).pdf"},
    {"a.pdf", 17, "a (17).pdf"},
    {"a", 2, "a (2)"},
    {"a.tar.gz", 2, "a.tar (2).gz"},
    {".hidden", 2, ".hidden (2)"},
    {"a.", 2, "a (2)."},
    {"a (2).pdf", 2, "a (2) (2).pdf"},
    {"a.not a suffix, but words", 2, "a.not a suffix, but words (2)"},
};

static void numbers_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char *numbered = path_numbered(numbers[i].name, numbers[i].number);
        if (strcmp(numbered, numbers[i].numbered) != 0)
            fail_msg("%s, %u: %s", numbers[i].name, numbers[i].number, numbered);
        free(numbered);
    }
}

static void keeps_names_short_enough(void **state)
{
    (void)state;
    char name[NAME_MAX + 1];
    for (size_t length = 240; length <= NAME_MAX; length++) {
        memset(name, 'x', length);
        memcpy(name + length - 4, ".pdf", 5);
        char *numbered = path_numbered(name, 9999);
        assert_true(strlen(numbered) <= NAME_MAX);
        assert_string_equal(numbered + strlen(numbered) - 11, " (9999).pdf");
        free(numbered);
        char *suffixed = path_with_suffix(name, ".error.txt");
        assert_true(strlen(suffixed) <= NAME_MAX);
        assert_string_equal(suffixed + strlen(suffixed) - 10, ".error.txt");
        free(suffixed);
    }
    expect_text(path_with_suffix("a.pdf", ".error.txt"), "a.pdf.error.txt");
}

static void never_cuts_a_character_in_two(void **state)
{
    (void)state;
    char name[NAME_MAX + 1];
    for (size_t lead = 0; lead < 4; lead++) {
        memset(name, 'x', lead);
        size_t length = lead;
        for (; length + 4 <= NAME_MAX; length += 4)
            memcpy(name + length, "\xF0\x9F\x98\x80", 4);
        name[length] = '\0';
        char *suffixed = path_with_suffix(name, ".error.txt");
        size_t kept = strlen(suffixed) - 10;
        assert_true(strlen(suffixed) <= NAME_MAX);
        assert_int_equal((kept - lead) % 4, 0);
        assert_true(kept + 10 + 4 > NAME_MAX); /* and no more than that is lost */
        free(suffixed);
    }
}

/* their texts are next to each other */
static void keeps_long_names_apart(void **state)
{
    (void)state;
    static const char *const ends[] = {
        "n.pdf", "n.tif", " (2).pdf", " (3).pdf", "page 1", "page 2"};
    char *made[COUNT(ends)];
    for (size_t i = 0; i < COUNT(ends); i++) {
        char name[NAME_MAX + 1];
        memset(name, 'n', sizeof(name));
        memcpy(name + NAME_MAX - strlen(ends[i]), ends[i], strlen(ends[i]) + 1);
        made[i] = path_with_suffix(name, ".close.json");
        assert_int_equal(strlen(made[i]), NAME_MAX);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(made[i], made[j]);
    }
    for (size_t i = 0; i < COUNT(ends); i++)
        free(made[i]);
}

/* nothing says what was meant: each byte counts for itself */
static void shortens_names_that_are_no_text(void **state)
{
    (void)state;
    char name[NAME_MAX + 1], wanted[NAME_MAX + 1];
    memset(name, '\xE4', NAME_MAX);
    name[NAME_MAX] = '\0';
    memcpy(wanted, name, sizeof(wanted));
    memcpy(wanted + NAME_MAX - 10, ".error.txt", 10);
    expect_text(path_with_suffix(name, ".error.txt"), wanted);
}

static const struct {
    const char *pattern, *path, *marker;
} markers[] = {
    {"{name}.done", "a.pdf", "a.pdf.done"},
    {"{name}.done", "in/a.pdf", "in/a.pdf.done"},
    {"{stem}.ok", "a.pdf", "a.ok"},
    {"{stem}.ok", "in.d/a", "in.d/a.ok"},
    {"{stem}.ok", "a.tar.gz", "a.tar.ok"},
    {"{stem}.ok", "a", "a.ok"},
    {"{stem}.ok", ".a", ".a.ok"},
    {"ready-{name}", "in/a.pdf", "in/ready-a.pdf"},
    {"{dir}/READY", "a.pdf", "READY"},
    {"{dir}/READY", "in/deep/a.pdf", "in/deep/READY"},
    {"", "a.pdf", NULL},
};

static void names_the_marker_of_a_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(markers); i++) {
        const char *wanted = markers[i].marker;
        char *marker = path_marker(markers[i].pattern, markers[i].path);
        if (wanted ? !marker || strcmp(marker, wanted) != 0 : marker != NULL)
            fail_msg("%s, %s: %s", markers[i].pattern, markers[i].path, marker);
        free(marker);
    }
}

static void takes_marker_patterns_apart(void **state)
{
    (void)state;
    size_t before = 0;
    const char *after = NULL;
    assert_true(path_marker_split("ready-{name}.x", &before, &after));
    assert_int_equal(before, 6);
    assert_string_equal(after, ".x");
    assert_true(path_marker_split("{stem}", &before, &after));
    assert_int_equal(before, 0);
    assert_string_equal(after, "");
    assert_true(path_marker_split("{dir}/all.done", &before, &after));
    assert_int_equal(before, 0);
    assert_string_equal(after, "all.done");
    assert_false(path_marker_split("", &before, &after));
    assert_false(path_marker_split("done", &before, &after));
}

static void knows_the_marker_of_a_batch(void **state)
{
    (void)state;
    assert_true(path_marker_is_of_batch("{dir}/READY"));
    assert_false(path_marker_is_of_batch("{name}.done"));
    assert_false(path_marker_is_of_batch("{dir}"));
    assert_false(path_marker_is_of_batch(""));
}

static const struct {
    const char *path;
    bool plain;
} relatives[] = {
    {"a", true},
    {"a/b.pdf", true},
    {".hidden", true},
    {".a", true},
    {"a.", true},
    {"..a/b..", true},
    {"...", true},
    {"", false},
    {"/a", false},
    {"a/", false},
    {"a//b", false},
    {".", false},
    {"..", false},
    {"a/..", false},
    {"../a", false},
    {"a/./b", false},
};

static void knows_plain_relative_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(relatives); i++)
        if (path_is_plain_relative(relatives[i].path) != relatives[i].plain)
            fail_msg("\"%s\"", relatives[i].path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_and_takes_apart),
        cmocka_unit_test(makes_paths_normal),
        cmocka_unit_test(knows_what_lies_within),
        cmocka_unit_test(numbers_names),
        cmocka_unit_test(keeps_names_short_enough),
        cmocka_unit_test(never_cuts_a_character_in_two),
        cmocka_unit_test(keeps_long_names_apart),
        cmocka_unit_test(shortens_names_that_are_no_text),
        cmocka_unit_test(names_the_marker_of_a_file),
        cmocka_unit_test(takes_marker_patterns_apart),
        cmocka_unit_test(knows_the_marker_of_a_batch),
        cmocka_unit_test(knows_plain_relative_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
