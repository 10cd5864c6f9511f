/* The effects of jobs: a row each, from the intent to their outcome. */
#include "queue_fixture.h"

#include "closedrop/queue/effects.h"

static void put(struct queue *queue, int64_t job, enum activity_kind kind, enum effect_state state)
{
    const struct effect effect = {.kind = kind,
        .state = state,
        .request = (char[]){"{}"},
        .result = state == EFFECT_DONE ? (char[]){"task_1"} : NULL,
        .at_ms = 1000,
        .tries = 2,
        .verifications = 1};
    queue_put_effect(queue, job, &effect);
}

static void nothing_is_next_where_there_is_none(void **state)
{
    struct effect effect;
    assert_false(queue_next_effect(*state, 1, &effect));
}

static void an_effect_is_next_until_it_is_done_or_missing(void **state)
{
    struct queue *queue = *state;
    static const bool is_next[EFFECT_STATES] = {true, true, false, false};
    for (enum effect_state at = EFFECT_WAITING; at < EFFECT_STATES; at++) {
        struct effect effect = {0};
        queue_begin(queue);
        put(queue, 7, ACTIVITY_TASK, at);
        assert_int_equal(queue_commit(queue), 0);
        assert_int_equal(queue_next_effect(queue, 7, &effect), is_next[at]);
        if (is_next[at]) {
            assert_int_equal(effect.kind, ACTIVITY_TASK);
            assert_int_equal(effect.state, at);
            assert_string_equal(effect.request, "{}");
            assert_string_equal(effect.result, "");
            assert_int_equal(effect.at_ms, 1000);
            assert_int_equal(effect.tries, 2);
            assert_int_equal(effect.verifications, 1);
        }
        effect_release(&effect);
        assert_false(queue_next_effect(queue, 8, &effect));
    }
}

static void count(void *context, const struct effect *effect)
{
    size_t *counted = context;
    assert_string_equal(effect->result, "task_1");
    (*counted)++;
}

static void an_effect_is_written_over_by_itself_alone(void **state)
{
    struct queue *queue = *state;
    size_t counted = 0;
    queue_begin(queue);
    put(queue, 7, ACTIVITY_TASK, EFFECT_WAITING);
    put(queue, 7, ACTIVITY_TASK, EFFECT_DONE);
    put(queue, 8, ACTIVITY_TASK, EFFECT_WAITING);
    assert_int_equal(queue_commit(queue), 0);
    queue_effects(queue, 7, count, &counted);
    assert_int_equal(counted, 1);
}

static void what_is_forgotten_is_gone(void **state)
{
    struct queue *queue = *state;
    struct effect effect = {0};
    queue_begin(queue);
    put(queue, 7, ACTIVITY_TASK, EFFECT_POSTED);
    put(queue, 8, ACTIVITY_TASK, EFFECT_POSTED);
    queue_forget_effects(queue, 7);
    assert_int_equal(queue_commit(queue), 0);
    assert_false(queue_next_effect(queue, 7, &effect));
    assert_true(queue_next_effect(queue, 8, &effect));
    effect_release(&effect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(nothing_is_next_where_there_is_none),
        ON_MEMORY(an_effect_is_next_until_it_is_done_or_missing),
        ON_MEMORY(an_effect_is_written_over_by_itself_alone),
        ON_MEMORY(what_is_forgotten_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
