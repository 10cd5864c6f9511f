/* What was found out counts until the thread's next turn, whoever found it out. */
#include "closedrop/base/turn.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void has_none_at_first(void **state)
{
    (void)state;
    assert_int_equal(turn_number(), 0);
    assert_false(turn_is_current(0));
    assert_false(turn_is_current(1));
}

static void counts_for_one_turn(void **state)
{
    (void)state;
    turn_begin();
    uint64_t found = turn_number();
    assert_true(found > 0);
    assert_true(turn_is_current(found));
    assert_false(turn_is_current(0));
    turn_begin();
    assert_false(turn_is_current(found));
}

static void *find_out(void *ret_number)
{
    turn_begin();
    *(uint64_t *)ret_number = turn_number();
    return NULL;
}

/** Asked by another thread whose turn began later, it is as new as it has to be; not the reverse.
 */
static void shares_what_is_new_enough(void **state)
{
    (void)state;
    pthread_t thread;
    uint64_t theirs = 0;
    turn_begin();
    uint64_t ours = turn_number();
    assert_int_equal(pthread_create(&thread, NULL, find_out, &theirs), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(theirs > ours);
    assert_true(turn_is_current(theirs));
    turn_begin();
    assert_false(turn_is_current(theirs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_none_at_first), /* before all others */
        cmocka_unit_test(counts_for_one_turn),
        cmocka_unit_test(shares_what_is_new_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
