/** How the last use of a store ended, and what is concluded from it. */
#include "store_fixture.h"

#include "queue/store_end.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *written;
    struct end_facts now;
    bool is_sound;
} ends[] = {
    {"closed", "closed 4096 5\n", {17, 4096, 5, false}, true},
    {"closed, and booted since", "closed 4096 5\n", {18, 4096, 5, false}, true},
    {"closed, and grown", "closed 4096 5\n", {17, 8192, 5, false}, false},
    {"closed, and written", "closed 4096 5\n", {17, 4096, 6, false}, false},
    {"closed, and a log has come", "closed 4096 5\n", {17, 4096, 5, true}, false},
    {"killed", "open 17\n", {17, 9, 9, true}, true},
    {"killed, and booted since", "open 17\n", {18, 9, 9, true}, false},
    {"killed, on a machine that does not tell", "open 0\n", {0, 9, 9, true}, false},
    {"an error", "doubt\n", {17, 4096, 5, false}, false},
    {"cut", "closed 4096", {17, 4096, 5, false}, false},
    {"empty", "", {17, 4096, 5, false}, false},
    {"something else", "closed?", {17, 4096, 5, false}, false},
};

static void is_concluded_from_what_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++)
        if (end_is_sound(ends[i].written, &ends[i].now) != ends[i].is_sound)
            fail_msg("%s", ends[i].name);
}

static void pass_a_tick(const struct place *place)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 12345}};
    assert_int_equal(utimensat(AT_FDCWD, place->database, times, 0), 0);
}

/* by an agent (true) and by commands */
static void is_written_by_whoever_uses_it(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    assert_true(end_was_sound(place->database)); /* it may be killed */
    queue_close(queue);
    assert_true(end_was_sound(place->database));
    assert_int_equal(try_open(place, false, &queue), 0);
    begin(queue);
    queue_set_paused(queue, true);
    commit(queue);
    assert_true(end_was_sound(place->database));
    queue_close(queue);
    assert_true(end_was_sound(place->database));
    pass_a_tick(place);
    assert_false(end_was_sound(place->database));
    assert_int_equal(try_open(place, false, &queue), 0); /* which has not read it */
    queue_close(queue);
    assert_false(end_was_sound(place->database));
    queue_close(open_at(place));
    assert_true(end_was_sound(place->database));
    end_note_doubt(place->database);
    assert_false(end_was_sound(place->database));
}

static void is_not_known_of_a_queue_that_has_none(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    queue_close(queue);
    char name[sizeof(place->database) + 10];
    snprintf(name, sizeof(name), "%s" END_SUFFIX, place->database);
    assert_int_equal(unlink(name), 0);
    assert_false(end_was_sound(place->database));
    assert_int_equal(try_open(place, false, &queue), 0);
    queue_close(queue);
    assert_int_equal(access(name, F_OK), -1); /* a command makes none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_concluded_from_what_is_written),
        ON_DISK(is_written_by_whoever_uses_it),
        ON_DISK(is_not_known_of_a_queue_that_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
