/* The daily summary: files that were filed, but lack what belongs next to that. */
#include "alerts/summary_text.h"
#include "closedrop/base/str.h"
#include "queue/queue_fixture.h"

static void says_what_is_missing_until_that_is_forgotten(void **state)
{
    struct queue *queue = *state;
    const struct config config = {0};
    const struct notice notice = {.kind = NOTICE_SUMMARY, .since_ms = now + 1, .at_ms = now + 2};
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    queue_keep_text(queue, &job->error_code, "task_missing");
    queue_keep_text(queue, &job->error_message, "its task is missing: the user has left");
    queue_set_put_away(queue, job, "Uploaded/a.pdf", "put away");
    job_free(job);
    static const char *const ends[] = {
        "Needs attention:\nscans/a.pdf\n  its task is missing: the user has left\n\n\n",
        "Needs attention:\n  nothing\n\n"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct str text = STR_INIT(10000);
        summary_text_body(&text, &config, queue, &notice, "host");
        const char *end = strstr(str_text(&text), "Needs attention:");
        assert_non_null(end);
        assert_string_equal(end, ends[i]);
        str_release(&text);
        (void)queue_forget(queue, id, false);
    }
    commit(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            says_what_is_missing_until_that_is_forgotten, open_queue, close_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
