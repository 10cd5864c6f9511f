/* Files of no format that has an end, and those that hold nothing. */
#include "format_samples.h"

static const unsigned char *zeros_but(size_t at)
{
    enum { SIZE = 80 * 1024 * 1024 };
    static unsigned char *bytes;
    if (!bytes)
        bytes = calloc(1, SIZE);
    assert_non_null(bytes);
    memset(bytes, 0, SIZE);
    if (at < SIZE)
        bytes[at] = 'x';
    return bytes;
}

/* what a write that failed leaves, whatever its file is called; a byte of it is enough to be more,
 * but in one so large that not all of it is read */
static void is_incomplete_where_all_is_zeros(void **state)
{
    (void)state;
    enum { NOWHERE = 1000000000, BLOCK = 256 * 1024, MUCH = 80 * 1024 * 1024 };
    static const struct {
        const char *name;
        size_t size, at;
        bool is_whole;
    } rows[] = {
        {"a.csv", 1025, NOWHERE, false},
        {"a.csv", 1024, NOWHERE, true},
        {"a", 5000, NOWHERE, false},
        {"a.pdf", 5000, NOWHERE, false},
        {"a.zip", 1000, NOWHERE, false},
        {"a.csv", 1025, 0, true},
        {"a.csv", 1025, 1024, true},
        {"a.csv", BLOCK + 1, BLOCK, true},
        {"a.csv", 3 * BLOCK + 7, BLOCK + 5, true},
        {"a.bin", MUCH, NOWHERE, false},
        {"a.bin", MUCH, MUCH - 1, true},
        {"a.bin", MUCH, 100, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (is_whole(rows[i].name, zeros_but(rows[i].at), rows[i].size) != rows[i].is_whole)
            fail_msg("%s, %zu bytes, but %zu", rows[i].name, rows[i].size, rows[i].at);
}

/* however large it is, what is read of it has a bound */
static int64_t read_hole(void *context, int64_t offset, void *buffer, size_t length)
{
    (void)offset;
    *(int64_t *)context += (int64_t)length;
    memset(buffer, 0, length);
    return (int64_t)length;
}

static void reads_little_of_a_large_hole(void **state)
{
    (void)state;
    int64_t total = 0;
    const struct bytes hole = {5LL << 30, read_hole, &total, NULL};
    assert_string_equal(
        complete_find_cut(&hole, "a"), "it contains nothing but zeros, as after a failed write");
    assert_true(total <= (64 << 20) + 1024);
}

static void tells_when_memory_is_short_for_zeros(void **state)
{
    (void)state;
    struct file file = {zeros_but(4000), 4000, -1};
    int error = 0;
    const struct bytes view = {4000, read_file, &file, &error};
    calls_left = 0;
    assert_null(complete_find_cut(&view, "a"));
    calls_left = NEVER;
    assert_int_equal(error, -ENOMEM);
}

static const struct {
    const char *name, *bytes;
    size_t length;
} others[] = {
    {"nothing", "", 0},
    {"text", "hello", 5},
    {"one byte", "%", 1},
    {"GIF", "GIF89a", 6},
    {"RIFF", "RIFF\0\0\0\0WEBP", 12},
    {"a.zip", "%PDF", 4}, /* of no format: the names say nothing about each other */
    {"disk.img", "\0\0\0\0\0\0\0\0\0\0", 10},
    {"a.pdf", "", 0}, /* empty files are handled elsewhere */
    {"pdf", "%P", 2},
    {"a.txt", "see %PDF-1.4", 12}, /* it mentions one */
    {"a.pdf", "<html>", 6},        /* an error page is recognised by its type, not by its end */
    {"CSV", "id,name\n1,", 10},
};

static void takes_all_other_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        if (!is_whole(others[i].name, (const unsigned char *)others[i].bytes, others[i].length))
            fail_msg("%s", others[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_all_other_formats),
        cmocka_unit_test(is_incomplete_where_all_is_zeros),
        cmocka_unit_test(reads_little_of_a_large_hole),
        cmocka_unit_test(tells_when_memory_is_short_for_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
