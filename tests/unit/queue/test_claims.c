/** What is claimed next, what wakes, and what is not sorted yet. */
#include "queue_fixture.h"

#include "closedrop/queue/reading.h"

#include <errno.h>

/* ---- what is claimed ---- */

static void claims_what_is_nearest_its_end_first(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t ids[4];
    struct job *jobs[3];
    for (int i = 0; i < 4; i++) {
        char path[] = {(char)('a' + i), '\0'};
        ids[i] = add(queue, path, file(i + 1));
        now++;
    }
    for (int i = 0; i < 3; i++) {
        jobs[i] = claim(queue);
        assert_int_equal(jobs[i]->id, ids[i]); /* in the order they came */
    }
    queue_retry(queue, jobs[0], now, true, "later");
    queue_advance(queue, jobs[1], JOB_UPLOADED, "uploaded");
    queue_retry(queue, jobs[1], now, true, "later");
    queue_advance(queue, jobs[2], JOB_UPLOADED, "uploaded");
    queue_done(queue, jobs[2], "done");
    queue_put_away_later(queue, jobs[2], now, "later");
    for (int i = 0; i < 3; i++)
        job_free(jobs[i]);

    static const int order[] = {2, 1, 3, 0}; /* to put away, to attach, then by due time */
    for (size_t i = 0; i < COUNT(order); i++) {
        struct job *job = claim_of(queue, "scans", LANE_ALL, false);
        assert_int_equal(job->id, ids[order[i]]);
        job_free(job);
    }
    assert_null(claim(queue));
    commit(queue);
}

static void sends_nothing_where_nothing_may_be_sent(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_null(claim_of(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, false));
    assert_null(claim_of(queue, "other", LANE_ALL, false));
    assert_null(claim_of(queue, "scans", LANE_ALL, true));
    assert_true(next_due(queue, "scans", LANE_PUT_AWAY) == INT64_MAX);
    assert_true(next_due(queue, "other", LANE_ALL) == INT64_MAX);
    assert_true(next_due(queue, "scans", LANE_ALL) == now);
    struct job *job = claim(queue);
    assert_true(next_due(queue, "scans", LANE_ALL) == INT64_MAX);
    job_free(job);
    commit(queue);
}

/* one job in each state that a claim may take, "done" first; all are due */
static void add_one_in_each_state(struct queue *queue)
{
    static const enum job_state states[] = {
        JOB_DONE, JOB_FAILED, JOB_ATTACHING, JOB_UPLOADED, JOB_QUEUED};
    for (size_t i = 0; i < COUNT(states); i++) {
        struct job *job = load(queue, add(queue, job_state_names[states[i]], file((int)i + 1)));
        job->state = states[i];
        queue_put(queue, job);
        job_free(job);
    }
}

static const struct {
    const char *name;
    unsigned lanes;
    const char *claimed;
} lanes[] = {
    {"all", LANE_ALL, "done failed attaching uploaded queued "},
    {"file", LANE_PUT_AWAY, "done failed "},
    {"attach", LANE_ATTACH, "attaching uploaded "},
    {"send", LANE_SEND, "queued "},
    {"no sending", LANE_PUT_AWAY | LANE_ATTACH, "done failed attaching uploaded "},
    {"no activities", LANE_PUT_AWAY | LANE_SEND, "done failed queued "},
    {"no filing", LANE_ATTACH | LANE_SEND, "attaching uploaded queued "},
    {"none", 0, ""},
};

static void expect_claims(struct queue *queue, size_t row)
{
    char claimed[100] = "";
    struct job *job;
    add_one_in_each_state(queue);
    bool is_due = next_due(queue, "scans", lanes[row].lanes) == now;
    while ((job = claim_of(queue, "scans", lanes[row].lanes, false)) != NULL) {
        size_t length = strlen(claimed);
        snprintf(claimed + length, sizeof(claimed) - length, "%s ", job->path);
        job_free(job);
    }
    if (strcmp(claimed, lanes[row].claimed) != 0)
        fail_msg("%s: %s", lanes[row].name, claimed);
    bool is_left = next_due(queue, "scans", lanes[row].lanes) != INT64_MAX;
    if (is_due != (*claimed != '\0') || is_left)
        fail_msg("%s: is due %d, then %d", lanes[row].name, is_due, is_left);
}

static void claims_by_lane_from_the_end_backwards(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lanes); i++) {
        void *queue = NULL;
        assert_int_equal(open_queue(&queue), 0);
        begin(queue);
        expect_claims(queue, i);
        commit(queue);
        close_queue(&queue);
    }
}

static void passes_over_what_is_not_due(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add_one_in_each_state(queue);
    for (int64_t id = 1; id <= 3; id++) { /* done, failed, attaching */
        struct job *job = load(queue, id);
        job->due_ms = now + id;
        queue_put(queue, job);
        job_free(job);
    }
    struct job *job = claim(queue);
    assert_int_equal(job->state, JOB_UPLOADED);
    assert_int_equal(job->attempts, 1);
    job_free(job);
    assert_true(next_due(queue, "scans", LANE_PUT_AWAY) == now + 1);
    assert_true(next_due(queue, "scans", LANE_ATTACH) == now + 3);
    now += 3;
    job = claim_of(queue, "scans", LANE_ATTACH, false);
    assert_int_equal(job->state, JOB_ATTACHING); /* stays so: it must be verified */
    assert_int_equal(job->attempts, 1);
    assert_true(job->claimed);
    job_free(job);
    commit(queue);
}

static void wakes_what_waits_for_something(void **state)
{
    static const struct {
        const char *name, *code;
        enum job_state state;
        enum job_ending ending;
        bool claimed, wakes;
    } rows[] = {
        {"queued", "table", JOB_QUEUED, JOB_NOT_ENDED, false, true},
        {"uploaded", "table", JOB_UPLOADED, JOB_NOT_ENDED, false, true},
        {"another reason", "no_target", JOB_QUEUED, JOB_NOT_ENDED, false, false},
        {"no reason", NULL, JOB_QUEUED, JOB_NOT_ENDED, false, false},
        {"in hand", "table", JOB_UPLOADED, JOB_NOT_ENDED, true, false},
        {"may have been posted", "table", JOB_ATTACHING, JOB_NOT_ENDED, false, false},
        {"failed", "table", JOB_FAILED, JOB_NOT_ENDED, false, false},
        {"forgotten", "table", JOB_QUEUED, JOB_FORGOTTEN, false, false},
    };
    struct queue *queue = *state;
    begin(queue);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct job *job = load(queue, add(queue, rows[i].name, file((int)i + 1)));
        job->state = rows[i].state;
        job->ending = rows[i].ending;
        job->claimed = rows[i].claimed;
        job->due_ms = JOB_DUE_NEVER;
        assert_int_equal(str_assign(&job->error_code, rows[i].code), 0);
        queue_put(queue, job);
        job_free(job);
    }
    assert_true(next_due(queue, "scans", LANE_ALL) == JOB_DUE_NEVER);
    assert_null(claim(queue));
    now += 1000;
    queue_wake(queue, "table");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct job *job = load(queue, (int64_t)i + 1);
        if (job->due_ms != (rows[i].wakes ? now : JOB_DUE_NEVER))
            fail_msg("%s: due %lld", rows[i].name, (long long)job->due_ms);
        job_free(job);
    }
    commit(queue);
}

/* the rules of its folder say something else now: what was uploaded is looked up again */
static void wakes_what_other_rules_have_looked_up(void **state)
{
    static const struct {
        const char *name, *folder, *rules_digest, *rule;
        enum job_state state;
        enum job_ending ending;
        bool claimed, wakes;
    } rows[] = {
        {"by another digest", "scans", "a1", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, true},
        {"by none", "scans", "", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, true},
        {"by this digest", "scans", "b1", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, false},
        {"no rule took it", "scans", "a1", NULL, JOB_UPLOADED, JOB_NOT_ENDED, false, false},
        {"of another folder", "other", "a1", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, false},
        {"in hand", "scans", "a1", "r", JOB_UPLOADED, JOB_NOT_ENDED, true, false},
        {"queued", "scans", "a1", "r", JOB_QUEUED, JOB_NOT_ENDED, false, false},
        {"may have been posted", "scans", "a1", "r", JOB_ATTACHING, JOB_NOT_ENDED, false, false},
        {"failed", "scans", "a1", "r", JOB_FAILED, JOB_NOT_ENDED, false, false},
        {"dropped", "scans", "a1", "r", JOB_UPLOADED, JOB_DROPPED, false, false},
    };
    struct queue *queue = *state;
    begin(queue);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arrival arrival = {
            .folder = rows[i].folder, .path = rows[i].name, .identity = file((int)i + 1)};
        struct job *job = load(queue, queue_add(queue, &arrival));
        int result = str_assign(&job->rules_digest, rows[i].rules_digest);
        assert_int_equal(result | str_assign(&job->rule, rows[i].rule), 0);
        job->state = rows[i].state;
        job->ending = rows[i].ending;
        job->claimed = rows[i].claimed;
        job->due_ms = JOB_DUE_NEVER;
        queue_put(queue, job);
        job_free(job);
    }
    now += 1000;
    queue_wake_changed(queue, "scans", "b1");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct job *job = load(queue, (int64_t)i + 1);
        if (job->due_ms != (rows[i].wakes ? now : JOB_DUE_NEVER))
            fail_msg("%s: due %lld", rows[i].name, (long long)job->due_ms);
        job_free(job);
    }
    commit(queue);
}

/* ---- sorting by rules ---- */

static const struct {
    const char *name, *folder, *rules_digest;
    enum job_state state;
    enum job_ending ending;
    bool found;
} unsorted[] = {
    {"never sorted", "scans", "", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by an earlier digest", "scans", "a1", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by a later digest", "scans", "c1", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by a longer digest", "scans", "b12", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by a shorter digest", "scans", "b", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by this digest", "scans", "b1", JOB_QUEUED, JOB_NOT_ENDED, false},
    {"of another folder", "other", "a1", JOB_QUEUED, JOB_NOT_ENDED, false},
    {"of another folder, by a later digest", "other", "c1", JOB_QUEUED, JOB_NOT_ENDED, false},
    {"dropped, by a later digest", "scans", "c1", JOB_QUEUED, JOB_DROPPED, false},
    {"in hand", "scans", "", JOB_UPLOADING, JOB_NOT_ENDED, false},
    {"uploaded", "scans", "a1", JOB_UPLOADED, JOB_NOT_ENDED, false},
    {"attaching", "scans", "a1", JOB_ATTACHING, JOB_NOT_ENDED, false},
    {"done", "scans", "a1", JOB_DONE, JOB_NOT_ENDED, false},
    {"failed", "scans", "", JOB_FAILED, JOB_NOT_ENDED, false},
    {"dropped", "scans", "a1", JOB_QUEUED, JOB_DROPPED, false},
    {"forgotten", "scans", "", JOB_QUEUED, JOB_FORGOTTEN, false},
};

static void add_unsorted(struct queue *queue, size_t row)
{
    struct arrival arrival = {
        .folder = unsorted[row].folder, .path = unsorted[row].name, .identity = file((int)row + 1)};
    struct job *job = load(queue, queue_add(queue, &arrival));
    job->state = unsorted[row].state;
    job->ending = unsorted[row].ending;
    assert_int_equal(str_assign(&job->rules_digest, unsorted[row].rules_digest), 0);
    queue_put(queue, job);
    job_free(job);
}

static void finds_what_other_rules_have_sorted(void **state)
{
    struct queue *queue = *state;
    bool found[COUNT(unsorted)] = {false};
    struct job *job;
    begin(queue);
    for (size_t i = 0; i < COUNT(unsorted); i++)
        add_unsorted(queue, i);
    while (queue_list_unclassified(queue, "scans", "b1", &job, 1)) {
        size_t row = (size_t)job->id - 1;
        if (found[row])
            fail_msg("%s: is found again", unsorted[row].name);
        found[row] = true;
        assert_int_equal(str_assign(&job->rules_digest, "b1"), 0);
        queue_put(queue, job);
        job_free(job);
    }
    commit(queue);
    for (size_t i = 0; i < COUNT(unsorted); i++)
        if (found[i] != unsorted[i].found)
            fail_msg("%s: found %d", unsorted[i].name, found[i]);
}

static void changes_nothing_else_by_sorting(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job;
    assert_int_equal(queue_list_unclassified(queue, "scans", "b1", &job, 1), 1);
    assert_int_equal(str_assign(&job->rules_digest, "b1"), 0);
    assert_int_equal(str_assign(&job->rule, "fax"), 0);
    assert_int_equal(str_assign(&job->group, "4711"), 0);
    queue_put(queue, job);
    job_free(job);
    job = load(queue, id);
    assert_string_equal(job->rules_digest, "b1");
    assert_string_equal(job->rule, "fax");
    assert_string_equal(job->group, "4711");
    assert_int_equal(job->state, JOB_QUEUED);
    assert_int_equal(job->attempts, 0);
    assert_false(job->claimed);
    job_free(job);
    job = claim(queue);
    assert_int_equal(job->id, id);
    job_free(job);
    commit(queue);
    queue_history(queue, id, add_history, &lines);
    assert_string_equal(lines.text, "queued: settled\nuploading: in progress\n");
}

/* ---- what is known of due times ---- */

static void wake(struct queue *queue, struct job *job)
{
    (void)job;
    queue_wake(queue, "table");
}

static void wake_group(struct queue *queue, struct job *job)
{
    queue_wake_group(queue, job);
}

static void wake_changed(struct queue *queue, struct job *job)
{
    queue_wake_changed(queue, job->folder, "rules of today");
}

static void delay_group(struct queue *queue, struct job *job)
{
    queue_delay_group(queue, job, now + 5000);
}

static void follow_clock(struct queue *queue, struct job *job)
{
    (void)job;
    queue_follow_clock(queue, 1000);
}

static void recover(struct queue *queue, struct job *job)
{
    (void)job;
    queue_recover(queue, DOUBT);
}

static void put(struct queue *queue, struct job *job)
{
    job->due_ms = now;
    queue_put(queue, job);
}

#define YEAR_MS (365LL * 24 * 3600 * 1000)

static void due_times_are_asked_for_again_once_they_change(void **state)
{
    static const struct {
        void (*change)(struct queue *queue, struct job *job);
        int64_t in_ms;
    } rows[] = {{wake, 60000}, {wake_group, JOB_DUE_NEVER}, {wake_changed, 60000},
        {delay_group, 60000}, {follow_clock, 60000}, {recover, YEAR_MS}, {put, 60000}};
    struct queue *queue = *state;
    begin(queue);
    struct job *job = load(queue, add(queue, "a.pdf", file(1)));
    int result = str_assign(&job->rule, "fax") | str_assign(&job->group, "g") |
                 str_assign(&job->lead_id, "lead_a") | str_assign(&job->rules_digest, "rules then");
    assert_int_equal(result | str_assign(&job->error_code, "table"), 0);
    job->state = JOB_UPLOADED;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const int64_t due_ms = rows[i].in_ms == JOB_DUE_NEVER ? JOB_DUE_NEVER : now + rows[i].in_ms;
        job->due_ms = due_ms;
        queue_put(queue, job);
        assert_true(next_due(queue, "scans", LANE_ALL) == due_ms);
        rows[i].change(queue, job);
        struct job *changed = load(queue, job->id);
        assert_true(next_due(queue, "scans", LANE_ALL) == changed->due_ms);
        if (changed->due_ms == due_ms)
            fail_msg("row %zu changed nothing", i);
        job_free(changed);
    }
    job_free(job);
    commit(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(claims_what_is_nearest_its_end_first),
        ON_MEMORY(sends_nothing_where_nothing_may_be_sent),
        ON_MEMORY(claims_by_lane_from_the_end_backwards),
        ON_MEMORY(passes_over_what_is_not_due),
        ON_MEMORY(due_times_are_asked_for_again_once_they_change),
        ON_MEMORY(wakes_what_waits_for_something),
        ON_MEMORY(wakes_what_other_rules_have_looked_up),
        ON_MEMORY(finds_what_other_rules_have_sorted),
        ON_MEMORY(changes_nothing_else_by_sorting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
