/* What a folder's limits refuse, at their edges and in words. */
#include "closedrop/base/array.h"
#include "closedrop/config/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RAISE "; what to do: put a smaller file into the folder, or raise its max_size"
#define LOWER "; what to do: put the complete file into the folder, or lower its min_size"
#define LARGE "the file is too large: 1001 bytes; the limit of this folder is 1000 bytes" RAISE
#define SMALL "the file is too small: 9 bytes; the minimum of this folder is 10 bytes" LOWER

static const struct {
    int64_t min_size, size;
    const char *code, *message; /* NULL: taken */
} sizes[] = {
    {10, 10, NULL, NULL},
    {10, 1000, NULL, NULL},
    {10, 1001, "too_large", LARGE},
    {10, 9, "too_small", SMALL},
    {10, 0, "too_small",
        "the file is too small: 0 bytes; the minimum of this folder is 10 bytes" LOWER},
    {2, 0, "too_small",
        "the file is too small: 0 bytes; the minimum of this folder is 2 bytes" LOWER},
    {1, 0, NULL, NULL}, /* empty: a person judges that */
    {1, 1, NULL, NULL},
    {0, 0, NULL, NULL},
    {0, 1001, "too_large", LARGE},
};

static void refuses_a_size_outside_the_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const struct folder folder = {.min_size = sizes[i].min_size, .max_size = 1000};
        struct refusal refusal;
        bool is_refused = refusal_of_size(&folder, sizes[i].size, &refusal);
        if (is_refused != (sizes[i].code != NULL))
            fail_msg("%zu: %d", i, is_refused);
        if (!is_refused)
            continue;
        assert_string_equal(refusal.code, sizes[i].code);
        assert_string_equal(refusal.message, sizes[i].message);
    }
}

static void says_whose_limit_it_is(void **state)
{
    (void)state;
    const struct folder folder = {.max_size = FILE_SIZE_MAX};
    struct refusal refusal;
    assert_true(refusal_of_size(&folder, FILE_SIZE_MAX + (1 << 30), &refusal));
    assert_string_equal(refusal.message, "the file is too large: 6 GB; the limit of Close is 5 GB; "
                                         "what to do: put a smaller file into the folder");
}

static void refuses_a_second_name(void **state)
{
    (void)state;
    struct refusal refusal;
    assert_false(refusal_of_links(0, &refusal)); /* deleted, and still open */
    assert_false(refusal_of_links(1, &refusal));
    assert_true(refusal_of_links(2, &refusal));
    assert_string_equal(refusal.code, "links");
    assert_string_equal(refusal.message,
        "the file has more than one name (hard link); what to do: copy it into the folder instead "
        "of linking it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_size_outside_the_limits),
        cmocka_unit_test(says_whose_limit_it_is),
        cmocka_unit_test(refuses_a_second_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
