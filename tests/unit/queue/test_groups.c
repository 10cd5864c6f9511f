/** Who belongs to a group, and what one POST for all of them leaves behind. */
#include "group_fixture.h"

#include "closedrop/queue/groups.h"
#include "closedrop/queue/reading.h"

#include <errno.h>

/* ---- groups ---- */

#define STRANGER .state = JOB_UPLOADED

#define BELONGS .belongs = true

/* a row says what is different: the later initializer wins */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct member members[] = {
    {"uploaded", MEMBER, .state = JOB_UPLOADED, BELONGS, .gathered = true},
    {"uploaded after an error", MEMBER, .state = JOB_UPLOADED, .error = "no_answer", BELONGS,
        .gathered = true},
    {"uploaded, in hand", MEMBER, .state = JOB_UPLOADED, .claimed = true, BELONGS},
    {"queued", MEMBER, .state = JOB_QUEUED, BELONGS, .open = 1},
    {"queued after an error", MEMBER, .state = JOB_QUEUED, .error = "no_answer", .attempts = 1,
        BELONGS, .open = 1, .failing = 1},
    {"queued after what was not its fault", MEMBER, .state = JOB_QUEUED, .error = "s3_refused",
        BELONGS, .open = 1},
    {"uploaded, to be looked up anew", MEMBER, .lead_id = NULL, .state = JOB_UPLOADED, BELONGS,
        .open = 1},
    {"uploaded, looked up by other rules", MEMBER, .rules_digest = "old", .state = JOB_UPLOADED,
        BELONGS, .open = 1},
    {"of another lead by other rules", MEMBER, .rules_digest = "old", .lead_id = "B",
        .state = JOB_UPLOADED, BELONGS, .open = 1},
    {"queued, not looked up yet", MEMBER, .lead_id = NULL, .state = JOB_QUEUED, BELONGS, .open = 1},
    {"sent just now", MEMBER, .state = JOB_UPLOADING, .claimed = true, BELONGS, .open = 1},
    {"sent just now, not looked up yet", MEMBER, .lead_id = NULL, .state = JOB_UPLOADING,
        .claimed = true, BELONGS, .open = 1},
    {"sent once more after an error", MEMBER, .state = JOB_UPLOADING, .claimed = true,
        .error = "s3_refused", BELONGS, .open = 1},
    {"attached just now", MEMBER, .state = JOB_ATTACHING, .claimed = true, BELONGS, .open = 1},
    {"may be attached", MEMBER, .state = JOB_ATTACHING, BELONGS, .open = 1},
    {"of the same contact", MEMBER, .contact_id = "C", .of_contact = true, .state = JOB_UPLOADED,
        BELONGS, .gathered = true},
    {"of the contact, not looked up yet", MEMBER, .lead_id = NULL, .of_contact = true,
        .state = JOB_QUEUED, BELONGS, .open = 1},
    {"done", MEMBER, .state = JOB_DONE},
    {"failed", MEMBER, .state = JOB_FAILED, .error = "no_target"},
    {"superseded", MEMBER, .state = JOB_QUEUED, .ending = JOB_SUPERSEDED},
    {"dropped when uploaded", MEMBER, .state = JOB_UPLOADED, .ending = JOB_DROPPED},
    {"of another folder", MEMBER, STRANGER, .folder = "other"},
    {"of another rule", MEMBER, STRANGER, .rule = "s"},
    {"of no rule", MEMBER, STRANGER, .rule = NULL},
    {"of another key", MEMBER, STRANGER, .group = "K"},
    {"of no group", MEMBER, STRANGER, .group = NULL},
    {"of another lead", MEMBER, STRANGER, .lead_id = "B"},
    {"of a contact of the lead", MEMBER, STRANGER, .contact_id = "C"},
    {"of the lead itself", MEMBER, STRANGER, .of_contact = true},
    {"of another contact", MEMBER, STRANGER, .contact_id = "D", .of_contact = true},
    {"of another key, not looked up yet", MEMBER, .group = "K", .lead_id = NULL,
        .state = JOB_QUEUED},
};

static void check_member(struct queue *queue, const struct member *member)
{
    const struct member first = {"first", MEMBER, .contact_id = member->of_contact ? "C" : NULL,
        .state = JOB_UPLOADED, .claimed = true};
    struct queue_group group;
    struct job *others[2];
    int64_t began = now;
    struct job *job = load(queue, add_member(queue, "first", 1, &first));
    now += 1000;
    int64_t id = add_member(queue, "other", 2, member);
    now += 1000;
    queue_group(queue, job, &group);
    if (group.newest_ms != began + (member->belongs ? 1000 : 0))
        fail_msg("%s: the newest is from %lld", member->name, (long long)(group.newest_ms - began));
    if (group.open != member->open || group.failing != member->failing)
        fail_msg("%s: %lld open, %lld failing", member->name, (long long)group.open,
            (long long)group.failing);
    size_t count = queue_group_members(queue, job, others, COUNT(others));
    if (count != member->gathered || (count && others[0]->id != id))
        fail_msg("%s: %zu gathered", member->name, count);
    if (count)
        job_free(others[0]);
    queue_delay_group(queue, job, now + 7000);
    job_free(job);
    job = load(queue, id);
    if ((job->due_ms == now + 7000) != member->gathered)
        fail_msg("%s: due %lld", member->name, (long long)(job->due_ms - now));
    job_free(job);
    job = load(queue, 1); /* the one that is claimed */
    assert_true(job->due_ms == began);
    job_free(job);
}

static void knows_who_is_of_a_group(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(members); i++) {
        void *queue = NULL;
        assert_int_equal(open_queue(&queue), 0);
        begin(queue);
        check_member(queue, &members[i]);
        commit(queue);
        close_queue(&queue);
    }
}

static void gathers_by_path_and_no_more_than_asked_for(void **state)
{
    struct queue *queue = *state;
    static const char *const paths[] = {"c.pdf", "in/a.pdf", "a.pdf", "d.pdf", "b.pdf"};
    struct job *others[5];
    char seen[100] = "";
    begin(queue);
    for (size_t i = 0; i < COUNT(paths); i++)
        add_uploaded(queue, paths[i], (int)i + 1);
    struct job *job = load(queue, 4);
    size_t count = queue_group_members(queue, job, others, COUNT(others));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s ", others[i]->path);
        job_free(others[i]);
    }
    assert_string_equal(seen, "a.pdf b.pdf c.pdf in/a.pdf ");
    count = queue_group_members(queue, job, others, 2);
    assert_int_equal(count, 2);
    assert_string_equal(others[1]->path, "b.pdf");
    job_free(others[0]);
    job_free(others[1]);
    assert_int_equal(queue_group_members(queue, job, others, 0), 0);
    job_free(job);
    commit(queue);
}

/* ---- what was posted ---- */

static void intends_one_post_for_a_group(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    commit(queue);
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, jobs[i]->id);
        assert_int_equal(job->state, JOB_ATTACHING);
        assert_true(job->claimed);
        assert_true(job->posting > 0);
        assert_true(job->posting == jobs[0]->posting);
        assert_int_equal(job->verifications, 0);
        job_free(job);
    }
    expect_postings(queue, jobs[0]->id, "a.pdf A email 0\n");
    expect_postings(queue, jobs[2]->id, "c.pdf A email 0\n");
    expect_postings(queue, 4711, "");
    begin(queue);
    assert_null(claim_of(queue, "scans", LANE_ALL, false));
    commit(queue);
    free_three(jobs);
}

static void gives_each_post_its_own_number(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    struct job *late = load(queue, add_uploaded(queue, "d.pdf", 4));
    struct job *later = load(queue, add_uploaded(queue, "e.pdf", 5));
    queue_intend(queue, &late, 1, clock_wall_ms());
    commit(queue);
    begin(queue);
    for (int i = 0; i < 3; i++)
        queue_done(queue, jobs[i], "done"); /* the highest number is not any job's any more */
    queue_done(queue, late, "done");
    queue_intend(queue, &later, 1, clock_wall_ms());
    commit(queue);
    expect_postings(queue, late->id, "d.pdf A email 0\n");
    assert_int_equal(later->posting, 3);
    free_three(jobs);
    job_free(late);
    job_free(later);
}

/* its lead is asked for what was created there, by each of the tokens */
static void finds_the_others_of_a_post(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3], *others[3];
    begin(queue);
    intend_three(queue, jobs);
    struct job *alone = load(queue, add_uploaded(queue, "d.pdf", 4));
    queue_intend(queue, &alone, 1, clock_wall_ms());
    assert_int_equal(queue_by_posting(queue, jobs[0], others, 3), 0); /* claimed */
    for (int i = 0; i < 3; i++)
        queue_retry(queue, jobs[i], now, true, "unclear");
    queue_retry(queue, alone, now, true, "unclear");
    assert_int_equal(queue_by_posting(queue, alone, others, 3), 0);
    assert_int_equal(queue_by_posting(queue, jobs[1], others, 3), 2);
    assert_int_equal(others[0]->id, jobs[0]->id);
    assert_int_equal(others[1]->id, jobs[2]->id);
    job_free(others[0]);
    job_free(others[1]);
    assert_int_equal(queue_by_posting(queue, jobs[1], others, 1), 1);
    job_free(others[0]);

    queue_fail(queue, jobs[2], "unclear", "in words"); /* another state: it is not taken along */
    assert_int_equal(queue_by_posting(queue, jobs[1], others, 3), 1);
    assert_int_equal(others[0]->id, jobs[0]->id);
    job_free(others[0]);
    struct job *ended = load(queue, jobs[0]->id);
    queue_end(queue, ended, JOB_FORGOTTEN, "forgotten by a person");
    assert_int_equal(queue_by_posting(queue, jobs[1], others, 3), 0);
    job_free(ended);
    queue_withdraw(queue, jobs[0], "was not created");
    queue_withdraw(queue, jobs[1], "was not created");
    assert_int_equal(queue_by_posting(queue, jobs[1], others, 3), 0); /* no post */
    free_three(jobs);
    job_free(alone);
    commit(queue);
}

static void takes_an_intent_back(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    jobs[0]->verifications = 2;
    queue_withdraw(queue, jobs[0], "was not created");
    commit(queue);
    struct job *job = load(queue, jobs[0]->id);
    assert_int_equal(job->state, JOB_UPLOADED);
    assert_int_equal(job->posting, 0);
    assert_int_equal(job->verifications, 0);
    assert_true(job->claimed);
    job_free(job);
    job = load(queue, jobs[1]->id); /* each speaks for itself */
    assert_int_equal(job->state, JOB_ATTACHING);
    assert_true(job->posting > 0);
    job_free(job);
    expect_postings(queue, jobs[0]->id, "a.pdf A email 0\n"); /* may still come to light */
    queue_history(queue, jobs[0]->id, add_history, &lines);
    assert_non_null(strstr(lines.text, "attaching: its activity is about to be created\n"
                                       "uploaded: was not created\n"));
    free_three(jobs);
}

static void ends_a_post_when_it_is_done(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    assert_false(queue_has_activity(queue, "acti_1", NULL));
    int result = str_assign(&jobs[0]->activity_id, "acti_1");
    assert_int_equal(result | str_assign(&jobs[0]->values, "{}"), 0);
    queue_done(queue, jobs[0], "filed");
    assert_true(queue_has_activity(queue, "acti_1", NULL));
    assert_false(queue_has_activity(queue, "acti_", NULL));
    commit(queue);
    struct job *job = load(queue, jobs[0]->id);
    assert_int_equal(job->posting, 0);
    assert_string_equal(job->activity_id, "acti_1");
    assert_null(job->values); /* only its activity was made of them */
    assert_string_equal(job->lead_id, "A");
    assert_int_equal(job->state, JOB_DONE);
    job_free(job);
    free_three(jobs);
}

static void counts_each_that_is_tried_again_by_hand(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    for (int i = 0; i < 3; i++) {
        queue_fail(queue, jobs[i], "unclear", "in words");
        queue_set_put_away(queue, jobs[i], "Failed/x", "moved");
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(queue_retry_by_hand(queue, jobs[i]->id), QUEUE_OK);
    for (int i = 0; i < 3; i++)
        job_free(claim(queue));
    assert_int_equal(queue_count_claimed(queue), 3);
    free_three(jobs);
    commit(queue);
}

/* a failed job in the state it is in after a POST whose end could not be found out */
static int64_t fail_unclear(struct queue *queue)
{
    struct job *job = load(queue, add_uploaded(queue, "a.pdf", 1));
    job->uploaded_ms = now;
    queue_intend(queue, &job, 1, clock_wall_ms());
    job->verifications = 1;
    queue_fail(queue, job, "unclear", "in words");
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    int64_t id = job->id;
    job_free(job);
    return id;
}

static void retry_by_hand(struct queue *queue, int64_t id)
{
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_OK);
}

static void bring_back(struct queue *queue, int64_t id)
{
    assert_int_equal(add(queue, "a.pdf", file(1)), id);
}

static void remembers_an_unclear_post_when_it_is_tried_again(void **state)
{
    static void (*const ways[])(struct queue * queue, int64_t id) = {retry_by_hand, bring_back};
    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        void *queue = NULL;
        assert_int_equal(open_queue(&queue), 0);
        begin(queue);
        int64_t id = fail_unclear(queue);
        struct job *job = load(queue, id);
        int64_t posting = job->posting;
        assert_true(posting > 0);
        job_free(job);
        ways[i](queue, id);
        job = claim(queue);
        assert_int_equal(job->id, id);
        assert_int_equal(job->state, JOB_UPLOADING);
        assert_true(job->posting == posting);
        assert_int_equal(job->verifications, 0);
        assert_non_null(job->rule); /* so that what is found can be told */
        assert_int_equal(job->uploaded_ms, 0);

        /* looked, and found: done without an upload */
        queue_done(queue, job, "its activity was found in Close");
        assert_int_equal(job->posting, 0);
        expect_postings(queue, id, "a.pdf A email 0\n");
        job_free(job);
        commit(queue);
        close_queue(&queue);
    }
}

static void keeps_every_token_that_was_posted(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = fail_unclear(queue);
    now += 60000;
    retry_by_hand(queue, id);
    struct job *job = claim(queue);
    queue_withdraw(queue, job, "was not created"); /* verified, and not found: it continues */
    struct job *kept = load(queue, id);
    assert_int_equal(kept->state, JOB_UPLOADING);
    assert_int_equal(kept->posting, 0);
    job_free(kept);
    int result = str_assign(&job->token, "second");
    result |= str_assign(&job->lead_id, "B");
    assert_int_equal(result, 0);
    job->activity = ACTIVITY_NOTE;
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_intend(queue, &job, 1, clock_wall_ms());
    assert_int_equal(job->posting, 2);
    job_free(job);
    commit(queue);
    expect_postings(queue, id, "a.pdf A email -60000\nsecond B note 0\n");
}

/* where Close's URL has another shape there is no token: the post counts all the same */
static void keeps_a_post_without_a_token(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    struct job *job = load(queue, add_uploaded(queue, "a.pdf", 1));
    assert_int_equal(str_assign(&job->token, NULL), 0);
    queue_intend(queue, &job, 1, clock_wall_ms());
    commit(queue);
    expect_postings(queue, job->id, " A email 0\n");
    job_free(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(knows_who_is_of_a_group),
        ON_MEMORY(gathers_by_path_and_no_more_than_asked_for),
        ON_MEMORY(intends_one_post_for_a_group),
        ON_MEMORY(gives_each_post_its_own_number),
        ON_MEMORY(finds_the_others_of_a_post),
        ON_MEMORY(takes_an_intent_back),
        ON_MEMORY(counts_each_that_is_tried_again_by_hand),
        ON_MEMORY(ends_a_post_when_it_is_done),
        ON_MEMORY(remembers_an_unclear_post_when_it_is_tried_again),
        ON_MEMORY(keeps_every_token_that_was_posted),
        ON_MEMORY(keeps_a_post_without_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
