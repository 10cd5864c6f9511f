/* What is UTF-8 and what is not (RFC 3629), what Close gets to see of a name, and what a terminal
 * gets: never a byte that could move the cursor or turn a line round. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BAD "\xEF\xBF\xBD"

static const struct {
    const char *name, *bytes;
    size_t length;
} characters[] = {
    {"NUL is a character", "\0", 1},
    {"ASCII", "a", 1},
    {"DEL", "\x7F", 1},
    {"first of two bytes", "\xC2\x80", 2},
    {"last of two bytes", "\xDF\xBF", 2},
    {"first of three bytes", "\xE0\xA0\x80", 3},
    {"below the surrogates", "\xED\x9F\xBF", 3},
    {"above the surrogates", "\xEE\x80\x80", 3},
    {"last of three bytes", "\xEF\xBF\xBF", 3},
    {"first of four bytes", "\xF0\x90\x80\x80", 4},
    {"last there is", "\xF4\x8F\xBF\xBF", 4},
    {"tail alone", "\x80", 0},
    {"overlong NUL", "\xC0\x80", 0},
    {"overlong slash", "\xC0\xAF", 0},
    {"overlong two", "\xC1\xBF", 0},
    {"overlong three", "\xE0\x9F\xBF", 0},
    {"overlong four", "\xF0\x8F\xBF\xBF", 0},
    {"high surrogate", "\xED\xA0\x80", 0},
    {"low surrogate", "\xED\xBF\xBF", 0},
    {"beyond Unicode", "\xF4\x90\x80\x80", 0},
    {"far beyond", "\xF5\x80\x80\x80", 0},
    {"five bytes", "\xF8\x88\x80\x80\x80", 0},
    {"FE", "\xFE", 0},
    {"FF", "\xFF", 0},
    {"two bytes, no tail", "\xC3(", 0},
    {"three bytes, bad second", "\xE2(\xA1", 0},
    {"three bytes, bad third", "\xE2\x82(", 0},
    {"four bytes, bad second", "\xF0(\x8C\xBC", 0},
    {"four bytes, bad third", "\xF0\x90(\xBC", 0},
    {"four bytes, bad fourth", "\xF0\x90\x8C(", 0},
};

static const struct {
    const char *text, *trimmed;
} blanks[] = {
    {"", ""},
    {" \t\r\n\v\f", ""},
    {" a b ", "a b"},
    {"\xC2\xA0"
     "10452\xC2\xA0",
        "10452"}, /* no-break space */
    {"\xE3\x80\x80\xE2\x80\xAF"
     "a\xE2\x81\x9F\xE1\x9A\x80",
        "a"}, /* ideographic, narrow ... */
    {"\xEF\xBB\xBF\xE2\x80\x8E"
     "a\xE2\x80\x8B",
        "a"}, /* what takes no room */
    {"\xC2\x85"
     "a\xE2\x80\xA8",
        "a"}, /* line ends */
    {"a\xC2\xA0"
     "b",
        "a\xC2\xA0"
        "b"},
    {"\xC3\xA0", "\xC3\xA0"},
    {"\xF0\x90\x80\x8A ", "\xF0\x90\x80\x8A"},
    {" \xA0 ", "\xA0"}, /* no UTF-8 */
    {"\xC2", "\xC2"},
    {" \x80\x80\x80\x80 ", "\x80\x80\x80\x80"},
};

static void trims_what_nobody_sees(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(blanks); i++) {
        const char *text = blanks[i].text;
        size_t length = strlen(text);
        utf8_trim(&text, &length);
        if (length != strlen(blanks[i].trimmed) || memcmp(text, blanks[i].trimmed, length) != 0)
            fail_msg("%zu: %.*s", i, (int)length, text);
    }
}

static void measures_characters(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(characters); i++)
        if (utf8_length((const unsigned char *)characters[i].bytes, 5) != characters[i].length)
            fail_msg("%s", characters[i].name);
}

static void never_reads_beyond_what_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(characters); i++)
        for (size_t left = 0; left < characters[i].length; left++) {
            unsigned char *exact = malloc(left + 1); /* the sanitizer watches its end */
            memcpy(exact, characters[i].bytes, left);
            unsigned char *end = realloc(exact, left ? left : 1);
            if (utf8_length(end, left) != 0)
                fail_msg("%s, %zu bytes of it", characters[i].name, left);
            free(end);
        }
}

static const struct {
    const char *name, *bytes, *clean, *escaped;
} texts[] = {
    {"nothing", "", "", ""},
    {"plain", "a.pdf", "a.pdf", "a.pdf"},
    {"umlaut", "\xC3\xA4", "\xC3\xA4", "\xC3\xA4"},
    {"emoji", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
    {"Latin-1", "\xE4.pdf", BAD ".pdf", "\\xE4.pdf"},
    {"every bad byte counts", "\xED\xA0\x80", BAD BAD BAD, "\\xED\\xA0\\x80"},
    {"cut at the end", "a\xE2\x82", "a" BAD BAD, "a\\xE2\\x82"},
    {"cut, then good", "\xE2\x82z", BAD BAD "z", "\\xE2\\x82z"},
    {"newline", "a\nb", "a\nb", "a\\x0Ab"},
    {"terminal title", "\x1B]0;x\x07", "\x1B]0;x\x07", "\\x1B]0;x\\x07"},
    {"DEL", "\x7F", "\x7F", "\\x7F"},
    {"C1 control",
        "\xC2\x9B"
        "2J",
        "\xC2\x9B"
        "2J",
        "\\xC2\\x9B2J"},
    {"no-break space is text", "\xC2\xA0", "\xC2\xA0", "\xC2\xA0"},
    {"line separator", "\xE2\x80\xA8", "\xE2\x80\xA8", "\\xE2\\x80\\xA8"},
    {"paragraph separator", "\xE2\x80\xA9", "\xE2\x80\xA9", "\\xE2\\x80\\xA9"},
    {"right to left override",
        "a\xE2\x80\xAE"
        "fdp.exe",
        "a\xE2\x80\xAE"
        "fdp.exe",
        "a\\xE2\\x80\\xAE"
        "fdp.exe"},
    {"isolate", "\xE2\x81\xA6", "\xE2\x81\xA6", "\\xE2\\x81\\xA6"},
    {"left to right mark", "\xE2\x80\x8E", "\xE2\x80\x8E", "\\xE2\\x80\\x8E"},
    {"right to left mark", "\xE2\x80\x8F", "\xE2\x80\x8F", "\\xE2\\x80\\x8F"},
    {"Arabic letter mark", "\xD8\x9C", "\xD8\x9C", "\\xD8\\x9C"},
    {"a dash is text", "\xE2\x80\x93", "\xE2\x80\x93", "\xE2\x80\x93"},
};

static void cleans_for_close(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *clean = utf8_clean_copy(texts[i].bytes);
        if (strcmp(clean, texts[i].clean) != 0)
            fail_msg("%s: %s", texts[i].name, clean);
        free(clean);
    }
}

static void escapes_for_a_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *escaped = utf8_escape_copy(texts[i].bytes);
        if (strcmp(escaped, texts[i].escaped) != 0)
            fail_msg("%s: %s", texts[i].name, escaped);
        free(escaped);
    }
}

static void is_clean_whatever_comes(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            const char bytes[] = {(char)a, (char)b, 'z'};
            struct str out = STR_INIT(64);
            utf8_clean(&out, bytes, sizeof(bytes));
            for (size_t at = 0; at < out.length;) {
                size_t step = utf8_length((const unsigned char *)out.bytes + at, out.length - at);
                assert_true(step > 0);
                at += step;
            }
            str_clear(&out);
            utf8_escape(&out, bytes, sizeof(bytes));
            for (size_t at = 0; at < out.length; at++)
                assert_true((unsigned char)out.bytes[at] >= ' ' && out.bytes[at] != 0x7F);
            str_release(&out);
        }
}

static void counts_characters(void **state)
{
    (void)state;
    assert_int_equal(utf8_count("", 0), 0);
    assert_int_equal(utf8_count("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"
                                "b",
                         11),
        5);
}

static void cuts_behind_whole_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t most, kept;
    } rows[] = {
        {"", 0, 0}, {"", 4, 0}, {"abc", 4, 3}, {"abc", 3, 3}, {"abc", 2, 2}, {"abc", 0, 0},
        {"a\xC3\xA4", 3, 3}, {"a\xC3\xA4", 2, 1},
        {"a\xF0\x9F\x98\x80"
         "b",
            5, 5},
        {"a\xF0\x9F\x98\x80"
         "b",
            4, 1},
        {"a\xF0\x9F\x98\x80"
         "b",
            2, 1},
        {"\xC3\xA4", 1, 0}, {"a\x80\x80\x80\x80\x80\x80", 5, 5}, /* no UTF-8 */
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (utf8_cut(rows[i].text, rows[i].most) != rows[i].kept)
            fail_msg("row %zu: %zu", i, utf8_cut(rows[i].text, rows[i].most));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trims_what_nobody_sees),
        cmocka_unit_test(measures_characters),
        cmocka_unit_test(counts_characters),
        cmocka_unit_test(cuts_behind_whole_characters),
        cmocka_unit_test(never_reads_beyond_what_is_left),
        cmocka_unit_test(cleans_for_close),
        cmocka_unit_test(escapes_for_a_line),
        cmocka_unit_test(is_clean_whatever_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
