/* How many requests may be in progress in a window of a rate limit, by what the answers say. */
#include "closedrop/base/array.h"
#include "closedrop/http/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* what a time may be off by, because it is given in hundredths of a second */
#define SLACK 10

static void go(struct window *window, int64_t now)
{
    assert_true(window_opens_at(window, now) == now);
    window_take(window, now);
}

static void answer(struct window *window, int64_t began, int64_t now, struct allowance told)
{
    window_answered(window, began, now, &told);
}

/** A window that holds `remaining` of `limit` at 1000, and ends `reset` later. */
static struct window told(int64_t limit, int64_t remaining, int64_t reset)
{
    struct window window = {0};
    go(&window, 1000);
    answer(&window, 1000, 1000, (struct allowance){limit, remaining, reset, 0});
    return window;
}

/** How many can go at once. */
static int64_t count_room(struct window window, int64_t now)
{
    int64_t room = 0;
    for (; window_opens_at(&window, now) <= now && room < 1000; room++)
        window_take(&window, now);
    return room;
}

static void one_goes_alone_while_nothing_is_known(void **state)
{
    (void)state;
    struct window window = {0};
    assert_int_equal(count_room(window, 5000), 1);
    go(&window, 5000);
    assert_true(window_opens_at(&window, 5010) == 6000); /* not longer than a second, though */
    assert_int_equal(count_room(window, 6000), 1);
    window_lost(&window, true);
    assert_int_equal(count_room(window, 5020), 1);
    assert_true(window_shut_until(&window, 5020) == 0);
}

static void a_server_that_tells_nothing_has_no_limit(void **state)
{
    (void)state;
    struct window window = {0};
    go(&window, 0);
    window_answered(&window, 0, 50, NULL);
    assert_int_equal(count_room(window, 50), 1000);
    go(&window, 60); /* until it tells one */
    answer(&window, 60, 100, (struct allowance){20, 3, 500, 0});
    assert_int_equal(count_room(window, 100), 3);
}

static void none_goes_beyond_what_remains(void **state)
{
    (void)state;
    struct window window = told(20, 3, 800);
    go(&window, 1000);
    go(&window, 1000);
    go(&window, 1000);
    assert_true(window_opens_at(&window, 1001) == 1800 + SLACK);
    assert_true(window_shut_until(&window, 1001) == 0); /* an answer may bring more */
    answer(&window, 1000, 1020, (struct allowance){20, 2, 780, 0});
    assert_int_equal(count_room(window, 1020), 0); /* two may not be counted yet */
    answer(&window, 1000, 1030, (struct allowance){20, 0, 770, 0});
    answer(&window, 1000, 1040, (struct allowance){20, 1, 760, 0}); /* made before that */
    assert_int_equal(window.remaining, 0);
    assert_true(window_shut_until(&window, 1040) == 1800 + SLACK);
    assert_int_equal(window.in_flight, 0);
}

static void a_new_window_is_asked_by_one(void **state)
{
    (void)state;
    struct window window = told(20, 0, 200);
    assert_true(window_opens_at(&window, 1000) == 1200 + SLACK); /* what reset says, no second */
    assert_int_equal(count_room(window, 1209), 0);
    assert_int_equal(count_room(window, 1210), 1);
    go(&window, 1210);
    answer(&window, 1210, 1215, (struct allowance){20, 19, 200, 0});
    assert_int_equal(count_room(window, 1215), 19);
}

static void a_high_limit_is_not_asked_by_one_alone(void **state)
{
    (void)state;
    struct window window = told(160, 0, 200);
    assert_int_equal(count_room(window, 1210), 10);
}

static void late_answers_of_a_window_that_is_over_say_nothing_of_the_next(void **state)
{
    (void)state;
    struct window window = told(20, 5, 100);
    go(&window, 1090);
    go(&window, 1090);
    answer(&window, 1090, 1130, (struct allowance){20, 19, 980, 0}); /* counted in the next */
    assert_int_equal(window.remaining, 19);
    answer(&window, 1090, 1140, (struct allowance){20, 4, 10, 0});
    assert_int_equal(window.remaining, 19);
    assert_int_equal(count_room(window, 1140), 19);
}

static void what_is_told_later_for_sure_counts_whatever_it_says(void **state)
{
    (void)state;
    struct window window = told(20, 1, 60000);
    go(&window, 1500);
    answer(&window, 1500, 1510, (struct allowance){20, 15, 59490, 0}); /* not a fixed window */
    assert_int_equal(window.remaining, 15);
    go(&window, 1600);
    answer(&window, 1600, 1610, (struct allowance){20, 9, 1000, 0}); /* it ends sooner after all */
    assert_int_equal(count_room(window, 1620), 9);
    assert_int_equal(count_room(window, 2610 + SLACK), 1);
}

static void a_refusal_shuts_it_as_long_as_told(void **state)
{
    (void)state;
    struct window window = told(20, 9, 60000);
    go(&window, 1000);
    go(&window, 1001);
    go(&window, 1001);
    answer(&window, 1000, 1030, (struct allowance){.wait_ms = 2000});
    answer(&window, 1001, 1040, (struct allowance){20, 7, 59960, 0}); /* was on its way */
    answer(&window, 1001, 1050, (struct allowance){.wait_ms = 200});  /* the longer one counts */
    assert_true(window_shut_until(&window, 1050) == 3030 + SLACK);
    assert_true(window_opens_at(&window, 1050) == 3030 + SLACK);
    assert_int_equal(count_room(window, 3030 + SLACK), 1); /* and who was refused knows nothing */
    window = told(20, 9, 60000);
    go(&window, 1000);
    answer(&window, 1000, 1030, (struct allowance){20, 0, 200, 200});
    assert_true(window_opens_at(&window, 1050) == 1230 + SLACK); /* 0.2 s are 0.2 s */
}

static void what_has_ended_without_an_answer_frees_its_place(void **state)
{
    (void)state;
    struct window window = told(20, 2, 1000);
    go(&window, 1000);
    go(&window, 1000);
    window_lost(&window, false);
    assert_int_equal(count_room(window, 1010), 1); /* it never went */
    window_lost(&window, true);
    assert_int_equal(count_room(window, 1010), 1); /* it may have been counted */
    go(&window, 1010);
    window_answered(&window, 1010, 1020, NULL); /* an answer of somebody in between: so may this */
    assert_int_equal(window.remaining, 0);
    go(&window, 2100);
    window_lost(&window, true);
    assert_int_equal(window.remaining, 0);
}

/** The last `remaining` of a window of which others have used `others` for each of our `ours`. */
static struct window shared(int64_t limit, int64_t ours, int64_t others, int64_t remaining)
{
    int64_t left = remaining + ours * (1 + others);
    struct window window = told(limit, left, 60000);
    while (left > remaining) {
        go(&window, 1000);
        left -= 1 + others;
        answer(&window, 1000, 1001, (struct allowance){limit, left, 60000, 0});
    }
    return window;
}

static void what_others_use_meanwhile_is_left_to_them(void **state)
{
    (void)state;
    static const struct {
        int64_t limit, ours, others, remaining, room;
    } rows[] = {
        {1200, 100, 0, 10, 10},
        {1200, 100, 1, 10, 5}, /* for each of ours one of theirs */
        {1200, 100, 3, 10, 2},
        {100, 25, 1, 4, 2},
        {100, 25, 1, 2, 1},
        {100, 25, 1, 1, 0}, /* the last ones go to others, ... */
        {20, 9, 1, 2, 1},
        {20, 9, 1, 1, 1}, /* ... but not of a small window */
        {2, 0, 1, 1, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct window window =
            shared(rows[i].limit, rows[i].ours, rows[i].others, rows[i].remaining);
        assert_int_equal(window.remaining, rows[i].remaining);
        if (count_room(window, 1001) != rows[i].room)
            fail_msg("%lld of %lld, others take %lld: %lld, not %lld", (long long)rows[i].remaining,
                (long long)rows[i].limit, (long long)rows[i].others,
                (long long)count_room(window, 1001), (long long)rows[i].room);
        assert_int_equal(window_shut_until(&window, 1001) == 0, rows[i].room > 0);
    }
}

static void who_rushes_in_when_a_window_begins_is_seen_at_once(void **state)
{
    (void)state;
    struct window window = told(20, 0, 100);
    go(&window, 1110);
    answer(&window, 1110, 1115, (struct allowance){20, 17, 990, 0}); /* two others were there */
    assert_int_equal(count_room(window, 1115), 5);
    window = told(20, 0, 100);
    go(&window, 8000); /* much later: nobody knows when it started */
    answer(&window, 8000, 8005, (struct allowance){20, 8, 500, 0});
    assert_int_equal(count_room(window, 8005), 8);
    window = told(20, 0, 100);
    go(&window, 1110);
    answer(&window, 1110, 1115, (struct allowance){0, 8, 990, 0}); /* nor without a limit */
    assert_int_equal(count_room(window, 1115), 8);
    assert_int_equal(window.limit, 20);
}

static void answers_out_of_order_are_no_other_client(void **state)
{
    (void)state;
    int64_t remaining = 210;
    struct window window = told(1000, remaining, 60000);
    for (int i = 0; i < 100; i++, remaining -= 2) {
        int64_t now = 1001 + 10 * i;
        go(&window, now);
        go(&window, now);
        answer(&window, now, now + 4, (struct allowance){1000, remaining - 2, 60000 - 10 * i, 0});
        answer(&window, now, now + 6, (struct allowance){1000, remaining - 1, 60000 - 10 * i, 0});
    }
    assert_int_equal(window.remaining, 10);
    assert_int_equal(count_room(window, 3000), 10);
}

static void answers_narrow_down_when_it_ends(void **state)
{
    (void)state;
    struct window window = {0};
    go(&window, 0);
    answer(&window, 0, 300, (struct allowance){10, 9, 1000, 0}); /* between 1000 and 1300 */
    go(&window, 300);
    go(&window, 300);
    answer(&window, 300, 310, (struct allowance){10, 8, 750, 0}); /* between 1050 and 1060 */
    answer(&window, 300, 500, (struct allowance){10, 0, 700, 0}); /* between 1000 and 1200 */
    assert_true(window_shut_until(&window, 500) == 1060 + SLACK);
}

static void it_can_be_shut_and_opened_by_hand(void **state)
{
    (void)state;
    struct window window = told(20, 9, 1000);
    window_shut(&window, 5000);
    assert_true(window_shut_until(&window, 2500) == 5000);
    assert_int_equal(count_room(window, 4999), 0);
    window_forget(&window);
    assert_true(window_shut_until(&window, 2500) == 0);
    assert_int_equal(count_room(window, 2500), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_goes_alone_while_nothing_is_known),
        cmocka_unit_test(a_server_that_tells_nothing_has_no_limit),
        cmocka_unit_test(none_goes_beyond_what_remains),
        cmocka_unit_test(a_new_window_is_asked_by_one),
        cmocka_unit_test(a_high_limit_is_not_asked_by_one_alone),
        cmocka_unit_test(late_answers_of_a_window_that_is_over_say_nothing_of_the_next),
        cmocka_unit_test(what_is_told_later_for_sure_counts_whatever_it_says),
        cmocka_unit_test(a_refusal_shuts_it_as_long_as_told),
        cmocka_unit_test(what_has_ended_without_an_answer_frees_its_place),
        cmocka_unit_test(what_others_use_meanwhile_is_left_to_them),
        cmocka_unit_test(who_rushes_in_when_a_window_begins_is_seen_at_once),
        cmocka_unit_test(answers_out_of_order_are_no_other_client),
        cmocka_unit_test(answers_narrow_down_when_it_ends),
        cmocka_unit_test(it_can_be_shut_and_opened_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
