/* The circuit breaker: closed while a place is down, and how it comes to let work through again. */
#include "closedrop/http/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void opens_and_stays_open(void **state)
{
    (void)state;
    struct gate gate = {0};
    assert_int_equal(gate.state, GATE_OPEN);
    assert_true(gate_due_at(&gate) > 0);
    gate_ask_now(&gate, 5);
    assert_int_equal(gate.state, GATE_OPEN);
    assert_false(gate_answered(&gate));
}

static void asks_once_in_doubt(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_doubt(&gate);
    assert_int_equal(gate.state, GATE_ASKING);
    assert_true(gate_due_at(&gate) <= 0);
    gate_doubt(&gate);
    assert_int_equal(gate.state, GATE_ASKING);
    assert_false(gate_answered(&gate)); /* it had not been closed */
    assert_int_equal(gate.state, GATE_OPEN);
}

static void closes_until_the_time_has_come(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_doubt(&gate);
    gate_refused(&gate, GATE_OUTAGE, 1000, 500);
    assert_int_equal(gate.state, GATE_CLOSED);
    assert_int_equal(gate.reason, GATE_OUTAGE);
    assert_int_equal(gate.tries, 1);
    assert_true(gate_due_at(&gate) > 1499);
    assert_true(gate_due_at(&gate) <= 1500);
    gate_doubt(&gate); /* more doubt changes nothing */
    assert_int_equal(gate.state, GATE_CLOSED);
    gate_refused(&gate, GATE_KEY_REFUSED, 1500, 1000);
    assert_int_equal(gate.reason, GATE_KEY_REFUSED);
    assert_int_equal(gate.tries, 2);
    assert_true(gate_due_at(&gate) > 2499);
}

static void opens_when_answered(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_refused(&gate, GATE_OUTAGE, 0, 1000);
    assert_true(gate_answered(&gate));
    assert_int_equal(gate.reason, GATE_FINE);
    assert_int_equal(gate.tries, 0);
}

static void lets_one_go_first_after_an_outage(void **state)
{
    (void)state;
    struct gate gate = {0};
    assert_true(gate_lets_through(&gate, 7));
    gate_refused(&gate, GATE_OUTAGE, 0, 1000);
    assert_false(gate_lets_through(&gate, 0));
    gate_answered(&gate);
    assert_true(gate_lets_through(&gate, 0));
    assert_false(gate_lets_through(&gate, 1));
    assert_true(gate_due_at(&gate) == INT64_MAX);
    gate_passed(&gate);
    assert_true(gate_lets_through(&gate, 7));
}

static void goes_on_trying_until_work_gets_through(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_refused(&gate, GATE_OUTAGE, 0, 1000);
    gate_answered(&gate);
    gate_doubt(&gate); /* the one that went first was not answered well */
    assert_false(gate_lets_through(&gate, 0));
    assert_false(gate_answered(&gate)); /* GET me/ is: that job's own fault, the next one goes */
    assert_true(gate_lets_through(&gate, 0));
    assert_false(gate_lets_through(&gate, 1));
    gate_passed(&gate);
    assert_true(gate_lets_through(&gate, 7));
    gate_passed(&gate);
    assert_int_equal(gate.state, GATE_OPEN);
}

static void work_that_passes_does_not_end_an_outage(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_refused(&gate, GATE_OUTAGE, 0, 1000);
    gate_passed(&gate); /* an answer that was under way before */
    assert_int_equal(gate.state, GATE_CLOSED);
}

static void asks_at_once_when_the_key_changed(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_refused(&gate, GATE_KEY_REFUSED, 0, 24LL * 3600 * 1000);
    assert_true(gate_due_at(&gate) > 10);
    gate_ask_now(&gate, 10);
    assert_true(gate_due_at(&gate) <= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_and_stays_open),
        cmocka_unit_test(asks_once_in_doubt),
        cmocka_unit_test(closes_until_the_time_has_come),
        cmocka_unit_test(opens_when_answered),
        cmocka_unit_test(lets_one_go_first_after_an_outage),
        cmocka_unit_test(goes_on_trying_until_work_gets_through),
        cmocka_unit_test(work_that_passes_does_not_end_an_outage),
        cmocka_unit_test(asks_at_once_when_the_key_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
