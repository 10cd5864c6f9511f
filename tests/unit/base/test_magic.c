/* What kind of document a file is: its suffix says it, unless its content is plainly something
 * else. */
#include "closedrop/base/array.h"
#include "closedrop/base/magic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define PAGE                                                                                       \
    "<!DOCTYPE html>\n<html><head><title>502</title></head><body>Bad gateway</body></html>\n"
#define PDF "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
#define GIF "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF"
#define CONTENT(text) text, sizeof(text) - 1

static const struct {
    const char *name, *content;
    size_t length;
    const char *type;
} rows[] = {
    {"a.pdf", CONTENT(PDF), "application/pdf"},
    {"a.PDF", CONTENT("\xEF\xBB\xBF" PDF), "application/pdf"},
    {"a.pdf", CONTENT("@PJL ENTER LANGUAGE=PDF\r\n" PDF), "application/pdf"},
    {"a.pdf", CONTENT(PAGE), "text/html"},
    {"a.pdf", CONTENT(""), "application/pdf"},
    {"a.pdf", CONTENT("\x01\x02\x03\x04"), "application/pdf"}, /* nobody knows what it is */
    {"a.jpg", CONTENT(GIF), "image/gif"},
    {"a.gif", CONTENT(GIF), "image/gif"},
    {"a.tif", CONTENT("MM\0*\0\0\0\x08"), "image/tiff"},
    {"a.tif", CONTENT(PDF), "application/pdf"},
    {"a.csv", CONTENT("key;name\n1;<html>\n"), "text/csv"},
    {"a.csv", CONTENT(PDF), "application/pdf"},
    {"a.csv", CONTENT(GIF), "image/gif"},
    {"a.txt", CONTENT("\xFF\xFEh\0i\0\n\0"), "text/plain"},
    {"a.xls", CONTENT(PAGE), "text/html"},
    {"a.docx", CONTENT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"a.rtf", CONTENT("{\\rtf1 hello}"), "application/rtf"},
    {"a.mp3", CONTENT(PAGE), "text/html"},
    {"a.csv", CONTENT(" \r\n" PAGE), "text/html"},
    {"a.txt", CONTENT("<HTML lang=\"de\">"), "text/html"},
    {"a.json", CONTENT(PAGE), "text/html"},
    {"a.xml", CONTENT(PAGE), "application/xml"},
    {"a.txt", CONTENT("<htm"), "text/plain"},
    {"a", CONTENT(GIF), "image/gif"},
    {"a.unknown", CONTENT(PAGE), "text/html"},
    {"a.unknown", CONTENT("\x01\x02\x03\x04"), "application/octet-stream"},
};

static void tells_what_a_file_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char type[CONTENT_TYPE_MAX];
        int fd = memfd_create("content", MFD_CLOEXEC);
        assert_int_equal(write(fd, rows[i].content, rows[i].length), rows[i].length);
        content_type_guess(rows[i].name, fd, type);
        close(fd);
        if (strcmp(type, rows[i].type) != 0)
            fail_msg("row %zu, %s: %s, not %s", i, rows[i].name, type, rows[i].type);
    }
}

static void believes_the_suffix_of_what_cannot_be_read(void **state)
{
    (void)state;
    char type[CONTENT_TYPE_MAX];
    content_type_guess("a.pdf", -1, type);
    assert_string_equal(type, "application/pdf");
    content_type_guess("a", -1, type);
    assert_string_equal(type, "application/octet-stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_a_file_is),
        cmocka_unit_test(believes_the_suffix_of_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
