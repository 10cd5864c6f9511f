/* Which scan of a folder is due, and when the next one is. */
#include "intake/scan_schedule.h"

#include "closedrop/base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW 1000000
#define SOON (NOW + 1)
#define POLL_MS 5000
#define RESCAN_MS 900000

static int any;
#define SCAN ((struct scan *)&any) /* never dereferenced */

static const struct folder folder = {.poll_ms = POLL_MS, .rescan_ms = RESCAN_MS};

static const struct {
    const char *name;
    struct schedule schedule;
    struct coverage coverage;
    enum scan_kind due;
    int64_t next; /* with room for a scan */
} rows[] = {
    {"a new folder", {.next_scan_ms = 0}, {.polls = false}, SCAN_WHOLE, 0},
    {"nothing", {.next_scan_ms = SOON, .next_check_ms = SOON + 1}, {.polls = false}, SCAN_NONE,
        SOON},
    {"nothing, a check first", {.next_scan_ms = SOON + 1, .next_check_ms = SOON}, {.polls = false},
        SCAN_NONE, SOON},
    {"its rescan", {.next_scan_ms = NOW, .next_check_ms = SOON}, {.polls = false}, SCAN_WHOLE, NOW},
    {"a request", {.is_wanted = true, .next_scan_ms = SOON, .next_check_ms = SOON},
        {.polls = false}, SCAN_WHOLE, 0},
    {"a check", {.next_scan_ms = SOON, .next_check_ms = NOW}, {.polls = false}, SCAN_ROOT, NOW},
    {"a poll", {.next_scan_ms = INT64_MAX, .next_check_ms = NOW}, {.polls = true}, SCAN_WHOLE, NOW},
    {"a poll of a part", {.next_scan_ms = SOON, .next_check_ms = NOW}, {.unwatched = 1},
        SCAN_UNWATCHED, NOW},
    {"a poll of everything, not only of a part", {.next_scan_ms = SOON, .next_check_ms = NOW},
        {.polls = true, .unwatched = 1}, SCAN_WHOLE, NOW},
    {"a new directory", {.subtree_count = 1, .next_scan_ms = SOON, .next_check_ms = SOON},
        {.polls = false}, SCAN_SUBTREE, 0},
    {"a check, and then a new directory",
        {.subtree_count = 1, .next_scan_ms = SOON, .next_check_ms = NOW}, {.polls = false},
        SCAN_ROOT, 0},
};

static void knows_which_scan_is_due(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum scan_kind due = schedule_due(&rows[i].schedule, &rows[i].coverage, NOW);
        int64_t next = schedule_next(&rows[i].schedule, true);
        if (due != rows[i].due || next != rows[i].next)
            fail_msg("%s: %d at %lld", rows[i].name, due, (long long)next);
    }
}

static void waits_for_room_before_it_scans(void **state)
{
    (void)state;
    struct schedule schedule = {.scan = SCAN, .next_scan_ms = SOON, .next_check_ms = NOW};
    assert_int_equal(schedule_next(&schedule, true), 0);
    assert_int_equal(schedule_next(&schedule, false), INT64_MAX);
    schedule.scan = NULL;
    assert_int_equal(schedule_next(&schedule, false), NOW);
}

static void a_whole_scan_answers_what_was_asked_before_it(void **state)
{
    (void)state;
    struct schedule schedule = {.kind = SCAN_WHOLE,
        .is_wanted = true,
        .asked = 7,
        .begun = 6,
        .missed = -5,
        .has_unreachable = true};
    schedule_start(&schedule, &folder, false, NOW);
    assert_int_equal(schedule.begun, 7);
    assert_int_equal(schedule.missed, 0);
    assert_false(schedule.is_wanted || schedule.has_unreachable);
    assert_int_equal(schedule.next_scan_ms, NOW + RESCAN_MS);
    assert_int_equal(schedule.next_check_ms, NOW + POLL_MS);
}

static void a_folder_that_is_polled_has_no_rescan(void **state)
{
    (void)state;
    struct schedule schedule = {.kind = SCAN_WHOLE};
    schedule_start(&schedule, &folder, true, NOW);
    assert_int_equal(schedule.next_scan_ms, INT64_MAX);
    assert_int_equal(schedule_next(&schedule, true), NOW + POLL_MS);
}

static void a_part_answers_nothing(void **state)
{
    (void)state;
    struct schedule schedule = {
        .kind = SCAN_UNWATCHED, .is_wanted = true, .asked = 7, .missed = -5, .next_scan_ms = SOON};
    schedule_start(&schedule, &folder, false, NOW);
    assert_int_equal(schedule.begun, 0);
    assert_int_equal(schedule.missed, -5);
    assert_true(schedule.is_wanted);
    assert_int_equal(schedule.next_scan_ms, SOON);
}

static void a_poll_follows_the_end_of_the_last_one(void **state)
{
    (void)state;
    struct schedule schedule = {.kind = SCAN_WHOLE, .next_check_ms = NOW - 1};
    schedule_end(&schedule, &folder, NOW);
    assert_int_equal(schedule.next_check_ms, NOW + POLL_MS);
    schedule = (struct schedule){.kind = SCAN_SUBTREE, .next_check_ms = SOON};
    schedule_end(&schedule, &folder, NOW);
    assert_int_equal(schedule.next_check_ms, SOON);
}

static void only_brings_a_scan_forward(void **state)
{
    (void)state;
    struct schedule schedule = {.next_scan_ms = NOW + 10};
    schedule_scan_by(&schedule, NOW + 20);
    assert_int_equal(schedule.next_scan_ms, NOW + 10);
    schedule_scan_by(&schedule, NOW + 5);
    assert_int_equal(schedule.next_scan_ms, NOW + 5);
}

static void keeps_a_limited_number_of_new_directories(void **state)
{
    (void)state;
    static struct schedule schedule;
    char *path;
    size_t count = 0;
    assert_null(schedule_take_subtree(&schedule));
    for (size_t i = 0; i < SUBTREES_MAX; i++)
        assert_true(schedule_add_subtree(&schedule, "a/b"));
    assert_false(schedule_add_subtree(&schedule, "a/c"));
    assert_true(schedule_is_busy(&schedule));
    while ((path = schedule_take_subtree(&schedule)) != NULL) {
        assert_string_equal(path, "a/b");
        free(path);
        count++;
    }
    assert_int_equal(count, SUBTREES_MAX);
    assert_false(schedule_is_busy(&schedule));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_which_scan_is_due),
        cmocka_unit_test(waits_for_room_before_it_scans),
        cmocka_unit_test(a_whole_scan_answers_what_was_asked_before_it),
        cmocka_unit_test(a_folder_that_is_polled_has_no_rescan),
        cmocka_unit_test(a_part_answers_nothing),
        cmocka_unit_test(a_poll_follows_the_end_of_the_last_one),
        cmocka_unit_test(only_brings_a_scan_forward),
        cmocka_unit_test(keeps_a_limited_number_of_new_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
