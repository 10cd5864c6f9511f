/* The effects of jobs: a row each, from the intent to their outcome. */
#include "queue_fixture.h"

#include "closedrop/queue/effects.h"

static void put(struct queue *queue, int64_t job, enum activity_kind kind, enum effect_state state)
{
    char result[] = "task_1";
    const struct effect effect = {.kind = kind,
        .state = state,
        .request = (char[]){"{}"},
        .result = state == EFFECT_DONE ? result : NULL,
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

/* an effect that a crash left on its way may be late at Close */
static void waits_for_an_effect_that_may_be_on_its_way(void **state)
{
    struct queue *queue = *state;
    for (enum effect_state at = EFFECT_WAITING; at < EFFECT_STATES; at++) {
        char path[] = {(char)('a' + at), '\0'};
        begin(queue);
        int64_t id = add(queue, path, file((int)at));
        struct job *job = claim(queue);
        queue_advance(queue, job, JOB_UPLOADED, "uploaded");
        queue_done(queue, job, "done");
        put(queue, id, ACTIVITY_TASK, at);
        job_free(job);
        queue_recover(queue, DOUBT);
        job = load(queue, id);
        assert_int_equal(job->due_ms, at == EFFECT_POSTED ? now + DOUBT : now);
        queue_set_put_away(queue, job, "there", "put away");
        job_free(job);
        commit(queue);
    }
}

static void what_is_withdrawn_has_no_effects(void **state)
{
    struct queue *queue = *state;
    struct effect effect = {0};
    begin(queue);
    int64_t id = add(queue, "a", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    put(queue, id, ACTIVITY_TASK, EFFECT_WAITING);
    queue_withdraw(queue, job, "no");
    assert_false(queue_next_effect(queue, id, &effect));
    job_free(job);
    commit(queue);
}

static void the_task_is_first(void **state)
{
    struct queue *queue = *state;
    struct effect effect = {0};
    begin(queue);
    put(queue, 7, ACTIVITY_SET, EFFECT_WAITING);
    put(queue, 7, ACTIVITY_TASK, EFFECT_WAITING);
    put(queue, 7, ACTIVITY_SET, EFFECT_WAITING);
    commit(queue);
    assert_true(queue_next_effect(queue, 7, &effect));
    assert_int_equal(effect.kind, ACTIVITY_TASK);
    effect_release(&effect);
    begin(queue);
    put(queue, 7, ACTIVITY_TASK, EFFECT_MISSING);
    commit(queue);
    assert_true(queue_next_effect(queue, 7, &effect));
    assert_int_equal(effect.kind, ACTIVITY_SET);
    effect_release(&effect);
}

static void add_missing(void *context, const struct job *job)
{
    add_id(context, job);
    assert_true(job_lacks_effect(job));
}

static void lists_what_lacks_something_until_it_is_forgotten(void **state)
{
    struct queue *queue = *state;
    static const char *const codes[] = {"task_missing", "set_missing", NULL, "not_put_away"};
    struct lines lines = {""};
    begin(queue);
    for (size_t i = 0; i < COUNT(codes); i++) {
        char path[] = {(char)('a' + i), '\0'};
        add(queue, path, file((int)i + 1));
        struct job *job = claim(queue);
        queue_advance(queue, job, JOB_UPLOADED, "uploaded");
        queue_done(queue, job, "done");
        queue_keep_text(queue, &job->error_code, codes[i]);
        queue_set_put_away(queue, job, "there", "put away");
        job_free(job);
    }
    commit(queue);
    queue_list_lacking(queue, 10, add_missing, &lines);
    assert_string_equal(lines.text, "2 1 ");
    begin(queue);
    assert_int_equal(queue_forget(queue, 2, false), QUEUE_OK);
    commit(queue);
    lines.text[0] = '\0';
    queue_list_lacking(queue, 10, add_missing, &lines);
    assert_string_equal(lines.text, "1 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(nothing_is_next_where_there_is_none),
        ON_MEMORY(an_effect_is_next_until_it_is_done_or_missing),
        ON_MEMORY(an_effect_is_written_over_by_itself_alone),
        ON_MEMORY(what_is_forgotten_is_gone),
        ON_MEMORY(waits_for_an_effect_that_may_be_on_its_way),
        ON_MEMORY(what_is_withdrawn_has_no_effects),
        ON_MEMORY(the_task_is_first),
        ON_MEMORY(lists_what_lacks_something_until_it_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
