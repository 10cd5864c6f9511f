/* Values to bytes and back: what is cut, too long or not a text is noticed, and nothing is read
 * beyond it. */
#include "closedrop/base/wire.h"
#include "frame_bytes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_was_added_is_read(void **state)
{
    (void)state;
    char small[8];
    size_t begin = frame_begin(&bytes);
    wire_add_number(&bytes, INT64_MIN);
    wire_add_text(&bytes, "hello");
    wire_add_text(&bytes, NULL);
    wire_add_text(&bytes, "");
    wire_add_bytes(&bytes, "a\0b", 3);
    wire_add_text(&bytes, "seven..");
    assert_int_equal(frame_end(&bytes, begin), 0);
    struct wire wire;
    assert_int_equal(frame_find(bytes.bytes, bytes.length, &wire), bytes.length);
    assert_true(wire_number(&wire) == INT64_MIN);
    char *hello = wire_text(&wire), *none = wire_text(&wire), *empty = wire_text(&wire);
    assert_string_equal(hello, "hello");
    assert_null(none);
    assert_string_equal(empty, "");
    assert_int_equal(wire_bytes(&wire, small, sizeof(small)), 3);
    assert_memory_equal(small, "a\0b", 3);
    wire_text_into(&wire, small, sizeof(small));
    assert_string_equal(small, "seven..");
    assert_true(wire_is_read(&wire));
    free(hello);
    free(empty);
}

static void a_frame_is_found_when_all_of_it_is_there(void **state)
{
    (void)state;
    struct wire wire;
    size_t begin = frame_begin(&bytes);
    wire_add_text(&bytes, "hello");
    assert_int_equal(frame_end(&bytes, begin), 0);
    for (size_t length = 0; length < bytes.length; length++)
        assert_int_equal(frame_find(bytes.bytes, length, &wire), 0);
    assert_int_equal(frame_find(bytes.bytes, bytes.length, &wire), bytes.length);
    const uint32_t too_long = FRAME_MAX + 1;
    assert_int_equal(frame_find((const char *)&too_long, sizeof(too_long), &wire), -EPROTO);
}

static void a_frame_that_is_too_long_leaves_the_earlier_ones(void **state)
{
    (void)state;
    char *large = calloc(1, FRAME_MAX);
    size_t begin = frame_begin(&bytes);
    assert_int_equal(frame_end(&bytes, begin), 0);
    size_t before = bytes.length;
    begin = frame_begin(&bytes);
    wire_add_bytes(&bytes, large, FRAME_MAX);
    assert_int_equal(frame_end(&bytes, begin), -E2BIG);
    assert_int_equal(bytes.length, before);
    begin = frame_begin(&bytes);
    wire_add_bytes(&bytes, large, FRAME_MAX);
    wire_add_bytes(&bytes, large, FRAME_MAX); /* more than the string may hold */
    assert_int_equal(frame_end(&bytes, begin), -E2BIG);
    assert_int_equal(bytes.length, before);
    free(large);
}

/* The value that is broken; what comes after it is not read either. */
static void expect_broken(struct wire *wire)
{
    assert_true(wire->broken);
    assert_int_equal(wire_number(wire), 0);
    assert_null(wire_text(wire));
    assert_false(wire_is_read(wire));
}

static void what_is_not_right_breaks_it(void **state)
{
    (void)state;
    char small[4];
    wire_add_text(&bytes, "hello");
    struct wire wire = {.at = bytes.bytes, .left = bytes.length - 1}; /* cut */
    assert_null(wire_text(&wire));
    expect_broken(&wire);
    wire = (struct wire){.at = bytes.bytes, .left = bytes.length};
    assert_int_equal(wire_bytes(&wire, small, sizeof(small)), 0); /* no room */
    expect_broken(&wire);
    wire = (struct wire){.at = bytes.bytes, .left = bytes.length};
    assert_int_equal(wire_number_in(&wire, 0, 1), 0); /* the length of "hello" and one */
    expect_broken(&wire);
    str_clear(&bytes);
    wire_add_bytes(&bytes, "a\0b", 3); /* no text */
    wire = (struct wire){.at = bytes.bytes, .left = bytes.length};
    assert_null(wire_text(&wire));
    expect_broken(&wire);
    wire = (struct wire){.at = bytes.bytes, .left = bytes.length};
    wire_text_into(&wire, small, sizeof(small));
    expect_broken(&wire);
    str_clear(&bytes);
    wire_add_text(&bytes, NULL);
    wire = (struct wire){.at = bytes.bytes, .left = bytes.length};
    assert_null(wire_whole_text(&wire));
    expect_broken(&wire);
    str_clear(&bytes);
    wire_add_number(&bytes, -1); /* a length that cannot be */
    wire = (struct wire){.at = bytes.bytes, .left = bytes.length};
    assert_null(wire_text(&wire));
    expect_broken(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_was_added_is_read, setup),
        cmocka_unit_test_setup(a_frame_is_found_when_all_of_it_is_there, setup),
        cmocka_unit_test_setup(a_frame_that_is_too_long_leaves_the_earlier_ones, setup),
        cmocka_unit_test_setup(what_is_not_right_breaks_it, setup),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
