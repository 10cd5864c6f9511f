/* The send guard: how much may be sent, how fast, and what a person's decision covers. */
#include "closedrop/base/array.h"
#include "closedrop/queue/guard.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static int64_t wall = 1795341600000, steady = 1000000;

static int64_t own_wall(void)
{
    return wall;
}

static int64_t own_steady(void)
{
    return steady;
}

static const struct clock_source own_source = {own_wall, own_steady};

static int open_queue(void **state)
{
    struct str why = STR_INIT(1000);
    struct queue *queue = NULL;
    clock_source = &own_source;
    wall = 1795341600000;
    int problem = queue_open(":memory:", true, &queue, &why);
    str_release(&why);
    *state = queue;
    return problem;
}

static int close_queue(void **state)
{
    queue_close(*state);
    return 0;
}

/** One that has just entered, and would leave by this rule and sender. */
static struct leaver leaver(struct queue *queue, int64_t id, const char *rule, const char *sender)
{
    queue_set_number(queue, "entered", id);
    return (struct leaver){id, rule, sender, id, id, false, false};
}

static enum guard_answer ask(
    struct queue *queue, const struct guard_limits *limits, const struct leaver *leaver)
{
    int64_t at_ms = 0;
    enum guard_answer answer = guard_ask(queue, limits, leaver, &at_ms);
    if (answer == GUARD_LETS_GO)
        queue_add_leaving(queue, leaver->id, leaver->rule, leaver->sender);
    return answer;
}

static enum guard_answer ask_new(
    struct queue *queue, const struct guard_limits *limits, int64_t id, const char *rule)
{
    const struct leaver one = leaver(queue, id, rule, "a@example.com");
    return ask(queue, limits, &one);
}

static const struct guard_limits two = {.ask_above = 2};

static void asks_above_the_limit_of_a_rule(void **state)
{
    struct queue *queue = *state;
    queue_begin(queue);
    assert_int_equal(ask_new(queue, &two, 1, "r"), GUARD_LETS_GO);
    assert_int_equal(ask_new(queue, &two, 2, "r"), GUARD_LETS_GO);
    assert_int_equal(ask_new(queue, &two, 3, "r"), GUARD_ASKS);
    assert_int_equal(ask_new(queue, &two, 4, "other"), GUARD_LETS_GO);
    assert_int_equal(queue_commit(queue), 0);
}

static void never_asks_at_zero(void **state)
{
    static const struct guard_limits none = {0};
    struct queue *queue = *state;
    queue_begin(queue);
    for (int64_t id = 1; id < 500; id++)
        assert_int_equal(ask_new(queue, &none, id, "r"), GUARD_LETS_GO);
    assert_int_equal(queue_commit(queue), 0);
}

/** What is in the queue when it is too much came together; what comes later counts for itself. */
static void what_came_with_it_waits_however_the_window_slides(void **state)
{
    struct queue *queue = *state;
    queue_begin(queue);
    ask_new(queue, &two, 1, "r");
    ask_new(queue, &two, 2, "r");
    assert_int_equal(ask_new(queue, &two, 9, "r"), GUARD_ASKS);
    wall += HOUR + 1;
    const struct leaver slow = {5, "r", "", 5, 5, false, false};
    assert_int_equal(ask(queue, &two, &slow), GUARD_ASKS);
    assert_int_equal(ask_new(queue, &two, 10, "r"), GUARD_LETS_GO);
    assert_int_equal(ask_new(queue, &two, 11, "r"), GUARD_LETS_GO);
    assert_int_equal(ask_new(queue, &two, 12, "r"), GUARD_ASKS);
    assert_int_equal(queue_commit(queue), 0);
}

static void the_window_is_of_60_minutes(void **state)
{
    struct queue *queue = *state;
    queue_begin(queue);
    ask_new(queue, &two, 1, "r");
    wall += 30 * MINUTE;
    ask_new(queue, &two, 2, "r");
    wall += 30 * MINUTE - 1;
    assert_int_equal(ask_new(queue, &two, 3, "r"), GUARD_ASKS);
    wall += 1;
    assert_int_equal(ask_new(queue, &two, 4, "r"), GUARD_LETS_GO);
    assert_int_equal(ask_new(queue, &two, 5, "r"), GUARD_ASKS);
    assert_int_equal(queue_commit(queue), 0);
}

static void a_release_covers_what_is_there_and_nothing_later(void **state)
{
    struct queue *queue = *state;
    queue_begin(queue);
    ask_new(queue, &two, 1, "r");
    ask_new(queue, &two, 2, "r");
    assert_int_equal(ask_new(queue, &two, 9, "r"), GUARD_ASKS);
    queue_release_rule(queue, "r");
    for (int64_t id = 3; id < 9; id++) {
        const struct leaver one = {id, "r", "", id, id, false, false};
        assert_int_equal(ask(queue, &two, &one), GUARD_LETS_GO);
    }
    assert_int_equal(ask_new(queue, &two, 10, "r"), GUARD_ASKS);
    assert_int_equal(queue_commit(queue), 0);
}

static void what_is_recalled_is_refused_when_its_turn_comes(void **state)
{
    const struct arrival arrival = {.folder = "f", .path = "slow", .identity = {.size = 1}};
    struct queue *queue = *state;
    queue_begin(queue);
    queue_add(queue, &arrival);
    ask_new(queue, &two, 1, "r");
    ask_new(queue, &two, 2, "r");
    assert_int_equal(ask_new(queue, &two, 9, "r"), GUARD_ASKS);
    bool has_more;
    assert_int_equal(queue_recall_rule(queue, "r", &has_more), 0);
    assert_true(has_more);
    queue_release_rule(queue, "r"); /* what is recalled stays so */
    const struct leaver slow = {5, "r", "", 5, 5, false, false};
    const struct leaver late = {10, "r", "", 5, 10, false, false};
    const struct leaver wanted = {
        13, "r", "", 13, 13, true, false}; /* brought back: it enters again */
    assert_int_equal(ask(queue, &two, &slow), GUARD_RECALLED);
    assert_int_equal(ask(queue, &two, &late), GUARD_ASKS); /* with one that came later */
    assert_int_equal(ask(queue, &two, &wanted), GUARD_LETS_GO);
    assert_int_equal(queue_commit(queue), 0);
}

/** What Close refused for now keeps its place, so that exactly as many leave as may. */
static void a_second_try_has_its_own_place(void **state)
{
    struct queue *queue = *state;
    queue_begin(queue);
    ask_new(queue, &two, 1, "r");
    ask_new(queue, &two, 2, "r");
    assert_int_equal(ask_new(queue, &two, 3, "r"), GUARD_ASKS);
    const struct leaver again = {2, "r", "", 2, 2, false, false};
    assert_int_equal(ask(queue, &two, &again), GUARD_LETS_GO);
    queue_leave_as(queue, 7, 2); /* another of its group leads now */
    const struct leaver led = {7, "r", "", 2, 7, false, false};
    assert_int_equal(ask(queue, &two, &led), GUARD_LETS_GO);
    wall += HOUR;
    assert_int_equal(ask(queue, &two, &again), GUARD_ASKS); /* its place was another hour's */
    assert_int_equal(queue_commit(queue), 0);
}

static void upload_is_refused_without_making_the_queue_wait(void **state)
{
    struct queue *queue = *state;
    const struct leaver upload = {-5, "r", "", INT64_MAX, INT64_MAX, false, false};
    const struct leaver sure = {-6, "r", "", INT64_MAX, INT64_MAX, true, false};
    queue_begin(queue);
    ask_new(queue, &two, 1, "r");
    ask_new(queue, &two, 2, "r");
    assert_int_equal(ask(queue, &two, &upload), GUARD_ASKS);
    assert_int_equal(ask(queue, &two, &sure), GUARD_LETS_GO);
    wall += HOUR;
    const struct leaver waiting = {2, "r", "", 2, 2, false, false};
    assert_int_equal(ask(queue, &two, &waiting), GUARD_LETS_GO);
    assert_int_equal(queue_commit(queue), 0);
}

/* ---- the pace ---- */

static const struct {
    const char *name;
    struct guard_limits limits;
    int64_t left[4]; /* how long ago, in ms; 0: no more */
    int64_t free_in;
} paces[] = {
    {"no limit", {0}, {1, 2, 3}, 0},
    {"an hour", {.per_hour = 2}, {10 * MINUTE, 20 * MINUTE, 30 * MINUTE}, 40 * MINUTE},
    {"an hour, with room", {.per_hour = 3}, {10 * MINUTE, 20 * MINUTE}, 0},
    {"a day", {.per_day = 2}, {HOUR, 23 * HOUR}, HOUR},
    {"a gap", {.gap_ms = 30000}, {10000}, 20000},
    {"a gap that is over", {.gap_ms = 30000}, {30000}, 0},
    {"the latest of all", {.per_hour = 1, .per_day = 2, .gap_ms = 1000}, {MINUTE, HOUR}, 23 * HOUR},
};

static void each_limit_of_a_sender_holds(void **state)
{
    struct queue *queue = *state;
    for (size_t i = 0; i < COUNT(paces); i++) {
        queue_begin(queue);
        queue_forget_left(queue, INT64_MAX);
        for (int j = 0; j < 4 && paces[i].left[j]; j++) {
            wall -= paces[i].left[j];
            queue_add_leaving(queue, 100 + j, "r", "s");
            wall += paces[i].left[j];
        }
        int64_t at = guard_free_at(queue, &paces[i].limits, "s", 0);
        if (at != wall + paces[i].free_in)
            fail_msg("%s: free in %lld ms", paces[i].name, (long long)(at - wall));
        assert_int_equal(guard_free_at(queue, &paces[i].limits, "another", 0), wall);
        assert_int_equal(queue_commit(queue), 0);
    }
}

static void a_ledger_that_was_lost_counts_as_full(void **state)
{
    static const struct guard_limits limits = {.ask_above = 100, .per_hour = 5, .per_day = 50};
    struct queue *queue = *state;
    queue_begin(queue);
    queue_set_predecessor_lost(queue);
    assert_int_equal(ask_new(queue, &limits, 1, "r"), GUARD_ASKS);
    assert_int_equal(guard_free_at(queue, &limits, "s", 0), wall + DAY);
    wall += HOUR;
    assert_int_equal(ask_new(queue, &limits, 2, "r"), GUARD_PACES);
    wall += DAY - HOUR;
    assert_int_equal(ask_new(queue, &limits, 3, "r"), GUARD_LETS_GO);
    assert_int_equal(queue_commit(queue), 0);
}

/* ---- the clock is set ---- */

static void a_clock_that_is_set_takes_the_ledger_with_it(void **state)
{
    static const struct guard_limits limits = {.per_hour = 1};
    static const int64_t steps[] = {-DAY, DAY, 10 * 365 * DAY, -HOUR};
    struct queue *queue = *state;
    queue_begin(queue);
    ask_new(queue, &limits, 1, "r");
    for (size_t i = 0; i < COUNT(steps); i++) {
        wall += steps[i];
        queue_follow_clock(queue, steps[i]);
        assert_int_equal(guard_free_at(queue, &limits, "a@example.com", 0), wall + HOUR);
    }
    assert_int_equal(queue_commit(queue), 0);
}

static void a_clock_that_was_set_meanwhile_is_known_by_the_steady_one(void **state)
{
    static const struct guard_limits limits = {.per_hour = 1};
    struct queue *queue = *state;
    queue_begin(queue);
    queue_recover(queue, 0);
    ask_new(queue, &limits, 1, "r");
    wall += 3 * HOUR; /* of which ten minutes have passed */
    steady += 10 * MINUTE;
    queue_recover(queue, 0);
    assert_int_equal(guard_free_at(queue, &limits, "a@example.com", 0), wall + 50 * MINUTE);
    wall -= 2 * DAY;
    queue_recover(queue, 0);
    assert_int_equal(guard_free_at(queue, &limits, "a@example.com", 0), wall + 50 * MINUTE);
    assert_int_equal(queue_commit(queue), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_queue, close_queue)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(asks_above_the_limit_of_a_rule),
        TEST(never_asks_at_zero),
        TEST(what_came_with_it_waits_however_the_window_slides),
        TEST(the_window_is_of_60_minutes),
        TEST(a_release_covers_what_is_there_and_nothing_later),
        TEST(what_is_recalled_is_refused_when_its_turn_comes),
        TEST(a_second_try_has_its_own_place),
        TEST(upload_is_refused_without_making_the_queue_wait),
        TEST(each_limit_of_a_sender_holds),
        TEST(a_ledger_that_was_lost_counts_as_full),
        TEST(a_clock_that_is_set_takes_the_ledger_with_it),
        TEST(a_clock_that_was_set_meanwhile_is_known_by_the_steady_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
