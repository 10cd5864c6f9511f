/* The health of a folder: whether it is news, whether --once may end, and what is wrong in words.
 */
#include "closedrop/intake/folder_health.h"

#include "closedrop/base/array.h"
#include "frame_bytes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct folder_health others[] = {
    {.healthy = true},
    {.scanned = true},
    {.scanned_for = 1},
    {.complete_scans = 1},
    {.polls = true},
    {.without_leases = true},
    {.settling = 1},
    {.waiting = {[SETTLE_ACCESS] = 1}},
    {.missed = -EIO},
    {.has_unreachable = true},
    {.device = 1},
    {.inode = 1},
    {.waits_for = "a"},
    {.unreadable = "a"},
    {.closed = "a"},
    {.is_bare = true},
    {.was_used = true},
    {.message = "a"},
    {.longest_waiter = "a"},
    {.longest_wait = SETTLE_ACCESS},
    {.waits_since_ms = 1},
    {.unsettled_since_ms = 1},
};

static void one_that_is_silent_says_since_when(void **state)
{
    (void)state;
    struct folder_health health = {.healthy = true, .settling = 3};
    setenv("TZ", "UTC", 1);
    folder_health_be_silent(&health, 36840000, 36900000);
    assert_false(health.healthy);
    assert_true(folder_health_is_at_rest(&health));
    assert_string_equal(health.message, "does not answer since 10:14");
    folder_health_be_silent(&health, 36840000, 36840000 + 12 * 3600000);
    assert_string_equal(health.message, "does not answer since 1970-01-01 10:14");
}

static void each_field_is_read_from_a_frame_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        struct folder_health health = {.healthy = false};
        folder_health_add(&bytes, &others[i]);
        struct wire wire = {.at = bytes.bytes, .left = bytes.length};
        folder_health_read(&wire, &health);
        if (!wire_is_read(&wire) || !folder_health_equal(&health, &others[i]))
            fail_msg("row %zu", i);
        str_clear(&bytes);
    }
}

static void a_field_that_cannot_be_is_broken(void **state)
{
    (void)state;
    const struct folder_health wrong = {.missed = 1};
    struct folder_health health;
    folder_health_add(&bytes, &wrong);
    struct wire wire = {.at = bytes.bytes, .left = bytes.length};
    folder_health_read(&wire, &health);
    assert_false(wire_is_read(&wire));
}

static void each_change_is_news(void **state)
{
    (void)state;
    const struct folder_health nothing = {.healthy = false};
    for (size_t i = 0; i < COUNT(others); i++) {
        if (folder_health_equal(&nothing, &others[i]) || folder_health_equal(&others[i], &nothing))
            fail_msg("row %zu", i);
        assert_true(folder_health_equal(&others[i], &others[i]));
    }
}

static const struct {
    const char *name;
    struct folder_health health;
    bool is_at_rest, is_incomplete;
} rows[] = {
    {"not scanned yet", {.healthy = true}, false, false},
    {"scanned", {.healthy = true, .scanned = true}, true, false},
    {"settling", {.healthy = true, .scanned = true, .settling = 1}, false, false},
    {"waiting for long", {.healthy = true, .scanned = true, .waiting = {[SETTLE_MARKER] = 1}}, true,
        true},
    {"waiting, the last kind", {.healthy = true, .scanned = true, .waiting = {[SETTLE_ACCESS] = 1}},
        true, true},
    {"not all read", {.healthy = true, .scanned = true, .missed = -EACCES}, true, true},
    {"away", {.message = "cannot be opened"}, true, true},
    {"away while something settled", {.message = "cannot be opened", .settling = 1}, true, true},
    {"not known yet", {.healthy = false}, false, false},
    {"degraded", {.healthy = true, .scanned = true, .message = "degraded"}, true, false},
    {"degraded, not scanned yet", {.healthy = true, .message = "degraded"}, false, false},
};

static void knows_when_there_is_nothing_to_wait_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (folder_health_is_at_rest(&rows[i].health) != rows[i].is_at_rest ||
            folder_health_is_incomplete(&rows[i].health) != rows[i].is_incomplete)
            fail_msg("%s", rows[i].name);
}

static void explains_what_is_wrong_unless_that_is_said(void **state)
{
    (void)state;
    struct folder_health sound = {.healthy = true}, missed = {.missed = -EIO},
                         deep = {.has_unreachable = true},
                         both = {.missed = -EIO, .has_unreachable = true},
                         said = {.missed = -EIO, .message = "is gone"};
    folder_health_explain(&sound);
    folder_health_explain(&missed);
    folder_health_explain(&deep);
    folder_health_explain(&both);
    folder_health_explain(&said);
    assert_string_equal(sound.message, "");
    assert_non_null(strstr(missed.message, strerror(EIO)));
    assert_non_null(strstr(deep.message, "64 directories"));
    assert_string_equal(both.message, missed.message);
    assert_string_equal(said.message, "is gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_silent_says_since_when),
        cmocka_unit_test(each_change_is_news),
        cmocka_unit_test_setup_teardown(each_field_is_read_from_a_frame_as_it_was, setup, release),
        cmocka_unit_test_setup_teardown(a_field_that_cannot_be_is_broken, setup, release),
        cmocka_unit_test(knows_when_there_is_nothing_to_wait_for),
        cmocka_unit_test(explains_what_is_wrong_unless_that_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
