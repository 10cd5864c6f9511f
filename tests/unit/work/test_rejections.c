/* Whose fault it is that S3 rejects a file: told by the other files, story by story. */
#include "closedrop/base/array.h"
#include "closedrop/work/rejections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* a digit: that job is rejected; a letter: another one is uploaded, 'a' is job 1, 'z' one that was
 * never rejected. What the rejections are blamed on, one letter each: ? unknown, F file, P place.
 */
static const struct {
    const char *events, *blamed;
} stories[] = {
    {"1", "?"},
    {"1111111111", "??????????"},
    {"1212121212", "??????????"},
    {"123412341234", "????????????"},
    /* five different ones, and from then on */
    {"12345", "????P"},
    {"1122334455", "????????PP"},
    {"123456712345", "????PPPPPPPP"},
    {"12345z1234512", "????PF???PPP"},
    {"1234z5", "?????"},
    /* a success is one of another file, after the first rejection */
    {"z1", "?"},
    {"zzz111", "???"},
    {"1z1", "?F"},
    {"1z111", "?FFF"},
    {"1z1z1", "?FF"},
    {"1a1", "??"},
    {"1a1z1", "??F"},
    /* who was rejected meanwhile makes it doubtful again */
    {"12z12", "??F?"},
    {"12z121", "??F??"},
    {"12z12z21", "??F?F?"},
    {"1z12z1", "?F?F"},
    /* the server breaks after some got through: only one counts */
    {"1z12345", "?F???P"},
    {"1z1234512345z1", "?F???PPPPPPF"},
    /* while others get through, each bad one is found out */
    {"1z2z1z2z1z2", "??FFFF"},
    {"12345z1z1z1z2z2", "????PFFFFF"},
};

static void blames_what_the_others_show(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stories); i++) {
        static struct rejections rejections;
        char blamed[32] = "";
        size_t count = 0;
        memset(&rejections, 0, sizeof(rejections));
        for (const char *at = stories[i].events; *at; at++) {
            int times;
            if (*at >= 'a')
                rejections_end(&rejections, *at - 'a' + 1);
            else
                blamed[count++] = "?FP"[rejections_add(&rejections, *at - '0', &times)];
        }
        if (strcmp(blamed, stories[i].blamed) != 0)
            fail_msg("%s: %s, not %s", stories[i].events, blamed, stories[i].blamed);
    }
}

static void counts_the_times_of_each(void **state)
{
    (void)state;
    static struct rejections rejections;
    int times;
    for (int i = 1; i <= 3; i++) {
        rejections_add(&rejections, 7, &times);
        assert_int_equal(times, i);
    }
    rejections_add(&rejections, 8, &times);
    assert_int_equal(times, 1);
    rejections_end(&rejections, 7);
    rejections_add(&rejections, 7, &times);
    assert_int_equal(times, 1);
    rejections_add(&rejections, 8, &times);
    assert_int_equal(times, 2);
}

/* the one that was added first makes room, and is like a new one */
static void remembers_so_many(void **state)
{
    (void)state;
    static struct rejections rejections;
    int times;
    for (int64_t job = 1; job <= REJECTIONS_MAX; job++)
        rejections_add(&rejections, job, &times);
    rejections_add(&rejections, 1, &times);
    assert_int_equal(times, 2);
    rejections_add(&rejections, REJECTIONS_MAX + 1, &times);
    rejections_add(&rejections, 1, &times);
    assert_int_equal(times, 1);
    rejections_add(&rejections, 3, &times);
    assert_int_equal(times, 2);
    rejections_end(&rejections, REJECTIONS_MAX + 7);
    assert_int_equal(rejections_add(&rejections, 2, &times), BLAME_UNKNOWN);
    assert_int_equal(rejections_add(&rejections, 4, &times), BLAME_UNKNOWN); /* 2 is another */
    assert_int_equal(times, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blames_what_the_others_show),
        cmocka_unit_test(counts_the_times_of_each),
        cmocka_unit_test(remembers_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
