/* What is forgotten of what ended long ago, and what never is. */
#include "queue_fixture.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/notices.h"
#include "closedrop/queue/prune.h"

#define DAY_MS (24LL * 3600 * 1000)
#define HASH "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

/* all of it, as an agent does in many turns */
static int64_t prune(struct queue *queue, int64_t before_ms, bool only_count)
{
    struct prune_walk walk = {0};
    int64_t pruned = 0;
    begin(queue);
    while (!prune_is_over(&walk))
        pruned += queue_prune(queue, before_ms, only_count, &walk);
    commit(queue);
    return pruned;
}

static int64_t file_one(struct queue *queue, const char *path, int number, const char *location)
{
    begin(queue);
    int64_t id = add(queue, path, file(number));
    finish_next(queue, location);
    commit(queue);
    return id;
}

static bool is_there(struct queue *queue, int64_t id)
{
    CLEANUP(job_freep) struct job *job = queue_load(queue, id);
    return job != NULL;
}

static void add_line(void *context, int64_t at_ms, const char *state, const char *why)
{
    (void)at_ms, (void)state, (void)why;
    ++*(int *)context;
}

static int count_lines(struct queue *queue, int64_t id)
{
    int count = 0;
    queue_history(queue, id, add_line, &count);
    return count;
}

/* ---- what goes ---- */

static void forgets_what_ended_long_ago_with_its_history(void **state)
{
    struct queue *queue = *state;
    int64_t old = file_one(queue, "a.pdf", 1, "Uploaded/a.pdf");
    now += 10 * DAY_MS;
    int64_t young = file_one(queue, "b.pdf", 2, "Uploaded/b.pdf");
    assert_int_equal(prune(queue, now - 5 * DAY_MS, true), 1);
    assert_true(is_there(queue, old)); /* only counted */
    assert_int_equal(prune(queue, now - 5 * DAY_MS, false), 1);
    assert_false(is_there(queue, old));
    assert_int_equal(count_lines(queue, old), 0);
    assert_true(is_there(queue, young));
    assert_true(count_lines(queue, young) > 0);
    assert_int_equal(prune(queue, now - 5 * DAY_MS, false), 0);
}

static void counts_what_is_left(void **state)
{
    struct queue *queue = *state;
    struct queue_counts counts;
    for (int i = 0; i < 3; i++, now += DAY_MS)
        file_one(queue, "a.pdf", i + 1, "Uploaded/a.pdf");
    assert_int_equal(prune(queue, now - DAY_MS, false), 2);
    queue_count(queue, NULL, &counts);
    assert_int_equal(counts.by_state[JOB_DONE], 1);
    assert_int_equal(queue_count_done(queue, "scans", 0), 1);
}

static void adds_nothing(
    void *context, const char *token, const char *lead, enum activity_kind activity, int64_t at_ms)
{
    (void)context, (void)token, (void)lead, (void)activity, (void)at_ms;
    fail();
}

static void forgets_its_tokens_but_never_what_was_filed(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    int result = str_assign(&job->sha256, HASH) | str_assign(&job->lead_id, "lead_a");
    result |= str_assign(&job->token, "token");
    assert_int_equal(result, 0);
    job->activity = ACTIVITY_NOTE;
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_intend(queue, &job, 1, now);
    assert_int_equal(str_assign(&job->activity_id, "acti_a"), 0);
    queue_done(queue, job, "done");
    queue_set_put_away(queue, job, "Uploaded/a.pdf", "moved");
    job_free(job);
    commit(queue);
    now += DAY_MS;
    file_one(queue, "b.pdf", 2, "Uploaded/b.pdf");
    assert_int_equal(prune(queue, now, false), 1);
    queue_postings(queue, id, adds_nothing, NULL);
    assert_true(queue_is_filed_elsewhere(queue, HASH, ACTIVITY_NOTE, "lead_b"));
}

/* more than are read at a time, and every second one stays: none is left out */
static void goes_through_all_of_them_in_pages(void **state)
{
    struct queue *queue = *state;
    enum { JOBS = 3 * PRUNE_PAGE };
    for (int i = 0; i < JOBS; i++)
        file_one(queue, "a.pdf", i + 1, i % 2 ? "Uploaded/a.pdf" : NULL);
    now += DAY_MS;
    file_one(queue, "b.pdf", 250, "Uploaded/b.pdf");
    struct prune_walk walk = {0};
    begin(queue);
    int64_t pruned = 0;
    while (!prune_is_over(&walk)) {
        int64_t some = queue_prune(queue, now, false, &walk);
        assert_true(some <= PRUNE_PAGE);
        pruned += some;
    }
    commit(queue);
    assert_int_equal(pruned, JOBS / 2);
}

/* ---- what stays ---- */

static struct job some_job(enum job_state state, enum job_put_away put_away, const char *location)
{
    static char folder[] = "scans", path[] = "a.pdf";
    return (struct job){.folder = folder,
        .path = path,
        .state = state,
        .put_away = put_away,
        .location = (char *)(uintptr_t)location};
}

static void is_past_once_nothing_is_known_by_it(void **state)
{
    (void)state;
    static const struct {
        enum job_state state;
        enum job_put_away put_away;
        const char *location;
        enum job_ending ending;
        bool is_past;
    } cases[] = {
        {JOB_DONE, JOB_PUT_AWAY, "Uploaded/a.pdf", JOB_NOT_ENDED, true},
        {JOB_DONE, JOB_PUT_AWAY, "", JOB_NOT_ENDED, true},    /* deleted */
        {JOB_DONE, JOB_PUT_AWAY, NULL, JOB_NOT_ENDED, false}, /* kept */
        {JOB_DONE, JOB_NOT_PUT_AWAY, NULL, JOB_NOT_ENDED, false},
        {JOB_DONE, JOB_NOT_PUT_AWAY, "Uploaded/a.pdf", JOB_NOT_ENDED, false},
        {JOB_DONE, JOB_PUT_AWAY, NULL, JOB_SUPERSEDED, true},
        {JOB_DONE, JOB_PUT_AWAY, NULL, JOB_FORGOTTEN, false},
        {JOB_FAILED, JOB_PUT_AWAY, "Failed/a.pdf", JOB_NOT_ENDED, false},
        {JOB_FAILED, JOB_PUT_AWAY, "", JOB_NOT_ENDED, false},
        {JOB_FAILED, JOB_NOT_PUT_AWAY, NULL, JOB_NOT_ENDED, false},
        {JOB_FAILED, JOB_DISCARDED, "Failed/a.pdf", JOB_NOT_ENDED, true},
        {JOB_FAILED, JOB_PUT_AWAY, "Failed/a.pdf", JOB_DROPPED, true},
        {JOB_QUEUED, JOB_NOT_PUT_AWAY, NULL, JOB_NOT_ENDED, false},
        {JOB_QUEUED, JOB_NOT_PUT_AWAY, NULL, JOB_DROPPED, true},
        {JOB_QUEUED, JOB_NOT_PUT_AWAY, NULL, JOB_FORGOTTEN, false}, /* its file is left alone */
        {JOB_UPLOADED, JOB_NOT_PUT_AWAY, NULL, JOB_SUPERSEDED, true},
        {JOB_UPLOADED, JOB_NOT_PUT_AWAY, NULL, JOB_NOT_ENDED, false},
        {JOB_ATTACHING, JOB_NOT_PUT_AWAY, NULL, JOB_NOT_ENDED, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct job job = some_job(cases[i].state, cases[i].put_away, cases[i].location);
        job.ending = cases[i].ending;
        if (job_is_past(&job) != cases[i].is_past)
            fail_msg("case %zu", i);
    }
}

static void is_not_past_while_anything_is_open(void **state)
{
    (void)state;
    char told[] = "", by_hand[] = BY_HAND_FOLDER, unclear[] = "unclear", refused[] = "plan";
    struct job job = some_job(JOB_DONE, JOB_PUT_AWAY, "Uploaded/a.pdf");
    job.claimed = true;
    assert_false(job_is_past(&job));
    job.claimed = false;
    job.told = told;
    assert_false(job_is_past(&job));
    job.told = NULL;
    job.posting = 7;
    job.ending = JOB_DROPPED;
    assert_false(job_is_past(&job));
    job = some_job(JOB_FAILED, JOB_PUT_AWAY, "/home/anna/a.pdf");
    job.folder = by_hand;
    job.error_code = unclear;
    assert_false(job_is_past(&job));
    job.error_code = refused;
    assert_true(job_is_past(&job));
}

static void still_knows_the_files_that_are_kept_or_forgotten(void **state)
{
    struct queue *queue = *state;
    file_one(queue, "kept.pdf", 1, NULL);
    begin(queue);
    int64_t left = add(queue, "left.pdf", file(2));
    assert_int_equal(queue_forget(queue, left, false), QUEUE_OK);
    commit(queue);
    now += 1000 * DAY_MS;
    file_one(queue, "b.pdf", 3, "Uploaded/b.pdf");
    assert_int_equal(prune(queue, now, false), 0);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    assert_int_equal(known(queue, file(2)), KNOWN_YES);
}

/* since it ended, however long it was in the queue before */
static void counts_from_the_last_line_of_its_history(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t dropped = add(queue, "a.pdf", file(1));
    int64_t failed = add(queue, "b.pdf", file(2));
    job_free(claim(queue));
    fail_next(queue, "no_target", "Failed/b.pdf");
    commit(queue);
    now += 10 * DAY_MS;
    file_one(queue, "c.pdf", 3, "Uploaded/c.pdf");
    begin(queue);
    struct job *jobs[] = {load(queue, dropped), load(queue, failed)};
    queue_end(queue, jobs[0], JOB_DROPPED, "its file is gone");
    queue_discard(queue, jobs[1]);
    job_free(jobs[0]);
    job_free(jobs[1]);
    commit(queue);
    assert_int_equal(prune(queue, now - DAY_MS, false), 0);
    assert_int_equal(prune(queue, now + 1, false), 2);
    assert_false(is_there(queue, dropped) || is_there(queue, failed));
}

static void knows_when_the_last_file_came(void **state)
{
    struct queue *queue = *state;
    int64_t came_ms = now;
    file_one(queue, "a.pdf", 1, "Uploaded/a.pdf");
    now += 1000 * DAY_MS;
    assert_int_equal(prune(queue, now, false), 0);
    assert_true(queue_last_arrival(queue, "scans") == came_ms);
}

/* the clock is in 1970 */
static void forgets_nothing_before_there_was_a_time(void **state)
{
    struct queue *queue = *state;
    file_one(queue, "a.pdf", 1, "Uploaded/a.pdf");
    file_one(queue, "b.pdf", 2, "Uploaded/b.pdf");
    assert_int_equal(prune(queue, -DAY_MS, false), 0);
    assert_int_equal(prune(queue, 0, false), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(forgets_what_ended_long_ago_with_its_history),
        ON_MEMORY(counts_what_is_left),
        ON_MEMORY(forgets_its_tokens_but_never_what_was_filed),
        ON_MEMORY(goes_through_all_of_them_in_pages),
        cmocka_unit_test(is_past_once_nothing_is_known_by_it),
        cmocka_unit_test(is_not_past_while_anything_is_open),
        ON_MEMORY(still_knows_the_files_that_are_kept_or_forgotten),
        ON_MEMORY(counts_from_the_last_line_of_its_history),
        ON_MEMORY(knows_when_the_last_file_came),
        ON_MEMORY(forgets_nothing_before_there_was_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
