/** Histories, lists, counts and numbers. */
#include "queue_fixture.h"

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

static const struct {
    const char *name;
    struct queue_filter filter;
    const char *ids;
} lists[] = {
    {"all", {.state = -1, .limit = 100}, "4 3 2 "},
    {"the newest", {.state = -1, .limit = 1}, "4 "},
    {"the next page", {.state = -1, .below = 4, .limit = 1}, "3 "},
    {"of a folder", {.folder = "scans", .state = -1, .limit = 100}, "3 2 "},
    {"of no folder", {.folder = "nowhere", .state = -1, .limit = 100}, ""},
    {"of a rule", {.rule = "notes", .state = -1, .limit = 100}, "3 "},
    {"of a rule, in another folder",
        {.folder = "other", .rule = "notes", .state = -1, .limit = 100}, ""},
    {"queued", {.state = JOB_QUEUED, .limit = 100}, "4 3 "},
    {"queued in a folder", {.folder = "scans", .state = JOB_QUEUED, .limit = 100}, "3 "},
    {"failed", {.state = JOB_FAILED, .limit = 100}, "2 "},
    {"done", {.state = JOB_DONE, .limit = 100}, ""},
};

static void lists_and_counts(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_int_equal(queue_forget(queue, 1, false), QUEUE_OK); /* ended: on no list */
    add(queue, "b.pdf", file(2));
    fail_next(queue, "s3_refused", NULL);
    add(queue, "c.pdf", file(3));
    struct job *noted = queue_load(queue, 3);
    assert_int_equal(str_assign(&noted->rule, "notes"), 0);
    queue_put(queue, noted);
    job_free(noted);
    struct arrival other = {.folder = "other", .path = "d.pdf", .identity = file(4)};
    queue_add(queue, &other);
    commit(queue);
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct lines lines = {""};
        queue_list(queue, &lists[i].filter, add_id, &lines);
        if (strcmp(lines.text, lists[i].ids) != 0)
            fail_msg("%s: %s", lists[i].name, lines.text);
    }
    struct queue_counts counts;
    queue_count(queue, NULL, &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 2);
    assert_int_equal(counts.by_state[JOB_FAILED], 1);
    assert_int_equal(counts.not_put_away, 1);
    queue_count(queue, "other", &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 1);
    assert_int_equal(counts.not_put_away, 0);
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
        ON_MEMORY(lists_and_counts),
        ON_MEMORY(keeps_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
