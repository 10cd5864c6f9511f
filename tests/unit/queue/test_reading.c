/** Histories, lists, counts and numbers. */
#include "queue_fixture.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/queue/reading.h"

static void writes_down_every_change(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_retry(queue, job, now, true, "S3 is slow");
    job_free(job);
    job = claim(queue);
    queue_retry(queue, job, now, false, NULL); /* looked again: no news */
    job_free(job);
    finish_next(queue, NULL);
    assert_int_equal(queue_forget(queue, id, false), QUEUE_OK);
    commit(queue);
    queue_history(queue, id, add_history, &lines);
    assert_string_equal(lines.text,
        "queued: settled\nuploading: in progress\nqueued: S3 is slow\n"
        "uploading: in progress\nuploading: in progress\nuploaded: uploaded\n"
        "done: done\n"
        "done: put away\nforgotten: forgotten by a person\n");
}

#define MINUTE 60000

/* jobs 1 to 8 come a minute apart, from `now` on; 9 is of the same ms as 8 */
static void add_some(struct queue *queue)
{
    static const struct {
        const char *folder, *path, *rule, *lead;
    } jobs[] = {
        {"scans", "a.pdf", NULL, NULL},                /* forgotten */
        {"scans", "in/B\xC3\xA4r.pdf", "r", "lead_1"}, /* fails, after 4 is done */
        {"scans", "in/c.pdf", "notes", "lead_1"},
        {"scans", "100%.pdf", "r", "lead_2"}, /* done */
        {"other", "in/c.pdf", "r", "lead_1"},
        {"scans", "c.pdf", "r", "lead_1"}, /* held */
        {"", "c.pdf", NULL, "lead_1"},     /* by hand, done when it came */
        {"faxes", "f.tif", NULL, NULL},
        {"faxes", "g.tif", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(jobs); i++) {
        struct arrival arrival = {
            .folder = jobs[i].folder, .path = jobs[i].path, .identity = file((int)i + 1)};
        CLEANUP(job_freep) struct job *job = load(queue, queue_add(queue, &arrival));
        assert_int_equal(str_assign(&job->rule, jobs[i].rule), 0);
        assert_int_equal(str_assign(&job->lead_id, jobs[i].lead), 0);
        queue_put(queue, job);
        now += i == 7 ? 0 : MINUTE;
    }
}

/* their outcome, ten minutes later */
static void end_some(struct queue *queue, int64_t begin)
{
    struct job *jobs[8];
    for (int i = 1; i < 8; i++)
        jobs[i] = load(queue, i);
    assert_int_equal(queue_forget(queue, 1, false), QUEUE_OK);
    jobs[4]->state = jobs[2]->state = JOB_UPLOADING;
    jobs[7]->state = jobs[6]->state = JOB_UPLOADED;
    now = begin + 10 * MINUTE;
    queue_advance(queue, jobs[4], JOB_UPLOADED, "uploaded");
    queue_done(queue, jobs[4], "done");
    now = begin + 11 * MINUTE;
    queue_fail(queue, jobs[2], "s3_refused", "refused");
    jobs[6]->held = HELD_FOR_WORD;
    queue_update(queue, jobs[6], "held");
    now = jobs[7]->queued_ms;
    queue_done(queue, jobs[7], "done");
    for (int i = 1; i < 8; i++)
        job_free(jobs[i]);
}

/* the times in minutes, as they follow the first */
static const struct {
    const char *name;
    struct job_filter filter;
    const char *ids;
} lists[] = {
    {"what has not ended", {0}, "9 8 7 6 5 4 3 2 "},
    {"everything", {.all = true}, "9 8 7 6 5 4 3 2 1 "},
    {"of a folder", {.folder = "scans"}, "6 4 3 2 "},
    {"by hand", {.folder = ""}, "7 "},
    {"of no folder", {.folder = "nowhere"}, ""},
    {"of a rule", {.rule = "notes"}, "3 "},
    {"of a rule, in another folder", {.folder = "other", .rule = "notes"}, ""},
    {"of a lead", {.lead_id = "lead_1"}, "7 6 5 3 2 "},
    {"of a lead, in a folder", {.lead_id = "lead_1", .folder = "other"}, "5 "},
    {"of a lead, done", {.lead_id = "lead_1", .state = "done"}, "7 "},
    {"queued", {.state = "queued"}, "9 8 5 3 "},
    {"queued in a folder", {.folder = "scans", .state = "queued"}, "3 "},
    {"failed", {.state = "failed"}, "2 "},
    {"done, the last first", {.state = "done"}, "4 7 "},
    {"of a code", {.code = "s3_refused"}, "2 "},
    {"held", {.held = true}, "6 "},
    {"held, of a rule", {.held = true, .rule = "notes"}, ""},
    {"since a moment", {.since_ms = 7}, "9 8 "},
    {"until a moment", {.until_ms = 3}, "3 2 "},
    {"in between", {.since_ms = 2, .until_ms = 4, .folder = "scans"}, "4 3 "},
    {"of a lead, in between", {.since_ms = 2, .until_ms = 5, .lead_id = "lead_1"}, "5 3 "},
    {"failed since: when it failed, not when it came", {.since_ms = 11, .state = "failed"}, "2 "},
    {"done since", {.since_ms = 10, .state = "done"}, "4 "},
    {"done until", {.until_ms = 10, .state = "done"}, "7 "},
    {"done since, in a folder", {.since_ms = 10, .state = "done", .folder = "scans"}, "4 "},
    {"a part of the name", {.match = "c.pdf"}, "7 6 5 3 "},
    {"in any letter case", {.match = "b\xC3\xA4r"}, "2 "},
    {"a directory is a part", {.match = "in/"}, "5 3 2 "},
    {"a character that LIKE has for itself", {.match = "%"}, "4 "},
    {"a part of the name, in a folder", {.match = "c.pdf", .folder = "scans"}, "6 3 "},
    {"a part of the name, failed", {.match = ".pdf", .state = "failed"}, "2 "},
    {"by its name, wherever it is", {.name = "c.pdf"}, "7 6 5 3 "},
    {"by its path", {.name = "c.pdf", .path = "in/c.pdf"}, "5 3 "},
    {"by a part of its name", {.name = "c"}, ""},
    {"what has ended, by its name", {.name = "a.pdf", .all = true}, "1 "},
};

static struct job_filter filter_from(const struct job_filter *filter, int64_t begin)
{
    struct job_filter absolute = *filter;
    absolute.since_ms = filter->since_ms ? begin + filter->since_ms * MINUTE : 0;
    absolute.until_ms = filter->until_ms ? begin + filter->until_ms * MINUTE : 0;
    return absolute;
}

/* the whole list is the same, whatever the pages are */
static void expect_list(struct queue *queue, const char *name, const struct job_filter *filter,
    int limit, const char *ids)
{
    struct lines lines = {""};
    struct job_page page = {.limit = limit};
    size_t before;
    do {
        before = strlen(lines.text);
        queue_list(queue, filter, &page, add_id, &lines);
        const char *last = strrchr(lines.text, ' ');
        while (last && last > lines.text && last[-1] != ' ')
            last--;
        CLEANUP(job_freep) struct job *job = last ? load(queue, atoi(last)) : NULL;
        if (job)
            page = (struct job_page){job_filter_time(filter, job), job->id, limit};
    } while (strlen(lines.text) > before);
    if (strcmp(lines.text, ids) != 0)
        fail_msg("%s, by %d: %s", name, limit, lines.text);
}

static void lists_what_a_filter_selects_one_page_after_the_other(void **state)
{
    static const int limits[] = {1, 2, 100};
    struct queue *queue = *state;
    int64_t begin_ms = now;
    begin(queue);
    add_some(queue);
    end_some(queue, begin_ms);
    commit(queue);
    for (size_t i = 0; i < COUNT(lists); i++) {
        const struct job_filter filter = filter_from(&lists[i].filter, begin_ms);
        for (size_t k = 0; k < COUNT(limits); k++)
            expect_list(queue, lists[i].name, &filter, limits[k], lists[i].ids);
    }
}

/* a name is the bytes behind the last slash, whatever they are */
static void finds_every_file_by_its_name(void **state)
{
    static const char *const paths[][2] = {{"a", "a"}, {"b/b", "b"}, {"c/b/d", "d"},
        {"\xC3\xA4/e\xCC\x88.pdf", "e\xCC\x88.pdf"}, {"\xE4/\xFF \x01f", "\xFF \x01f"},
        {"g.g/.g", ".g"}, {"h/hh", "hh"}, {"i'/\"i\"", "\"i\""}};
    struct queue *queue = *state;
    begin(queue);
    for (size_t i = 0; i < COUNT(paths); i++)
        add(queue, paths[i][0], file((int)i));
    commit(queue);
    for (size_t i = 0; i < COUNT(paths); i++) {
        const struct job_filter filter = {.name = paths[i][1]};
        char id[8];
        snprintf(id, sizeof(id), "%zu ", i + 1);
        expect_list(queue, paths[i][0], &filter, 9, id);
    }
}

static void lists_the_oldest_of_a_state_first(void **state)
{
    struct queue *queue = *state;
    const struct job_filter queued = {.state = "queued"};
    struct job_page page = {.limit = 3};
    struct job *jobs[3];
    int64_t begin_ms = now;
    begin(queue);
    add_some(queue);
    end_some(queue, begin_ms);
    assert_int_equal(queue_list_oldest(queue, &queued, &page, jobs), 3);
    for (int i = 0; i < 3; i++) {
        static const int ids[] = {3, 5, 8};
        assert_int_equal(jobs[i]->id, ids[i]);
        page.at_ms = jobs[i]->queued_ms;
        page.id = jobs[i]->id;
        job_free(jobs[i]);
    }
    assert_int_equal(queue_list_oldest(queue, &queued, &page, jobs), 1);
    assert_int_equal(jobs[0]->id, 9);
    job_free(jobs[0]);
    commit(queue);
}

static void counts(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_int_equal(queue_forget(queue, 1, false), QUEUE_OK); /* ended: not counted */
    add(queue, "b.pdf", file(2));
    fail_next(queue, "s3_refused", NULL);
    add(queue, "c.pdf", file(3));
    struct arrival other = {.folder = "other", .path = "d.pdf", .identity = file(4)};
    queue_add(queue, &other);
    commit(queue);
    struct queue_counts counts;
    queue_count(queue, NULL, &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 2);
    assert_int_equal(counts.by_state[JOB_FAILED], 1);
    assert_int_equal(counts.not_put_away, 1);
    queue_count(queue, "other", &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 1);
    assert_int_equal(counts.not_put_away, 0);
}

/* counted as they change, never by looking at all of them */
static void counts_follow_every_change(void **state)
{
    struct queue *queue = *state;
    struct queue_counts counts;
    begin(queue);
    add(queue, "a.pdf", file(1));
    add(queue, "b.pdf", file(2));
    finish_next(queue, "Uploaded/a.pdf");
    commit(queue);
    queue_count(queue, "scans", &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 1);
    assert_int_equal(counts.by_state[JOB_UPLOADING], 0);
    assert_int_equal(counts.by_state[JOB_DONE], 1);
    assert_int_equal(counts.not_put_away, 0);
    begin(queue);
    fail_next(queue, "too_large", "Failed/b.pdf");
    assert_int_equal(queue_retry_by_hand(queue, 2), QUEUE_OK);
    assert_int_equal(queue_forget(queue, 1, false), QUEUE_OK);
    commit(queue);
    queue_count(queue, NULL, &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 1);
    assert_int_equal(counts.by_state[JOB_FAILED], 0);
    assert_int_equal(counts.by_state[JOB_DONE], 0);
}

static void count_one(void *context, const struct job *job)
{
    struct queue_counts *counts = context;
    counts->by_state[job->state] += !job_is_by_hand(job);
    counts->not_put_away += job_has_outcome(job) && !job->put_away && !job_is_by_hand(job);
}

/* what is counted is what is listed */
static void expect_counts(struct queue *queue, const char *folder)
{
    struct queue_counts listed = {.not_put_away = 0}, counts;
    const struct job_filter filter = {.folder = folder};
    queue_list(queue, &filter, &(struct job_page){.limit = 1000}, count_one, &listed);
    queue_count(queue, folder, &counts);
    assert_memory_equal(&counts, &listed, sizeof(counts));
}

static void expect_all_counts(struct queue *queue)
{
    expect_counts(queue, NULL);
    expect_counts(queue, "scans");
    expect_counts(queue, "other");
    expect_counts(queue, "faxes");
}

static void counts_along_with_every_write(void **state)
{
    struct queue *queue = *state;
    int64_t first_ms = now;
    begin(queue);
    expect_all_counts(queue); /* from then on, along */
    add_some(queue);
    expect_all_counts(queue);
    end_some(queue, first_ms);
    expect_all_counts(queue);
    now += 10 * MINUTE;
    struct job *failed = claim_of(queue, "faxes", LANE_SEND, false);
    queue_fail(queue, failed, "s3_refused", "refused");
    expect_all_counts(queue);
    queue_set_put_away(queue, failed, "Failed/f.tif", "moved");
    expect_all_counts(queue);
    job_free(failed);
    struct job *claimed = claim_of(queue, "other", LANE_SEND, false);
    assert_non_null(claimed);
    expect_all_counts(queue);
    queue_advance(queue, claimed, JOB_UPLOADED, "uploaded");
    expect_all_counts(queue);
    queue_end(queue, claimed, JOB_DROPPED, "its file is gone");
    expect_all_counts(queue);
    job_free(claimed);
    assert_int_equal(queue_retry_by_hand(queue, 8), QUEUE_OK);
    expect_all_counts(queue);
    assert_int_equal(queue_forget(queue, 8, false), QUEUE_OK);
    expect_all_counts(queue);
    commit(queue);
}

static void knows_which_job_waits_longest_and_how_many_are_done(void **state)
{
    struct queue *queue = *state;
    int64_t begin_ms = now;
    begin(queue);
    add_some(queue);
    end_some(queue, begin_ms);
    CLEANUP(job_freep) struct job *oldest = queue_oldest(queue, "scans");
    CLEANUP(job_freep) struct job *fax = queue_oldest(queue, "faxes");
    assert_int_equal(oldest->id, 3); /* 1 was forgotten, 2 has failed */
    assert_int_equal(fax->id, 8);
    assert_null(queue_oldest(queue, "nowhere"));
    assert_int_equal(queue_count_done(queue, "scans", begin_ms + 10 * MINUTE), 1);
    assert_int_equal(queue_count_done(queue, "scans", begin_ms + 10 * MINUTE + 1), 0);
    assert_int_equal(queue_count_done(queue, "faxes", 0), 0);
    commit(queue);
}

struct outcomes_text {
    char text[400];
};

/* in minutes after the queue began */
static void add_outcome(
    void *context, const char *folder, enum job_state state, int64_t at_ms, int64_t jobs)
{
    struct outcomes_text *outcomes = context;
    size_t length = strlen(outcomes->text);
    snprintf(outcomes->text + length, sizeof(outcomes->text) - length, "%s %s %d: %d, ", folder,
        job_state_names[state], (int)((at_ms - 1795341600000) / MINUTE), (int)jobs);
}

static void expect_outcomes(struct queue *queue, int64_t since_ms, const char *text)
{
    struct outcomes_text outcomes = {""};
    queue_count_outcomes(queue, since_ms, add_outcome, &outcomes);
    assert_string_equal(outcomes.text, text);
}

static void counts_outcomes_by_the_quarter_of_an_hour(void **state)
{
    struct queue *queue = *state;
    int64_t begin_ms = now = 1795341600000;
    begin(queue);
    add_some(queue);
    end_some(queue, begin_ms); /* one uploaded by hand is not of a folder */
    expect_outcomes(queue, 0, "scans done 0: 1, scans failed 0: 1, ");
    now = begin_ms + 16 * MINUTE;
    CLEANUP(job_freep) struct job *other = load(queue, 3);
    queue_fail(queue, other, "too_large", "too large");
    queue_set_put_away(queue, other, "Failed/c.pdf", "moved");
    now = begin_ms + 31 * MINUTE;
    CLEANUP(job_freep) struct job *job = load(queue, 8);
    queue_fail(queue, job, "too_large", "too large");
    queue_set_put_away(queue, job, "Failed/f.tif", "moved");
    expect_outcomes(queue, begin_ms + 15 * MINUTE, "scans failed 15: 1, faxes failed 30: 1, ");
    expect_outcomes(queue, begin_ms + 30 * MINUTE, "faxes failed 30: 1, ");
    assert_int_equal(queue_forget(queue, 8, false), QUEUE_OK); /* it has failed all the same */
    expect_outcomes(queue, begin_ms + 30 * MINUTE, "faxes failed 30: 1, ");
    assert_int_equal(queue_retry_by_hand(queue, other->id), QUEUE_OK);
    expect_outcomes(queue, 0, "scans done 0: 1, scans failed 0: 1, faxes failed 30: 1, ");
    commit(queue);
}

static void counts_what_is_due_before_a_job(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    (void)add(queue, "a.pdf", file(1));
    int64_t second = add(queue, "b.pdf", file(2));
    now += 1000;
    int64_t third = add(queue, "c.pdf", file(3));
    CLEANUP(job_freep) struct job *b = load(queue, second);
    CLEANUP(job_freep) struct job *c = load(queue, third);
    assert_int_equal(queue_count_ahead(queue, b), 1);
    assert_int_equal(queue_count_ahead(queue, c), 2);
    CLEANUP(job_freep) struct job *a = claim(queue); /* no longer waits */
    assert_int_equal(queue_count_ahead(queue, c), 1);
    commit(queue);
}

static void late_is(struct queue *queue, int64_t before_ms, int64_t jobs, int64_t since_ms)
{
    struct queue_late late;
    queue_count_late(queue, before_ms, &late);
    assert_int_equal(late.jobs, jobs);
    assert_int_equal(late.since_ms, since_ms);
}

static void hold(struct queue *queue, int64_t id, enum job_held held)
{
    CLEANUP(job_freep) struct job *job = load(queue, id);
    job->state = JOB_UPLOADED;
    job->held = held;
    queue_put(queue, job);
}

static void counts_what_has_waited_long_but_not_what_is_held_back(void **state)
{
    struct queue *queue = *state;
    const int64_t start = now;
    begin(queue);
    int64_t first = add(queue, "a.pdf", file(1));
    now += 1000;
    int64_t second = add(queue, "b.pdf", file(2));
    late_is(queue, start, 0, 0);
    late_is(queue, start + 1, 1, start);
    late_is(queue, now + 1, 2, start);
    hold(queue, second, HELD_FOR_TURN);
    late_is(queue, now + 1, 1, start);
    hold(queue, first, HELD_FOR_WORD);
    late_is(queue, now + 1, 0, 0);
    now += 5000;
    assert_int_equal(queue_release(queue, first), QUEUE_OK);
    late_is(queue, now, 0, 0);
    late_is(queue, now + 1, 1, now);
    commit(queue);
}

static void a_job_that_is_tried_again_has_waited_since_then(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    now += 1000;
    fail_next(queue, "no_lead", "Failed/a.pdf");
    late_is(queue, now + 1, 0, 0);
    now += 1000;
    assert_int_equal(add(queue, "a.pdf", file(1)), id); /* brought back */
    late_is(queue, now, 0, 0);
    late_is(queue, now + 1, 1, now);
    commit(queue);
}

static void gives_the_failed_files_of_a_folder_one_page_after_the_other(void **state)
{
    struct queue *queue = *state;
    int64_t ids[2];
    begin(queue);
    for (int i = 1; i <= 3; i++) {
        add(queue, "a.pdf", file(i));
        fail_next(queue, "too_large", "Failed/a.pdf");
    }
    add(queue, "b.pdf", file(4));
    fail_next(queue, "too_large", NULL); /* is still to be put away */
    assert_int_equal(queue_list_in_failed(queue, "scans", 0, ids, 2), 2);
    assert_int_equal(ids[1], 2);
    assert_int_equal(queue_list_in_failed(queue, "scans", 2, ids, 2), 1);
    assert_int_equal(ids[0], 3);
    assert_int_equal(queue_list_in_failed(queue, "other", 0, ids, 2), 0);
    commit(queue);
}

static void knows_whose_owner_is_to_be_told(void **state)
{
    struct queue *queue = *state;
    int64_t ids[4];
    begin(queue);
    int64_t first = add(queue, "a.pdf", file(1));
    now += 1000;
    int64_t second = add(queue, "b.pdf", file(2));
    assert_int_equal(queue_list_untold(queue, "scans", now, 0, ids, 4), 1);
    assert_int_equal(queue_list_untold(queue, "scans", now + 1, 0, ids, 1), 1);
    assert_int_equal(ids[0], first);
    assert_int_equal(queue_list_untold(queue, "scans", now + 1, first, ids, 4), 1);
    assert_int_equal(ids[0], second);
    assert_int_equal(queue_list_untold(queue, "other", now + 1, 0, ids, 4), 0);
    assert_int_equal(queue_list_told(queue, "scans", 0, ids, 4), 0);

    CLEANUP(job_freep) struct job *a = load(queue, first);
    queue_set_told(queue, a, "a.pdf", "a text says so");
    assert_int_equal(queue_list_untold(queue, "scans", now + 1, 0, ids, 4), 1);
    assert_int_equal(queue_list_told(queue, "scans", 0, ids, 4), 1);
    assert_int_equal(ids[0], first);
    assert_int_equal(queue_list_told(queue, "scans", first, ids, 4), 0);
    queue_set_told(queue, a, NULL, NULL);
    assert_int_equal(queue_list_told(queue, "scans", 0, ids, 4), 0);

    queue_set_told(queue, a, "", "by mail");
    fail_next(queue, "too_large", "Failed/a.pdf"); /* what is over must be cleared away */
    assert_int_equal(queue_list_told(queue, "scans", 0, ids, 4), 1);
    CLEANUP(job_freep) struct job *b = claim(queue);
    assert_int_equal(b->id, second);
    assert_int_equal(queue_list_untold(queue, "scans", now + 1, 0, ids, 4), 0);
    commit(queue);
}

static void keeps_numbers(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    assert_false(queue_is_paused(queue));
    queue_set_paused(queue, true);
    assert_true(queue_is_paused(queue));
    queue_set_paused(queue, false);
    assert_false(queue_is_paused(queue));
    assert_int_equal(queue_number(queue, "never set"), 0);
    queue_set_number(queue, "large", INT64_MAX);
    assert_true(queue_number(queue, "large") == INT64_MAX);
    commit(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(gives_the_failed_files_of_a_folder_one_page_after_the_other),
        ON_MEMORY(writes_down_every_change),
        ON_MEMORY(lists_what_a_filter_selects_one_page_after_the_other),
        ON_MEMORY(finds_every_file_by_its_name),
        ON_MEMORY(lists_the_oldest_of_a_state_first),
        ON_MEMORY(counts),
        ON_MEMORY(counts_follow_every_change),
        ON_MEMORY(counts_along_with_every_write),
        ON_MEMORY(knows_which_job_waits_longest_and_how_many_are_done),
        ON_MEMORY(counts_outcomes_by_the_quarter_of_an_hour),
        ON_MEMORY(counts_what_is_due_before_a_job),
        ON_MEMORY(counts_what_has_waited_long_but_not_what_is_held_back),
        ON_MEMORY(a_job_that_is_tried_again_has_waited_since_then),
        ON_MEMORY(knows_whose_owner_is_to_be_told),
        ON_MEMORY(keeps_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
