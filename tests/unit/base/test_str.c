/* The growing string: what was added is there, the ceiling holds, and the first failure sticks. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

FAILING_CALL(char *, strdup, NULL, (const char *text), (text))

/* a signal comes first, every second time */
static bool is_interrupted;
ssize_t __real_read(int fd, void *bytes, size_t length);
ssize_t __wrap_read(int fd, void *bytes, size_t length);
ssize_t __wrap_read(int fd, void *bytes, size_t length)
{
    is_interrupted = !is_interrupted;
    errno = EINTR;
    return is_interrupted ? -1 : __real_read(fd, bytes, length);
}

static void is_empty_text_before_anything_is_added(void **state)
{
    (void)state;
    struct str s = STR_INIT(10);
    assert_string_equal(str_text(&s), "");
    assert_int_equal(str_error(&s), 0);
    str_release(&s);
}

static void joins_what_is_added(void **state)
{
    (void)state;
    struct str s = STR_INIT(100);
    str_add(&s, "one");
    str_add_char(&s, ',');
    str_add_bytes(&s, "two-", 3);
    str_printf(&s, ",%d%s", 3, "!");
    assert_string_equal(str_text(&s), "one,two,3!");
    assert_int_equal(s.length, 10);
    str_release(&s);
    assert_string_equal(str_text(&s), "");
}

static void keeps_nul_bytes(void **state)
{
    (void)state;
    struct str s = STR_INIT(100);
    str_add_bytes(&s, "a\0b", 3);
    assert_int_equal(s.length, 3);
    assert_memory_equal(str_text(&s), "a\0b\0", 4);
    str_release(&s);
}

static void grows_to_its_ceiling_and_no_further(void **state)
{
    (void)state;
    for (size_t most = 0; most < 300; most++) {
        struct str s = STR_INIT(most);
        for (size_t i = 0; i < most; i++)
            str_add_char(&s, (char)('a' + i % 26));
        assert_int_equal(str_error(&s), 0);
        assert_int_equal(s.length, most);
        str_add_char(&s, 'x');
        assert_int_equal(str_error(&s), -E2BIG);
        assert_int_equal(s.length, most);
        str_release(&s);
    }
}

static void sticks_to_the_first_failure(void **state)
{
    (void)state;
    struct str s = STR_INIT(4);
    str_add(&s, "abc");
    str_printf(&s, "%s", "too long");
    str_add(&s, "d");
    assert_int_equal(str_error(&s), -E2BIG);
    assert_string_equal(str_text(&s), "abc");
    str_clear(&s);
    assert_int_equal(str_error(&s), 0);
    str_add(&s, "new");
    assert_string_equal(str_text(&s), "new");
    str_release(&s);
}

/* half a character of a wide text is nothing that can be printed */
static void keeps_out_what_cannot_be_printed(void **state)
{
    (void)state;
    static const wchar_t half[] = {0xD83D, 0};
    struct str s = STR_INIT(4);
    str_add(&s, "a");
    str_printf(&s, "%ls", half);
    assert_int_equal(str_error(&s), -EINVAL);
    str_clear(&s);
    str_add(&s, "too long");
    str_printf(&s, "%ls", half);
    assert_int_equal(str_error(&s), -E2BIG);
    str_release(&s);
}

static void hands_its_text_over(void **state)
{
    (void)state;
    struct str s = STR_INIT(4);
    str_add(&s, "text");
    char *text = str_take(&s);
    assert_string_equal(text, "text");
    assert_int_equal(s.length, 0);
    free(text);
    text = str_take(&s);
    assert_string_equal(text, "");
    free(text);
    str_add(&s, "too long");
    assert_null(str_take(&s));
    assert_int_equal(str_error(&s), 0);
    str_release(&s);
}

static void formats_into_new_memory(void **state)
{
    (void)state;
    char *text = str_format("%s-%05d", "id", 42);
    assert_string_equal(text, "id-00042");
    free(text);
}

static void compares_starts_and_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
        bool starts, ends;
    } rows[] = {
        {"abc", "", true, true},
        {"", "", true, true},
        {"", "a", false, false},
        {"abc", "abc", true, true},
        {"abc", "ab", true, false},
        {"abc", "bc", false, true},
        {"abc", "xabc", false, false},
        {"aba", "a", true, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (str_starts_with(rows[i].text, rows[i].part) != rows[i].starts)
            fail_msg("\"%s\" starts with \"%s\"", rows[i].text, rows[i].part);
        if (str_ends_with(rows[i].text, rows[i].part) != rows[i].ends)
            fail_msg("\"%s\" ends with \"%s\"", rows[i].text, rows[i].part);
    }
}

/* each is before the next one */
static void counts_as_people_do(void **state)
{
    (void)state;
    static const char *const sorted[] = {"", "0", "00", "01", "1", "02", "3", "9 a", "09 b", "10",
        "Seite", "Seite 1", "Seite 2", "Seite 2.pdf", "Seite 02b", "Seite 10", "Seite 010a",
        "Seite 12345678901234567890123", "Seite a", "a1b2", "a1b10", "a2b1", "\xC3\xA4"};
    for (size_t i = 0; i < COUNT(sorted); i++)
        for (size_t j = 0; j < COUNT(sorted); j++) {
            int order = str_compare_natural(sorted[i], sorted[j]);
            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("\"%s\" and \"%s\": %d", sorted[i], sorted[j], order);
        }
}

static void reads_a_whole_file(void **state)
{
    (void)state;
    struct str text = STR_INIT(100000), small = STR_INIT(10);
    int fd = memfd_create("text", MFD_CLOEXEC);
    char piece[40000];
    memset(piece, 'x', sizeof(piece));
    assert_int_equal(write(fd, piece, sizeof(piece)), sizeof(piece));
    lseek(fd, 0, SEEK_SET);
    assert_int_equal(str_add_file(&text, fd), 0);
    assert_int_equal(text.length, sizeof(piece));
    lseek(fd, 0, SEEK_SET);
    assert_int_equal(str_add_file(&small, fd), -E2BIG);
    assert_int_equal(str_error(&small), -E2BIG);
    close(fd);
    assert_int_equal(str_add_file(&text, fd), -EBADF);
    assert_int_equal(text.length, sizeof(piece));
    str_release(&text);
    str_release(&small);
}

static void replaces_what_it_owns(void **state)
{
    (void)state;
    char value[] = "first", *text = NULL;
    assert_int_equal(str_assign(&text, value), 0);
    value[0] = 'x';
    assert_string_equal(text, "first");
    assert_int_equal(str_assign(&text, "second"), 0);
    assert_string_equal(text, "second");
    calls_left = 0;
    assert_int_equal(str_assign(&text, "third"), -ENOMEM);
    calls_left = NEVER;
    assert_string_equal(text, "second");
    assert_int_equal(str_assign(&text, NULL), 0);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_text_before_anything_is_added),
        cmocka_unit_test(joins_what_is_added),
        cmocka_unit_test(keeps_nul_bytes),
        cmocka_unit_test(grows_to_its_ceiling_and_no_further),
        cmocka_unit_test(sticks_to_the_first_failure),
        cmocka_unit_test(keeps_out_what_cannot_be_printed),
        cmocka_unit_test(hands_its_text_over),
        cmocka_unit_test(formats_into_new_memory),
        cmocka_unit_test(replaces_what_it_owns),
        cmocka_unit_test(compares_starts_and_ends),
        cmocka_unit_test(counts_as_people_do),
        cmocka_unit_test(reads_a_whole_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
