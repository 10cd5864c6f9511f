/* Text that other programs wrote: how its bytes are converted, and where it is not text. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/base/encoding.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (text), sizeof(text) - 1

FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))

static int convert(
    const char *encoding, const char *bytes, size_t length, char **ret_text, size_t *ret_length)
{
    *ret_text = malloc(length + 1);
    assert_non_null(*ret_text);
    memcpy(*ret_text, bytes, length);
    *ret_length = length;
    return encoding_to_utf8(encoding, ret_text, ret_length);
}

static const struct {
    const char *encoding, *bytes;
    size_t length;
    int result;
    const char *text;
} texts[] = {
    {NULL, BYTES(""), 0, ""},
    {NULL, BYTES("M\xC3\xBCller"), 0, "M\xC3\xBCller"},
    {NULL, BYTES("\xEF\xBB\xBFx"), 0, "x"},
    {NULL, BYTES("\xEF\xBB\xBF"), 0, ""},
    {NULL, BYTES("\xEF\xBB"), -ENODATA, ""},
    {NULL, BYTES("M\xFCller"), -EILSEQ, "M"},
    {NULL, BYTES("M\xFC"), -EILSEQ, "M"},
    {NULL, BYTES("a\0b"), -EILSEQ, "a"},
    {NULL, BYTES("a\xC3"), -ENODATA, "a"},
    {NULL, BYTES("a\xE2\x82"), -ENODATA, "a"},
    {NULL, BYTES("a\xF0\x9F\x98"), -ENODATA, "a"},
    {NULL, BYTES("a\xF5\x9F\x98"), -EILSEQ, "a"},
    {NULL, BYTES("a\xE2x"), -EILSEQ, "a"},
    {NULL, BYTES("\xFF\xFE"), 0, ""},
    {NULL, BYTES("\xFF\xFEM\0\xFC\0"), 0, "M\xC3\xBC"},
    {NULL, BYTES("\xFE\xFF\0M\0\xFC"), 0, "M\xC3\xBC"},
    {NULL, BYTES("\xFF\xFEM\0\xFC"), -ENODATA, "M"},
    {NULL, BYTES("\xFF\xFEM\0\x3D\xD8"), -ENODATA, "M"},      /* half a pair */
    {NULL, BYTES("\xFF\xFEM\0\x00\xDC\xFC\0"), -EILSEQ, "M"}, /* the other half alone */
    {NULL, BYTES("\xFF\xFEM\0\0\0x\0"), -EILSEQ, "M"},        /* a NUL */
    {"windows-1252", BYTES(""), 0, ""},
    {"windows-1252", BYTES("\x80 M\xFCller"), 0, "\xE2\x82\xAC M\xC3\xBCller"},
    {"windows-1252", BYTES("\xEF\xBB\xBFM\xC3\xBC"), 0, "M\xC3\xBC"},
    {"windows-1252", BYTES("a\x81z"), -EILSEQ, "a"},
    {"windows-1252", BYTES("a\0z"), -EILSEQ, "a"},
    {"ISO-2022-JP", BYTES("\x1B$B$\"\x1B(B."), 0, "\xE3\x81\x82."},
    {"no-such-encoding", BYTES("a"), -EILSEQ, ""},
};

static void makes_utf8_of_what_is_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *text;
        size_t length;
        int result = convert(texts[i].encoding, texts[i].bytes, texts[i].length, &text, &length);
        if (result != texts[i].result || strcmp(text, texts[i].text) != 0 || strlen(text) != length)
            fail_msg("%zu: %d, %s, %zu", i, result, text, length);
        free(text);
    }
}

static void takes_long_texts(void **state)
{
    (void)state;
    static char bytes[100000];
    char *text;
    size_t length;
    memset(bytes, 0xFC, sizeof(bytes));
    assert_int_equal(convert("windows-1252", bytes, sizeof(bytes), &text, &length), 0);
    assert_int_equal(length, 2 * sizeof(bytes));
    for (size_t i = 0; i < length; i += 2)
        assert_memory_equal(text + i, "\xC3\xBC", 2);
    free(text);
}

static void says_that_memory_is_short(void **state)
{
    (void)state;
    char *text;
    size_t length;
    calls_left = 0;
    int result = convert("windows-1252", BYTES("\xFC"), &text, &length);
    calls_left = NEVER;
    assert_int_equal(result, -ENOMEM);
    free(text);
}

static void knows_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *meant; /* NULL: it is right */
    } names[] = {{"windows-1252", NULL}, {"CP1252", NULL}, {"iso-8859-15", NULL}, {"UTF-8", NULL},
        {"UTF-16LE", NULL}, {"ansi", "windows-1252"}, {"cp 1252", "windows-1252"},
        {"Windows1250", "windows-1250"}, {"western", "windows-1252"}, {"latin one", "ISO-8859-1"},
        {"latin-9 (15)", "ISO-8859-15"}, {"dos 850", "CP850"}, {"Unicode text", "UTF-16LE"},
        {"UTF-8//TRANSLIT", "windows-1252"}, {"a,b", "windows-1252"}, {"", "windows-1252"}};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (encoding_is_known(names[i].name) != !names[i].meant)
            fail_msg("%s", names[i].name);
        if (names[i].meant) {
            assert_string_equal(encoding_like(names[i].name), names[i].meant);
            assert_true(encoding_is_known(names[i].meant));
        }
    }
}

static void counts_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t first, line;
    } lines[] = {{"", 0, 1}, {"a", 1, 1}, {"a\n", 2, 2}, {"a\r\nb", 3, 2}, {"a\rb\rc", 2, 3},
        {"\n\r\n\r", 1, 4}};
    for (size_t i = 0; i < COUNT(lines); i++) {
        size_t length = strlen(lines[i].text);
        assert_int_equal(encoding_line_length(lines[i].text, length), lines[i].first);
        assert_int_equal(encoding_line_at(lines[i].text, length), lines[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_utf8_of_what_is_text),
        cmocka_unit_test(takes_long_texts),
        cmocka_unit_test(says_that_memory_is_short),
        cmocka_unit_test(knows_names),
        cmocka_unit_test(counts_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
