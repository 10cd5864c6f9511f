/** From a claim to an outcome: what counts as an attempt, what is kept, and what ends the process.
 */
#include "queue_fixture.h"

#include "closedrop/base/cleanup.h"

#include "closedrop/queue/reading.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- outcomes ---- */

static void writes_an_outcome_whole(void **state)
{
    struct queue *queue = *state;
    for (int fails = 0; fails < 2; fails++) {
        begin(queue);
        int64_t id = add(queue, "a.pdf", file(fails + 1));
        struct job *job = claim(queue);
        job->suspect = true;
        job->put_away = true;
        int result = str_assign(&job->error_code, "no_answer");
        assert_int_equal(result | str_assign(&job->error_message, "earlier"), 0);
        now += 1000;
        if (fails)
            queue_fail(queue, job, "s3_refused", "in words");
        else
            queue_done(queue, job, "done");
        job_free(job);
        commit(queue);
        job = load(queue, id);
        assert_int_equal(job->state, fails ? JOB_FAILED : JOB_DONE);
        assert_true(job->due_ms == now); /* its file is put away at once */
        assert_true(job->done_ms == now);
        assert_false(job->suspect);
        assert_false(job->put_away);
        assert_int_equal(job->error_code != NULL, fails);
        assert_int_equal(job->error_message != NULL, fails);
        job_free(job);
    }
}

/* also of one that can never be sent, and of a failed job whose file comes back */
static void writes_what_came_with_a_file_into_its_history(void **state)
{
    struct queue *queue = *state;
    struct arrival arrival = {.folder = "scans",
        .path = "a.pdf",
        .identity = file(1),
        .error_code = "cut_off",
        .error_message = "in words",
        .note = "replaced before it was taken"};
    struct lines lines = {""};
    begin(queue);
    int64_t id = queue_add(queue, &arrival);
    struct job *job = claim(queue);
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    arrival.error_code = NULL;
    arrival.note = "replaced once more";
    assert_int_equal(queue_add(queue, &arrival), id);
    commit(queue);
    queue_history(queue, id, add_history, &lines);
    assert_non_null(
        strstr(lines.text, "queued: settled\nqueued: replaced before it was taken\nfailed: "));
    assert_non_null(
        strstr(lines.text, "queued: brought back into the folder\nqueued: replaced once more\n"));
}

static void keeps_a_claimed_job_when_its_file_moved(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    assert_int_equal(str_assign(&job->path, "b.pdf"), 0);
    job->identity = file(2);
    struct lines lines = {""};
    queue_update(queue, job, "moved back to its place");
    job_free(job);
    commit(queue);
    queue_history(queue, id, add_history, &lines);
    assert_non_null(strstr(lines.text, "uploading: moved back to its place\n"));
    job = load(queue, id);
    struct identity other = file(2);
    assert_string_equal(job->path, "b.pdf");
    assert_true(identity_equal(&job->identity, &other));
    assert_true(job->claimed);
    assert_int_equal(job->state, JOB_UPLOADING);
    job_free(job);
}

static void knows_why_a_file_is_not_put_away(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    assert_null(queue_not_put_away(queue, job)); /* it has no outcome yet */
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "no rule");
    assert_null(queue_not_put_away(queue, job)); /* it was not tried yet */
    assert_int_equal(str_assign(&job->error_code, "not_put_away"), 0);
    assert_int_equal(str_assign(&job->error_message, "no right"), 0);
    queue_put_away_later(queue, job, now, "no right");
    queue_put_away_later(queue, job, now, NULL); /* no news */
    assert_true(queue_note_once(queue, job, "its new name is another's"));
    assert_false(queue_note_once(queue, job, "its new name is another's"));
    char *why = queue_not_put_away(queue, job);
    assert_string_equal(why, "no right");
    free(why);
    queue_set_put_away(queue, job, "Uploaded/a.pdf", "moved");
    assert_null(queue_not_put_away(queue, job));
    job_free(job);
    commit(queue);
    queue_history(queue, id, add_history, &lines);
    assert_non_null(strstr(lines.text, "done: no rule\ndone: no right\n"
                                       "done: its new name is another's\ndone: moved\n"));
}

static void ends_a_job_for_good(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    job->suspect = true;
    queue_end(queue, job, JOB_DROPPED, "taken out of the folder");
    job_free(job);
    commit(queue);
    job = load(queue, id);
    assert_int_equal(job->ending, JOB_DROPPED);
    assert_false(job->claimed);
    assert_false(job->suspect); /* nobody waits for it to get through */
    job_free(job);
    assert_int_equal(queue_count_claimed(queue), 0);
    assert_int_equal(queue_count_suspects(queue), 0);
}

/* ---- retries ---- */

static const struct {
    const char *name;
    bool counts;
    int attempts;
} retries[] = {
    {"the job's own fault counts", true, 1},
    {"an outage gives the attempt back", false, 0},
};

static void counts_only_what_is_its_own_fault(void **state)
{
    struct queue *queue = *state;
    for (size_t i = 0; i < COUNT(retries); i++) {
        begin(queue);
        int64_t id = add(queue, "a.pdf", file((int)i + 1));
        struct job *job = claim(queue);
        queue_retry(queue, job, now + 60000, retries[i].counts, "later");
        job_free(job);
        assert_null(claim(queue));
        assert_true(next_due(queue, "scans", LANE_ALL) == now + 60000);
        commit(queue);
        job = load(queue, id);
        if (job->attempts != retries[i].attempts || job->state != JOB_QUEUED || job->claimed)
            fail_msg(
                "%s: %d attempts, %s", retries[i].name, job->attempts, job_state_names[job->state]);
        job_free(job);
        now += 60000;
        begin(queue);
        finish_next(queue, "");
        commit(queue);
    }
}

/* the others of a group are taken along without a claim of their own */
static void gives_back_no_attempt_that_was_not_counted(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = load(queue, id);
    queue_retry(queue, job, now, false, "later");
    job_free(job);
    job = load(queue, id);
    assert_int_equal(job->attempts, 0);
    job_free(job);
    commit(queue);
}

static void retries_an_uploaded_job_without_its_bytes(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_retry(queue, job, now, true, "later");
    assert_int_equal(job->state, JOB_UPLOADED);
    job_free(job);
    job = claim_of(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, false);
    assert_non_null(job);
    assert_int_equal(job->state, JOB_UPLOADED);
    job_free(job);
    commit(queue);
}

static void tries_again_to_put_a_file_away(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    queue_put_away_later(queue, job, now + 5000, "the archive is full");
    job_free(job);
    assert_null(claim(queue));
    assert_true(next_due(queue, "scans", LANE_PUT_AWAY) == now + 5000);
    now += 5000;
    job = claim_of(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, false);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(job->attempts, 1); /* putting away does not count as an attempt */
    job_free(job);
    commit(queue);
}

static void retries_by_hand_only_what_failed(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    assert_int_equal(queue_retry_by_hand(queue, 4711), QUEUE_NO_SUCH_JOB);
    assert_int_equal(queue_forget(queue, 4711, false), QUEUE_NO_SUCH_JOB);
    int64_t id = add(queue, "a.pdf", file(1));
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_WRONG_STATE);
    struct job *job = claim(queue);
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_JOB_CLAIMED);
    assert_int_equal(queue_forget(queue, id, false), QUEUE_JOB_CLAIMED);
    queue_fail(queue, job, "s3_refused", "in words");
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_JOB_CLAIMED);
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    now += 5000;
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_OK);
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_WRONG_STATE);
    commit(queue);
    job = load(queue, id);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_int_equal(job->attempts, 0);
    assert_null(job->error_code);
    assert_string_equal(job->location, "Failed/a.pdf"); /* from where it is moved back first */
    assert_true(job->due_ms <= now);
    job_free(job);
    begin(queue);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    commit(queue);
}

/* a failed job that has been put away */
static int64_t add_failed(
    struct queue *queue, const char *folder, const char *rule, const char *code)
{
    static int number = 100;
    struct arrival arrival = {.folder = folder, .path = "x", .identity = file(++number)};
    int64_t id = queue_add(queue, &arrival);
    struct job *job = claim_of(queue, folder, LANE_SEND, false);
    assert_non_null(job);
    assert_int_equal(str_assign(&job->rule, rule), 0);
    queue_fail(queue, job, code, "in words");
    queue_set_put_away(queue, job, "Failed/x", "moved");
    job_free(job);
    return id;
}

static void leaves_out_what_a_person_must_judge(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t empty = add_failed(queue, "scans", NULL, "empty");
    add_failed(queue, "scans", NULL, "no_target");
    add_failed(queue, "scans", "r", "unclear");
    add_failed(queue, "scans", NULL, "empty");
    add_failed(queue, "scans", NULL, "cut_off");
    for (int i = 0; i < 2; i++) /* they stay what they are */
        expect_retried(queue, (struct job_filter){0},
            i ? "0 cut_off 1 empty 2 unclear 1" : "1 cut_off 1 empty 2 unclear 1");
    expect_retried(queue, (struct job_filter){.code = "empty"}, "0 empty 2");
    assert_int_equal(queue_retry_by_hand(queue, empty), QUEUE_OK);
    expect_retried(queue, (struct job_filter){.code = "empty"}, "0 empty 1");
    commit(queue);
}

static void retries_only_what_fits(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add_failed(queue, "scans", "r", "no_target");
    add_failed(queue, "scans", "r", "table");
    add_failed(queue, "scans", NULL, "table");
    add_failed(queue, "faxes", "r", "table");
    add_failed(queue, "faxes", "s", "cut_off");
    CLEANUP(job_freep) struct job *gone = load(queue, add_failed(queue, "scans", "r", "table"));
    queue_discard(queue, gone);
    expect_retried(queue, (struct job_filter){.folder = "letters"}, "0");
    expect_retried(queue, (struct job_filter){.folder = "scan"}, "0");
    expect_retried(queue, (struct job_filter){.folder = "faxes", .rule = "s"}, "0 cut_off 1");
    expect_retried(
        queue, (struct job_filter){.folder = "scans", .rule = "r", .code = "table"}, "1");
    expect_retried(queue, (struct job_filter){.folder = "faxes", .code = "no_target"}, "0");
    expect_retried(queue, (struct job_filter){.code = "table"}, "2");
    expect_retried(queue, (struct job_filter){.rule = "r"}, "1");
    expect_retried(queue, (struct job_filter){.all = true}, "0 cut_off 1");
    commit(queue);
}

static void keeps_in_mind_that_a_file_was_refused_as_a_link(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add_failed(queue, "scans", NULL, "links");
    expect_retried(queue, (struct job_filter){0}, "1");
    struct job *job = load(queue, id);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_true(job_has_error(job, "links"));
    assert_string_equal(job->error_message, "in words");
    /* one that is dragged back has been settled: it has one name now */
    struct arrival back = {.folder = "scans", .path = "y", .identity = job->identity};
    job_free(job);
    job = claim(queue);
    queue_fail(queue, job, "links", "in words");
    queue_set_put_away(queue, job, "Failed/x", "moved");
    job_free(job);
    assert_int_equal(queue_add(queue, &back), id);
    job = load(queue, id);
    assert_null(job->error_code);
    assert_null(job->error_message);
    job_free(job);
    commit(queue);
}

static void retries_all_that_failed(void **state)
{
    struct queue *queue = *state;
    enum { MANY = 600 };
    begin(queue);
    for (int i = 0; i < MANY; i++) {
        struct identity identity = file(1);
        identity.mtime_ns = i;
        char path[20];
        snprintf(path, sizeof(path), "%d.pdf", i);
        assert_true(add(queue, path, identity) > 0);
        if (i % 2)
            fail_next(queue, "s3_refused", "Failed/x");
        else
            finish_next(queue, "Uploaded/x");
    }
    expect_retried(queue, (struct job_filter){0}, "300");
    expect_retried(queue, (struct job_filter){0}, "0");
    commit(queue);
    struct queue_counts counts;
    queue_count(queue, NULL, &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], MANY / 2);
    assert_int_equal(counts.by_state[JOB_FAILED], 0);
}

/* ---- a bug of ours ends the process, before it can write nonsense ---- */

static void finish_a_waiting_job(struct queue *queue)
{
    struct job *job = queue_load(queue, 1);
    queue_done(queue, job, "too early");
}

static void record_a_waiting_job(struct queue *queue)
{
    struct job *job = queue_load(queue, 1);
    queue_advance(queue, job, JOB_UPLOADED, "too early");
}

static void upload_twice(struct queue *queue)
{
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "once");
    queue_advance(queue, job, JOB_UPLOADING, "twice");
}

static void fail_after_done(struct queue *queue)
{
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    queue_fail(queue, job, "code", "too late");
}

static void intend_a_waiting_job(struct queue *queue)
{
    struct job *job = queue_load(queue, 1);
    queue_intend(queue, &job, 1, clock_wall_ms());
}

static void upload_what_may_have_been_posted(struct queue *queue)
{
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_intend(queue, &job, 1, clock_wall_ms());
    queue_advance(queue, job, JOB_QUEUED, "too early");
}

static void (*const wrong_moves[])(struct queue *queue) = {finish_a_waiting_job,
    record_a_waiting_job, upload_twice, fail_after_done, intend_a_waiting_job,
    upload_what_may_have_been_posted};

#ifdef NDEBUG
static const bool has_assertions = false;
#else
static const bool has_assertions = true;
#endif

static void ends_on_wrong_moves(void **state)
{
    if (!has_assertions)
        skip();
    begin(*state);
    add(*state, "a.pdf", file(1));
    for (size_t i = 0; i < COUNT(wrong_moves); i++) {
        pid_t child = fork();
        if (child == 0) {
            const struct rlimit no_core = {0, 0};
            setrlimit(RLIMIT_CORE, &no_core);
            close(STDERR_FILENO);
            signal(SIGABRT, SIG_DFL);
            wrong_moves[i](*state);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
            fail_msg("wrong move %zu was made", i);
    }
    commit(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(writes_an_outcome_whole),
        ON_MEMORY(writes_what_came_with_a_file_into_its_history),
        ON_MEMORY(keeps_a_claimed_job_when_its_file_moved),
        ON_MEMORY(knows_why_a_file_is_not_put_away),
        ON_MEMORY(ends_a_job_for_good),
        ON_MEMORY(counts_only_what_is_its_own_fault),
        ON_MEMORY(gives_back_no_attempt_that_was_not_counted),
        ON_MEMORY(retries_an_uploaded_job_without_its_bytes),
        ON_MEMORY(tries_again_to_put_a_file_away),
        ON_MEMORY(retries_by_hand_only_what_failed),
        ON_MEMORY(retries_all_that_failed),
        ON_MEMORY(leaves_out_what_a_person_must_judge),
        ON_MEMORY(retries_only_what_fits),
        ON_MEMORY(keeps_in_mind_that_a_file_was_refused_as_a_link),
        ON_MEMORY(ends_on_wrong_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
