/* Whether a name still refers to the same document. */
#include "closedrop/base/array.h"
#include "closedrop/intake/document.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define LARGE 20000

/** A file of `length` bytes that begins with `head`, ends with `tail`, and is 'x' between. */
static int file_of(const char *head, size_t length, const char *tail)
{
    char bytes[LARGE + 100];
    assert_true(length <= sizeof(bytes));
    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes, head, strlen(head));
    memcpy(bytes + length - strlen(tail), tail, strlen(tail));
    int fd = memfd_create("document", 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    return fd;
}

static const struct {
    const char *name;
    const char *head, *tail; /* of the file that is there now; the document is "one", 5000, "end" */
    size_t length;
    bool goes_on;
} now[] = {
    {"the same", "one", "end", 5000, true},
    {"shorter", "one", "end", 4999, false},
    {"another beginning", "two", "end", 5000, false},
    {"another end", "one", "fin", 5000, false},
    {"longer, with another beginning", "two", "end", 6000, false},
    {"longer, with the old end gone", "one", "end", 6000, false},
    {"almost nothing", "o", "", 1, false},
};

static void tells_one_document_from_another(void **state)
{
    (void)state;
    struct document document;
    int fd = file_of("one", 5000, "end");
    assert_int_equal(document_read(fd, 5000, &document), 0);
    assert_int_equal(document.size, 5000);
    close(fd);
    for (size_t i = 0; i < COUNT(now); i++) {
        fd = file_of(now[i].head, now[i].length, now[i].tail);
        if (document_continues(&document, fd, (int64_t)now[i].length) != now[i].goes_on)
            fail_msg("%s", now[i].name);
        close(fd);
    }
}

static void a_document_that_grows_goes_on(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 3, 4095, 4096, 4097, 8191, 8192, 8193, LARGE};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct document document;
        int64_t length = (int64_t)lengths[i];
        int fd = file_of("", lengths[i], "");
        assert_int_equal(document_read(fd, length, &document), 0);
        assert_int_equal(write(fd, "more", 4), 4);
        assert_true(document_continues(&document, fd, length + 4));
        close(fd);
    }
}

static void what_has_no_content_yet_is_no_document(void **state)
{
    (void)state;
    struct document document = {.size = 7};
    int fd = memfd_create("document", 0);
    assert_int_equal(document_read(fd, 0, &document), 0);
    assert_int_equal(document.size, 0);
    assert_int_equal(ftruncate(fd, LARGE), 0); /* given its size first */
    assert_int_equal(document_read(fd, LARGE, &document), 0);
    assert_int_equal(document.size, 0);
    assert_int_equal(pwrite(fd, "begun", 5, 0), 5);
    assert_int_equal(document_read(fd, LARGE, &document), 0);
    assert_int_equal(document.size, 0);
    close(fd);
}

static void does_not_guess_where_it_cannot_read(void **state)
{
    (void)state;
    struct document document = {.size = 7}, same = document;
    int fd = file_of("one", 100, "end");
    assert_int_equal(document_read(fd, 101, &document), -ENODATA);
    assert_int_equal(document_read(-1, 100, &document), -EBADF);
    assert_memory_equal(&document, &same, sizeof(same));
    assert_true(document_continues(&document, -1, 100));
    close(fd);
    fd = file_of("o", 5, ""); /* cut since it was asked how long it is */
    assert_false(document_continues(&document, fd, 100));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_one_document_from_another),
        cmocka_unit_test(a_document_that_grows_goes_on),
        cmocka_unit_test(what_has_no_content_yet_is_no_document),
        cmocka_unit_test(does_not_guess_where_it_cannot_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
