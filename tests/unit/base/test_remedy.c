/* A message taken apart: its problem and its remedy. */
#include "closedrop/base/array.h"
#include "closedrop/base/remedy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *message, *problem, *remedy; /* NULL: none */
} messages[] = {
    {"", "", NULL},
    {"the disk is full; free some space", "the disk is full; free some space", NULL},
    {"it is too large" REMEDY "send a smaller file", "it is too large", "send a smaller file"},
    {REMEDY "nothing", "", "nothing"},
    {"truncated" REMEDY, "truncated", NULL},
    /* a problem may quote a file that is called like that */
    {"no lead \"a" REMEDY "b\"" REMEDY "add it", "no lead \"a" REMEDY "b\"", "add it"},
};

static void takes_a_message_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        const char *message = messages[i].message, *remedy = remedy_of(message);
        size_t length = remedy_problem_length(message);
        assert_int_equal(length, strlen(messages[i].problem));
        assert_memory_equal(message, messages[i].problem, length);
        assert_int_equal(remedy != NULL, messages[i].remedy != NULL);
        if (remedy)
            assert_string_equal(remedy, messages[i].remedy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_a_message_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
