/* What the queue knows of a file whatever it is called: the content memory, a file that is renamed
 * on its way, one that was only touched, and one that a person brought back. */
#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HASH "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
#define OTHER "6d1dbb9c582de44ad1dbc0d24eca4d831d8172bef0593680ecd24f6d0ce9def5"

static int64_t now = 1795341600000;

static int64_t own_clock(void)
{
    return now;
}

static const struct clock_source own_source = {own_clock, own_clock};

static int open_queue(void **state)
{
    struct str why = STR_INIT(1000);
    struct queue *queue = NULL;
    clock_source = &own_source;
    int problem = queue_open(":memory:", true, &queue, &why);
    str_release(&why);
    *state = queue;
    if (!problem)
        queue_begin(queue);
    return problem;
}

static int close_queue(void **state)
{
    int result = queue_commit(*state);
    queue_close(*state);
    return result;
}

static struct identity file(int number)
{
    struct identity identity = {.handle_length = 12, .size = 1000, .mtime_ns = 77};
    memset(identity.handle, number, identity.handle_length);
    return identity;
}

static struct job *add(struct queue *queue, const char *path, int number)
{
    struct arrival arrival = {.folder = "scans", .path = path, .identity = file(number)};
    struct job *job = queue_load(queue, queue_add(queue, &arrival));
    assert_non_null(job);
    return job;
}

/* claimed, and uploaded for a rule and a lead */
static struct job *upload(struct queue *queue, const char *path, int number, const char *hash)
{
    job_free(add(queue, path, number));
    struct job *job = queue_claim(queue, queue_due(queue, "scans"), LANE_SEND, false);
    assert_non_null(job);
    int result = str_assign(&job->rule, "r") | str_assign(&job->rules_digest, "rules of today");
    result |= str_assign(&job->lead_id, "lead_a") | str_assign(&job->sha256, hash);
    assert_int_equal(result, 0);
    job->activity = ACTIVITY_EMAIL;
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    return job;
}

static struct job *intend(struct queue *queue, const char *path, int number)
{
    struct job *job = upload(queue, path, number, HASH);
    queue_intend(queue, &job, 1, now);
    return job;
}

/* ---- the memory ---- */

struct filings {
    size_t count;
    int64_t job;
    int64_t at_ms;
    char lead_id[20];
    char rule[20];
};

static void take(void *context, const struct filing *filing)
{
    struct filings *filings = context;
    filings->count++;
    filings->job = filing->job;
    filings->at_ms = filing->at_ms;
    snprintf(filings->lead_id, sizeof(filings->lead_id), "%s", filing->lead_id);
    snprintf(filings->rule, sizeof(filings->rule), "%s", filing->rule);
}

static struct filings filings(struct queue *queue, const char *hash, enum activity_kind activity)
{
    struct filings found = {0};
    queue_filings(queue, hash, activity, "lead_a", take, &found);
    assert_false(queue_is_filed_elsewhere(queue, hash, activity, "lead_a"));
    return found;
}

static void knows_an_intent_from_its_transaction_on(void **state)
{
    struct job *job = upload(*state, "a.pdf", 1, HASH);
    assert_int_equal(filings(*state, HASH, ACTIVITY_EMAIL).count, 0);
    queue_intend(*state, &job, 1, 0); /* whatever Close's time is */
    struct filings found = filings(*state, HASH, ACTIVITY_EMAIL);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.job, job->id);
    assert_int_equal(found.at_ms, now);
    assert_string_equal(found.lead_id, "lead_a");
    assert_string_equal(found.rule, "r");
    assert_int_equal(filings(*state, HASH, ACTIVITY_NOTE).count, 0);
    assert_int_equal(filings(*state, OTHER, ACTIVITY_EMAIL).count, 0);
    struct queue *queue = *state;
    assert_true(queue_is_filed_elsewhere(queue, HASH, ACTIVITY_EMAIL, "lead_b"));
    assert_true(queue_is_filed_elsewhere(queue, HASH, ACTIVITY_EMAIL, "lead_"));
    assert_false(queue_is_filed_elsewhere(queue, HASH, ACTIVITY_NOTE, "lead_b"));
    job_free(job);
}

static void forgets_what_was_not_created_and_nothing_else(void **state)
{
    struct job *first = intend(*state, "a.pdf", 1);
    struct job *second = intend(*state, "b.pdf", 2);
    assert_int_equal(filings(*state, HASH, ACTIVITY_EMAIL).count, 2);
    queue_withdraw(*state, first, "was not created");
    struct filings left = filings(*state, HASH, ACTIVITY_EMAIL);
    assert_int_equal(left.count, 1);
    assert_int_equal(left.job, second->id);
    job_free(first);
    job_free(second);
}

static void keeps_what_failed_with_an_unclear_post(void **state)
{
    struct job *job = intend(*state, "a.pdf", 1);
    queue_fail(*state, job, "unclear", "nobody knows");
    assert_int_equal(filings(*state, HASH, ACTIVITY_EMAIL).count, 1);
    job_free(job);
}

static void learns_what_was_found_by_looking(void **state)
{
    struct job *job = upload(*state, "a.pdf", 1, HASH);
    assert_int_equal(str_assign(&job->activity_id, "acti_1"), 0);
    queue_done(*state, job, "was filed already, before the queue was lost");
    assert_int_equal(filings(*state, HASH, ACTIVITY_EMAIL).count, 1);
    job_free(job);
}

static void remembers_nothing_of_what_was_only_uploaded(void **state)
{
    struct job *job = upload(*state, "a.pdf", 1, HASH);
    queue_done(*state, job, "the same was filed already");
    assert_int_equal(filings(*state, HASH, ACTIVITY_EMAIL).count, 0);
    job_free(job);
}

static void takes_no_hash_that_is_none(void **state)
{
    const struct filing filing = {.lead_id = "lead_a", .rule = ""};
    static const char *const bad[] = {NULL, "", "5ha", HASH "0"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        queue_remember(*state, bad[i], ACTIVITY_EMAIL, &filing);
        assert_int_equal(filings(*state, bad[i], ACTIVITY_EMAIL).count, 0);
    }
}

/* ---- brought back ---- */

static struct job *already_filed(struct queue *queue, const char *path, int number)
{
    struct job *job = upload(queue, path, number, HASH);
    queue_fail(queue, job, "already_filed", "was filed on lead_a already");
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    return job;
}

static void finds_what_waits_in_failed_for_a_persons_word(void **state)
{
    struct queue *queue = *state;
    struct job *job = already_filed(*state, "a.pdf", 1);
    struct job *found = queue_already_filed(queue, HASH, 0);
    assert_int_equal(found->id, job->id);
    assert_null(queue_already_filed(queue, HASH, found->id));
    assert_null(queue_already_filed(queue, OTHER, 0));
    job_free(found);
    job_free(job);
}

static void is_approved_once_by_what_came_back(void **state)
{
    struct job *failed = already_filed(*state, "a.pdf", 1);
    struct job *job = upload(*state, "copy.pdf", 2, HASH);
    assert_true(queue_approve(*state, job, failed->id));
    assert_true(job->approved);
    assert_false(queue_approve(*state, job, failed->id));
    assert_false(queue_approve(*state, job, 4711));
    job_free(failed);
    failed = queue_load(*state, 1);
    assert_int_equal(failed->ending, JOB_SUPERSEDED);
    job_free(failed);
    job_free(job);
}

static void is_approved_by_its_own_file(void **state)
{
    job_free(already_filed(*state, "a.pdf", 1));
    struct job *back = add(*state, "other.pdf", 1); /* the same job continues */
    assert_int_equal(back->id, 1);
    assert_true(back->approved);
    job_free(back);
}

/** A person deleted it from Failed, as it seems, and puts it back. */
static struct job *discarded(struct queue *queue)
{
    struct job *job = already_filed(queue, "a.pdf", 1);
    queue_discard(queue, job);
    return job;
}

static void is_approved_by_its_own_file_after_it_was_discarded(void **state)
{
    job_free(discarded(*state));
    struct job *back = add(*state, "other.pdf", 1);
    assert_int_equal(back->id, 1);
    assert_true(back->approved);
    job_free(back);
}

/** It is a new job by its time; that the file is the same is for the caller to see. */
static void is_approved_by_its_touched_file_after_it_was_discarded(void **state)
{
    struct job *failed = discarded(*state);
    struct job *found = queue_already_filed(*state, HASH, 0);
    assert_int_equal(found->id, failed->id);
    assert_int_equal(found->put_away, JOB_DISCARDED);
    struct job *job = upload(*state, "other.pdf", 2, HASH);
    job->identity = failed->identity;
    job->identity.mtime_ns++;
    assert_true(queue_approve(*state, job, failed->id));
    assert_true(job->approved);
    assert_null(queue_already_filed(*state, HASH, 0));
    job_free(found);
    job_free(failed);
    job_free(job);
}

static void is_approved_by_hand(void **state)
{
    job_free(already_filed(*state, "a.pdf", 1));
    assert_int_equal(queue_retry_by_hand(*state, 1), QUEUE_OK);
    struct job *job = queue_load(*state, 1);
    assert_true(job->approved);
    job_free(job);
}

/* ---- renamed on its way ---- */

static enum known see(struct queue *queue, const char *path, int number, int64_t *ret_job)
{
    const struct identity identity = file(number);
    struct seen seen = {
        .folder = "scans", .path = path, .identity = &identity, .is_one_name = true};
    assert_int_equal(queue_known(queue, &seen, 1), 1);
    *ret_job = seen.job;
    return seen.known;
}

static void asks_anew_whose_it_is_until_its_activity_is_intended(void **state)
{
    int64_t claimed = 0;
    struct job *job = upload(*state, "a.pdf", 1, HASH);
    queue_retry(*state, job, now + 60000, false, "waits for its group");
    assert_int_equal(see(*state, "in/b.pdf", 1, &claimed), KNOWN_YES);
    job_free(job);
    job = queue_load(*state, 1);
    assert_string_equal(job->path, "in/b.pdf");
    assert_string_equal(job->queued_path, "a.pdf");
    assert_null(job->filed_path);
    assert_null(job->rule);
    assert_string_equal(job->rules_digest, "");
    assert_int_equal(job->due_ms, now);
    job_free(job);
}

static void only_puts_away_under_the_new_name_what_is_intended(void **state)
{
    int64_t claimed = 0;
    struct job *job = intend(*state, "a.pdf", 1);
    queue_retry(*state, job, now + 60000, false, "is looked for");
    job_free(job);
    assert_int_equal(see(*state, "b.pdf", 1, &claimed), KNOWN_YES);
    assert_int_equal(see(*state, "c.pdf", 1, &claimed), KNOWN_YES);
    job = queue_load(*state, 1);
    assert_string_equal(job->path, "c.pdf");
    assert_string_equal(job->filed_path, "a.pdf");
    assert_string_equal(job_filed_path(job), "a.pdf");
    assert_string_equal(job->rule, "r");
    assert_int_equal(job->due_ms, now + 60000);     /* the doubt still waits */
    queue_withdraw(*state, job, "was not created"); /* then nothing was filed under that name */
    assert_null(job->filed_path);
    assert_null(job->rule);
    job_free(job);
}

static void tells_whoever_has_claimed_it(void **state)
{
    int64_t claimed = 0;
    struct job *job = upload(*state, "a.pdf", 1, HASH);
    assert_int_equal(see(*state, "b.pdf", 1, &claimed), KNOWN_RENAMED);
    assert_int_equal(claimed, job->id);
    queue_follow(*state, job, "b.pdf");
    assert_string_equal(job->path, "b.pdf");
    job_free(job);
    assert_int_equal(see(*state, "b.pdf", 1, &claimed), KNOWN_YES);
}

static void follows_no_second_name_and_nothing_that_was_put_away(void **state)
{
    int64_t claimed = 0;
    struct job *job = upload(*state, "a.pdf", 1, HASH);
    const struct identity identity = file(1);
    struct seen second = {.folder = "scans", .path = "link.pdf", .identity = &identity};
    assert_int_equal(queue_known(*state, &second, 1), 1);
    assert_int_equal(second.known, KNOWN_YES);
    queue_done(*state, job, "done");
    queue_set_put_away(*state, job, NULL, "kept in the folder");
    assert_int_equal(see(*state, "b.pdf", 1, &claimed), KNOWN_YES);
    job_free(job);
    job = queue_load(*state, 1);
    assert_string_equal(job->path, "a.pdf");
    job_free(job);
}

/* ---- kept, and touched ---- */

static struct job *keep(struct queue *queue, const char *path, int number)
{
    struct job *job = upload(queue, path, number, HASH);
    queue_done(queue, job, "filed");
    queue_set_put_away(queue, job, NULL, "kept in the folder");
    return job;
}

static void finds_a_kept_file_by_handle_or_path_and_size(void **state)
{
    static const struct {
        const char *name, *path;
        int number;
        int64_t size;
        bool is_found;
    } rows[] = {
        {"touched", "a.pdf", 1, 1000, true},
        {"restored", "a.pdf", 2, 1000, true},
        {"moved and touched", "in/a.pdf", 1, 1000, true},
        {"another file", "b.pdf", 3, 1000, false},
        {"of another size", "a.pdf", 1, 1001, false},
    };
    job_free(keep(*state, "a.pdf", 1));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct job job = {.id = 4711,
            .folder = (char[]){"scans"},
            .path = strdup(rows[i].path),
            .identity = file(rows[i].number)};
        job.identity.size = rows[i].size;
        job.identity.mtime_ns = 99;
        struct job *kept = queue_find_kept(*state, &job);
        if ((kept != NULL) != rows[i].is_found)
            fail_msg("%s", rows[i].name);
        job_free(kept);
        free(job.path);
    }
}

static void takes_over_the_new_time_and_is_known_by_it(void **state)
{
    int64_t claimed = 0;
    job_free(keep(*state, "a.pdf", 1));
    struct job *touched = add(*state, "sub/a.pdf", 2);
    queue_same_bytes(*state, touched, 1);
    assert_int_equal(touched->ending, JOB_DROPPED);
    job_free(touched);
    assert_int_equal(see(*state, "sub/a.pdf", 2, &claimed), KNOWN_YES);
    struct job *kept = queue_load(*state, 1);
    assert_string_equal(kept->path, "sub/a.pdf");
    assert_int_equal(kept->state, JOB_DONE);
    job_free(kept);
}

int main(void)
{
#define WITH_QUEUE(test) cmocka_unit_test_setup_teardown(test, open_queue, close_queue)
    const struct CMUnitTest tests[] = {
        WITH_QUEUE(knows_an_intent_from_its_transaction_on),
        WITH_QUEUE(forgets_what_was_not_created_and_nothing_else),
        WITH_QUEUE(keeps_what_failed_with_an_unclear_post),
        WITH_QUEUE(learns_what_was_found_by_looking),
        WITH_QUEUE(remembers_nothing_of_what_was_only_uploaded),
        WITH_QUEUE(takes_no_hash_that_is_none),
        WITH_QUEUE(finds_what_waits_in_failed_for_a_persons_word),
        WITH_QUEUE(is_approved_once_by_what_came_back),
        WITH_QUEUE(is_approved_by_its_own_file),
        WITH_QUEUE(is_approved_by_its_own_file_after_it_was_discarded),
        WITH_QUEUE(is_approved_by_its_touched_file_after_it_was_discarded),
        WITH_QUEUE(is_approved_by_hand),
        WITH_QUEUE(asks_anew_whose_it_is_until_its_activity_is_intended),
        WITH_QUEUE(only_puts_away_under_the_new_name_what_is_intended),
        WITH_QUEUE(tells_whoever_has_claimed_it),
        WITH_QUEUE(follows_no_second_name_and_nothing_that_was_put_away),
        WITH_QUEUE(finds_a_kept_file_by_handle_or_path_and_size),
        WITH_QUEUE(takes_over_the_new_time_and_is_known_by_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
