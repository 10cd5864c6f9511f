/** What a crash leaves claimed, and whose fault it was. */
#include "group_fixture.h"

#include "closedrop/queue/reading.h"

static void fails_a_file_that_kills_the_program_three_times(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    for (int death = 1; death <= 3; death++) {
        struct job *job = claim_of(queue, "scans", LANE_ALL, death > 1);
        assert_non_null(job);
        job_free(job);
        assert_int_equal(queue_recover(queue, DOUBT), 1);
        job = load(queue, id);
        assert_int_equal(job->crashes, death);
        assert_int_equal(job->attempts, death); /* not given back */
        assert_false(job->claimed);
        assert_int_equal(job->state, death < 3 ? JOB_QUEUED : JOB_FAILED);
        assert_int_equal(job->suspect, death < 3);
        job_free(job);
    }
    struct job *job = claim(queue); /* to be moved to Failed */
    assert_string_equal(job->error_code, "crashed");
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    assert_int_equal(add(queue, "a.pdf", file(1)), id);
    job = load(queue, id);
    assert_int_equal(job->crashes, 0); /* a person gives it another three */
    job_free(job);
    commit(queue);
}

static void forgets_a_death_once_it_gets_through(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    job_free(claim(queue));
    queue_recover(queue, DOUBT);
    struct job *job = claim_of(queue, "scans", LANE_ALL, true);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    job_free(job);
    job = load(queue, id);
    assert_int_equal(job->crashes, 0);
    assert_false(job->suspect);
    job_free(job);
    commit(queue);
}

static void blames_nobody_where_several_were_claimed(void **state)
{
    struct queue *queue = *state;
    int64_t ids[3];
    begin(queue);
    for (int i = 0; i < 3; i++) {
        char path[] = {(char)('a' + i), '\0'};
        ids[i] = add(queue, path, file(i + 1));
        job_free(claim(queue));
    }
    int64_t innocent = add(queue, "d", file(4));
    assert_int_equal(queue_count_claimed(queue), 3);
    assert_int_equal(queue_recover(queue, DOUBT), 3);
    assert_int_equal(queue_count_claimed(queue), 0);
    assert_int_equal(queue_count_suspects(queue), 3);
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, ids[i]);
        assert_true(job->suspect);
        assert_int_equal(job->attempts, 0); /* given back */
        assert_int_equal(job->crashes, 0);
        assert_int_equal(job->state, JOB_QUEUED);
        job_free(job);
    }
    struct job *job = claim_of(queue, "scans", LANE_ALL, true);
    assert_int_equal(job->id, ids[0]);
    queue_retry(queue, job, now, true, "later"); /* it got through alive */
    job_free(job);
    assert_int_equal(queue_count_suspects(queue), 2);
    job = claim_of(queue, "scans", LANE_ALL, false); /* no suspect among these */
    assert_true(job->id == innocent || job->id == ids[0]);
    job_free(job);
    commit(queue);
}

static void only_puts_away_what_had_its_outcome(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t done = add(queue, "a.pdf", file(1)), failed = add(queue, "b.pdf", file(2));
    struct job *first = claim(queue), *second = claim(queue);
    queue_advance(queue, first, JOB_UPLOADED, "uploaded");
    queue_done(queue, first, "done");
    queue_fail(queue, second, "s3_refused", "in words");
    job_free(first);
    job_free(second);
    assert_int_equal(queue_recover(queue, DOUBT), 2);
    assert_int_equal(queue_count_suspects(queue), 0);
    first = claim(queue);
    second = claim(queue);
    assert_int_equal(first->id, done);
    assert_int_equal(first->state, JOB_DONE);
    assert_int_equal(second->id, failed);
    assert_int_equal(second->state, JOB_FAILED);
    assert_string_equal(second->error_code, "s3_refused");
    job_free(first);
    job_free(second);
    commit(queue);
}

static void does_not_upload_again_what_was_uploaded(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    job_free(job);
    assert_int_equal(queue_recover(queue, DOUBT), 1);
    job = load(queue, id);
    assert_int_equal(job->state, JOB_UPLOADED);
    assert_true(job->suspect);
    job_free(job);
    job = claim_of(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, true);
    assert_int_equal(job->id, id);
    job_free(job);
    commit(queue);
}

static void waits_before_it_looks_for_what_was_posted(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    struct job *posted = load(queue, add_uploaded(queue, "a.pdf", 1));
    struct job *waiting = load(queue, add_uploaded(queue, "b.pdf", 2));
    struct job *uploaded = load(queue, add_uploaded(queue, "c.pdf", 3));
    queue_intend(queue, &waiting, 1, clock_wall_ms());
    queue_retry(queue, waiting, now + 1, true, "unclear"); /* waits already */
    queue_intend(queue, &posted, 1, clock_wall_ms());
    uploaded->claimed = true;
    queue_put(queue, uploaded);
    assert_int_equal(queue_recover(queue, DOUBT), 2);
    struct job *job = load(queue, posted->id);
    assert_int_equal(job->state, JOB_ATTACHING);
    assert_true(job->posting == posted->posting);
    assert_true(job->due_ms == now + DOUBT);
    assert_true(job->suspect);
    job_free(job);
    job = load(queue, waiting->id);
    assert_true(job->due_ms == now + 1);
    assert_false(job->suspect);
    job_free(job);
    job = load(queue, uploaded->id); /* nothing was posted: no doubt */
    assert_true(job->due_ms <= now);
    assert_true(job->suspect);
    job_free(job);
    job = claim_of(queue, "scans", LANE_ALL, true);
    assert_int_equal(job->id, uploaded->id);
    job_free(job);
    assert_null(claim_of(queue, "scans", LANE_ALL, true));
    now += DOUBT;
    job = claim_of(queue, "scans", LANE_ALL, true);
    assert_int_equal(job->id, posted->id);
    job_free(job);
    job_free(posted);
    job_free(waiting);
    job_free(uploaded);
    commit(queue);
}

static void counts_a_group_as_one_claimed(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    assert_int_equal(queue_count_claimed(queue), 1);
    assert_int_equal(queue_recover(queue, DOUBT), 1);
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, jobs[i]->id);
        assert_int_equal(job->crashes, 1);
        assert_int_equal(job->state, JOB_ATTACHING);
        assert_false(job->claimed);
        assert_true(job->suspect);
        assert_true(job->due_ms == now + DOUBT);
        job_free(job);
    }
    free_three(jobs);
    commit(queue);
}

static void blames_no_group_where_another_job_was_claimed(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    int64_t id = add(queue, "d.pdf", file(4));
    job_free(claim_of(queue, "scans", LANE_SEND, false));
    assert_int_equal(queue_count_claimed(queue), 2);
    assert_int_equal(queue_recover(queue, DOUBT), 2);
    for (int i = 0; i < 4; i++) {
        struct job *job = load(queue, i < 3 ? jobs[i]->id : id);
        assert_int_equal(job->crashes, 0);
        assert_int_equal(job->attempts, 0); /* given back where there was one */
        assert_true(job->suspect);
        job_free(job);
    }
    free_three(jobs);
    commit(queue);
}

/* a person must look: it may exist, and may be what kills us */
static void remembers_the_post_of_a_group_that_kills_the_program(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    for (int death = 1; death <= 3; death++) {
        for (int i = 0; i < 3; i++) {
            struct job *job = load(queue, jobs[i]->id);
            job->claimed = true;
            queue_put(queue, job);
            job_free(job);
        }
        assert_int_equal(queue_recover(queue, DOUBT), 1);
    }
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, jobs[i]->id);
        assert_int_equal(job->state, JOB_FAILED);
        assert_string_equal(job->error_code, "crashed");
        assert_non_null(
            strstr(job->error_message, "may have been filed; what to do: check its lead in Close"));
        assert_true(job->posting == jobs[0]->posting);
        assert_true(job->due_ms == now); /* to be moved to Failed at once */
        job_free(job);
    }
    free_three(jobs);
    commit(queue);
}

#define TEN_YEARS (3650LL * 24 * 3600 * 1000)

/** Add a file, claim it, and take it to `state`, still claimed; returns its id. */
static int64_t add_claimed(struct queue *queue, const char *path, int number, enum job_state state)
{
    int64_t id = add(queue, path, file(number));
    struct job *job = claim(queue);
    assert_int_equal(job->id, id);
    if (state != JOB_UPLOADING)
        queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    if (state == JOB_DONE)
        queue_done(queue, job, "done");
    job_free(job);
    return id;
}

static void goes_on_at_once_with_what_was_claimed_by_a_clock_ahead(void **state)
{
    static const enum job_state claimed[] = {JOB_UPLOADING, JOB_UPLOADED, JOB_DONE};
    static const enum job_state after[] = {JOB_QUEUED, JOB_UPLOADED, JOB_DONE};
    static const char *const paths[] = {"a.pdf", "b.pdf", "c.pdf"};
    struct queue *queue = *state;
    int64_t ids[COUNT(claimed)];
    begin(queue);
    now += TEN_YEARS;
    for (size_t i = 0; i < COUNT(ids); i++)
        ids[i] = add_claimed(queue, paths[i], (int)i + 1, claimed[i]);
    now -= TEN_YEARS;
    assert_int_equal(queue_recover(queue, DOUBT), COUNT(ids));
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct job *job = load(queue, ids[i]);
        assert_int_equal(job->state, after[i]);
        assert_false(job->claimed);
        assert_true(job->due_ms == now);
        job_free(job);
    }
    commit(queue);
}

static void recovers_nothing_after_a_clean_end(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_int_equal(queue_recover(queue, DOUBT), 0);
    assert_int_equal(queue_count_suspects(queue), 0);
    commit(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(fails_a_file_that_kills_the_program_three_times),
        ON_MEMORY(forgets_a_death_once_it_gets_through),
        ON_MEMORY(blames_nobody_where_several_were_claimed),
        ON_MEMORY(only_puts_away_what_had_its_outcome),
        ON_MEMORY(does_not_upload_again_what_was_uploaded),
        ON_MEMORY(waits_before_it_looks_for_what_was_posted),
        ON_MEMORY(counts_a_group_as_one_claimed),
        ON_MEMORY(blames_no_group_where_another_job_was_claimed),
        ON_MEMORY(remembers_the_post_of_a_group_that_kills_the_program),
        ON_MEMORY(goes_on_at_once_with_what_was_claimed_by_a_clock_ahead),
        ON_MEMORY(recovers_nothing_after_a_clean_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
