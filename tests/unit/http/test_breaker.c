/* The circuit breaker: open while a place is down, and how it comes to let work through again. */
#include "closedrop/http/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void begins_closed_and_stays_closed(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_true(breaker_due_at(&breaker) > 0);
    breaker_ask_now(&breaker, 5);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_false(breaker_answered(&breaker));
}

static void asks_once_in_doubt(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    breaker_doubt(&breaker);
    assert_int_equal(breaker.state, BREAKER_ASKING);
    assert_true(breaker_due_at(&breaker) <= 0);
    breaker_doubt(&breaker);
    assert_int_equal(breaker.state, BREAKER_ASKING);
    assert_false(breaker_answered(&breaker)); /* it had not been open */
    assert_int_equal(breaker.state, BREAKER_CLOSED);
}

static void is_open_until_the_time_has_come(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    breaker_doubt(&breaker);
    breaker_trip(&breaker, BREAKER_OUTAGE, 1000, 500);
    assert_int_equal(breaker.state, BREAKER_OPEN);
    assert_int_equal(breaker.reason, BREAKER_OUTAGE);
    assert_int_equal(breaker.tries, 1);
    assert_true(breaker_due_at(&breaker) > 1499);
    assert_true(breaker_due_at(&breaker) <= 1500);
    breaker_doubt(&breaker); /* more doubt changes nothing */
    assert_int_equal(breaker.state, BREAKER_OPEN);
    breaker_trip(&breaker, BREAKER_KEY_REFUSED, 1500, 1000);
    assert_int_equal(breaker.reason, BREAKER_KEY_REFUSED);
    assert_int_equal(breaker.tries, 2);
    assert_true(breaker_due_at(&breaker) > 2499);
}

static void is_closed_when_answered(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    breaker_trip(&breaker, BREAKER_OUTAGE, 0, 1000);
    assert_true(breaker_answered(&breaker));
    assert_int_equal(breaker.reason, BREAKER_FINE);
    assert_int_equal(breaker.tries, 0);
}

static void lets_one_go_first_after_an_outage(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    assert_true(breaker_lets_through(&breaker, 7));
    breaker_trip(&breaker, BREAKER_OUTAGE, 0, 1000);
    assert_false(breaker_lets_through(&breaker, 0));
    breaker_answered(&breaker);
    assert_true(breaker_lets_through(&breaker, 0));
    assert_false(breaker_lets_through(&breaker, 1));
    assert_true(breaker_due_at(&breaker) == INT64_MAX);
    breaker_passed(&breaker);
    assert_true(breaker_lets_through(&breaker, 7));
}

static void goes_on_trying_until_work_gets_through(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    breaker_trip(&breaker, BREAKER_OUTAGE, 0, 1000);
    breaker_answered(&breaker);
    breaker_doubt(&breaker); /* the one that went first was not answered well */
    assert_false(breaker_lets_through(&breaker, 0));
    assert_false(
        breaker_answered(&breaker)); /* GET me/ is: that job's own fault, the next one goes */
    assert_true(breaker_lets_through(&breaker, 0));
    assert_false(breaker_lets_through(&breaker, 1));
    breaker_passed(&breaker);
    assert_true(breaker_lets_through(&breaker, 7));
    breaker_passed(&breaker);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
}

static void work_that_passes_does_not_end_an_outage(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    breaker_trip(&breaker, BREAKER_OUTAGE, 0, 1000);
    breaker_passed(&breaker); /* an answer to an earlier request */
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void asks_at_once_when_the_key_changed(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    breaker_trip(&breaker, BREAKER_KEY_REFUSED, 0, 24LL * 3600 * 1000);
    assert_true(breaker_due_at(&breaker) > 10);
    breaker_ask_now(&breaker, 10);
    assert_true(breaker_due_at(&breaker) <= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_closed_and_stays_closed),
        cmocka_unit_test(asks_once_in_doubt),
        cmocka_unit_test(is_open_until_the_time_has_come),
        cmocka_unit_test(is_closed_when_answered),
        cmocka_unit_test(lets_one_go_first_after_an_outage),
        cmocka_unit_test(goes_on_trying_until_work_gets_through),
        cmocka_unit_test(work_that_passes_does_not_end_an_outage),
        cmocka_unit_test(asks_at_once_when_the_key_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
