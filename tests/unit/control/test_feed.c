/* The status as events: who gets what, when, and when nobody is bothered. */
#include "control/feed.h"

#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct reply listen_to(struct feed *feed)
{
    struct reply reply = {.status = 0};
    feed_listen(feed, &reply);
    assert_int_equal(reply.status, 200);
    return reply;
}

/** What the listener sends next; NULL: its stream ends. */
static const char *next(struct reply *reply)
{
    static char text[1000];
    struct str piece = STR_INIT(sizeof(text) - 1);
    bool continues = reply->stream.next(reply->stream.stream, &piece);
    strcpy(text, str_text(&piece));
    str_release(&piece);
    return continues ? text : NULL;
}

static void tell(struct feed *feed, const char *json, int64_t now_ms)
{
    if (feed_is_due(feed, now_ms))
        feed_tell(feed, strdup(json), now_ms);
}

static void is_quiet_while_nobody_listens(void **state)
{
    (void)state;
    struct feed feed = {.text = NULL};
    assert_false(feed_is_due(&feed, 100000));
    assert_int_equal(feed_due_ms(&feed), INT64_MAX);
}

static void tells_what_changed_once_a_second(void **state)
{
    (void)state;
    struct feed feed = {.text = NULL};
    struct reply reply = listen_to(&feed);
    assert_string_equal(next(&reply), "");
    tell(&feed, "1", 100000);
    assert_string_equal(next(&reply), "event: status\ndata: 1\n\n");
    assert_string_equal(next(&reply), "");
    assert_int_equal(feed_due_ms(&feed), 115000); /* nothing may have changed since */
    tell(&feed, "2", 100999);
    assert_string_equal(next(&reply), "");
    assert_int_equal(feed_due_ms(&feed), 101000); /* now something may have */
    tell(&feed, "2", 101000);
    assert_string_equal(next(&reply), "event: status\ndata: 2\n\n");
    tell(&feed, "2", 102000);
    assert_string_equal(next(&reply), "");
    reply_release(&reply);
    feed_release(&feed);
}

static void sends_a_comment_when_nothing_changes(void **state)
{
    (void)state;
    struct feed feed = {.text = NULL};
    struct reply reply = listen_to(&feed);
    tell(&feed, "1", 100000);
    assert_string_equal(next(&reply), "event: status\ndata: 1\n\n");
    tell(&feed, "1", 114999);
    assert_string_equal(next(&reply), "");
    tell(&feed, "1", 116000);
    assert_string_equal(next(&reply), ":\n\n");
    assert_string_equal(next(&reply), "");
    reply_release(&reply);
    feed_release(&feed);
}

static void gives_the_latest_to_whoever_comes_later_or_reads_slowly(void **state)
{
    (void)state;
    struct feed feed = {.text = NULL};
    struct reply slow = listen_to(&feed);
    tell(&feed, "1", 100000);
    tell(&feed, "2", 101000);
    struct reply late = listen_to(&feed);
    assert_string_equal(next(&late), "event: status\ndata: 2\n\n");
    assert_string_equal(next(&slow), "event: status\ndata: 2\n\n");
    reply_release(&slow);
    reply_release(&late);
    struct reply after_all = listen_to(&feed); /* what was kept is old */
    assert_string_equal(next(&after_all), "");
    tell(&feed, "3", 900000);
    assert_string_equal(next(&after_all), "event: status\ndata: 3\n\n");
    reply_release(&after_all);
    feed_release(&feed);
}

static void ends_the_oldest_of_too_many(void **state)
{
    (void)state;
    struct feed feed = {.text = NULL};
    struct reply replies[FEED_LISTENERS_MAX + 2];
    for (int i = 0; i < FEED_LISTENERS_MAX + 2; i++)
        replies[i] = listen_to(&feed);
    assert_int_equal(feed.ended, 2);
    assert_null(next(&replies[0]));
    assert_null(next(&replies[1]));
    assert_non_null(next(&replies[2]));
    reply_release(&replies[0]);
    assert_int_equal(feed.ended, 1);
    assert_int_equal(feed.count, FEED_LISTENERS_MAX);
    for (int i = 1; i < FEED_LISTENERS_MAX + 2; i++)
        reply_release(&replies[i]);
    assert_int_equal(feed.count + feed.ended, 0);
    feed_release(&feed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_quiet_while_nobody_listens),
        cmocka_unit_test(tells_what_changed_once_a_second),
        cmocka_unit_test(sends_a_comment_when_nothing_changes),
        cmocka_unit_test(gives_the_latest_to_whoever_comes_later_or_reads_slowly),
        cmocka_unit_test(ends_the_oldest_of_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
