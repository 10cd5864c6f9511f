/* When a file process is asked, and when it has been silent too long. */
#include "intake/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TIMEOUT 1000
#define PAUSE 100

static void it_is_asked_again_a_pause_after_its_answer(void **state)
{
    (void)state;
    struct pulse pulse = {0};
    assert_true(pulse_is_due(&pulse, 1));
    pulse_ask(&pulse, 1);
    assert_false(pulse_is_due(&pulse, 1000000));
    pulse_answer(&pulse, 50, PAUSE);
    assert_false(pulse_is_due(&pulse, 149));
    assert_true(pulse_is_due(&pulse, 150));
    assert_int_equal(pulse_next(&pulse, TIMEOUT), 150);
}

static void it_is_silent_when_the_timeout_has_passed_since_the_first_question(void **state)
{
    (void)state;
    struct pulse pulse = {0};
    assert_false(pulse_is_silent(&pulse, 1000000, TIMEOUT));
    pulse_ask(&pulse, 5);
    pulse_ask(&pulse, 900);
    assert_int_equal(pulse_next(&pulse, TIMEOUT), 1005);
    assert_false(pulse_is_silent(&pulse, 1004, TIMEOUT));
    assert_true(pulse_is_silent(&pulse, 1005, TIMEOUT));
    pulse_answer(&pulse, 1006, PAUSE);
    assert_false(pulse_is_silent(&pulse, 1000000, TIMEOUT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_asked_again_a_pause_after_its_answer),
        cmocka_unit_test(it_is_silent_when_the_timeout_has_passed_since_the_first_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
