/* What is uploaded by hand: told by whoever may use the socket, listed, and nobody's work. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/control/questions.h"
#include "closedrop/queue/by_hand.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1795341600000
#define HASH "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

FAILING_CALL(void *, calloc, NULL, (size_t count, size_t size), (count, size))
FAILING_CALL(char *, strdup, NULL, (const char *text), (text))

#define NAMED "\"name\":\"a.pdf\",\"place\":\"/home/anna/a.pdf\",\"size\":6,\"attempts\":1"
#define FILED                                                                                      \
    NAMED ",\"sha256\":\"" HASH "\",\"content_type\":\"application/pdf\","                         \
          "\"download_url\":\"https://x/\",\"rule\":\"r\",\"lead_id\":\"lead_A\","                 \
          "\"contact_id\":null,\"activity\":\"email\""
#define DONE "{" FILED ",\"state\":\"done\",\"activity_id\":\"acti_A\",\"error\":null}"
#define UNCLEAR                                                                                    \
    FILED ",\"state\":\"failed\",\"error\":{\"code\":\"unclear\",\"message\":\"not known\"}"
#define LATE "\"error\":{\"code\":\"already_filed\",\"message\":\"was filed\"}"

static struct job *read_told(const char *text, struct str *why)
{
    struct json *told = json_parse(text, strlen(text));
    struct job *job = by_hand_read(told, NOW, why);
    json_free(told);
    return job;
}

static void takes_what_upload_tells(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    struct job *job = read_told("{" FILED ",\"state\":\"done\",\"activity_id\":\"acti_A\","
                                "\"queued_ms\":1795341500000,\"uploaded_ms\":1795341550000,"
                                "\"mtime_ms\":1795341000000}",
        &why);
    assert_non_null(job);
    assert_true(job_is_by_hand(job));
    assert_string_equal(job->path, "a.pdf");
    assert_string_equal(job->location, "/home/anna/a.pdf");
    assert_string_equal(job->sha256, HASH);
    assert_int_equal(job->activity, ACTIVITY_EMAIL);
    assert_string_equal(job->activity_id, "acti_A");
    assert_null(job->contact_id);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(job->identity.size, 6);
    assert_int_equal(job->identity.mtime_ns, 1795341000000000000);
    assert_int_equal(job->queued_ms, 1795341500000);
    assert_int_equal(job->uploaded_ms, 1795341550000);
    assert_int_equal(job->done_ms, NOW);
    assert_true(job->put_away);
    job_free(job);
}

static void believes_no_time_that_is_to_come(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    struct job *job = read_told("{" NAMED ",\"state\":\"done\",\"queued_ms\":1e15,"
                                "\"uploaded_ms\":-5}",
        &why);
    assert_non_null(job);
    assert_int_equal(job->queued_ms, NOW);
    assert_int_equal(job->uploaded_ms, 0);
    job_free(job);
}

static const struct {
    const char *told;
    const char *why;
} hostile[] = {
    {"", "one JSON object"},
    {"[]", "one JSON object"},
    {"{" NAMED "}", "\"state\""},
    {"{" NAMED ",\"state\":\"queued\"}", "\"state\" must be \"done\" or \"failed\""},
    {"{" NAMED ",\"state\":\"gone\"}", "\"state\""},
    {"{\"state\":\"done\"}", "\"name\" must be a file's name"},
    {"{\"state\":\"done\",\"name\":\"\"}", "\"name\""},
    {"{\"state\":\"done\",\"name\":\"a/b\"}", "\"name\""},
    {"{\"state\":\"done\",\"name\":7}", "\"name\""},
    {"{\"state\":\"done\",\"name\":\"a\",\"place\":\"a\"}", "\"place\" must be an absolute path"},
    {"{" NAMED ",\"state\":\"done\",\"sha256\":\"abc\"}", "\"sha256\" must be a SHA-256 in hex"},
    {"{" NAMED ",\"state\":\"done\",\"content_type\":\"\"}", "\"content_type\""},
    {"{" NAMED ",\"state\":\"done\",\"lead_id\":\"lead A\"}", "\"lead_id\" must be an id"},
    {"{" NAMED ",\"state\":\"done\",\"lead_id\":\"lead_\xC3\xA4\"}", "\"lead_id\" must be an id"},
    {"{" NAMED ",\"state\":\"done\",\"activity_id\":\"\"}", "\"activity_id\""},
    {"{" NAMED ",\"state\":\"done\",\"activity\":\"fax\"}", "\"activity\" must be email, note"},
    {"{" NAMED ",\"state\":\"done\",\"size\":0,\"size\":1,\"mtime_ms\":9e15}", "\"mtime_ms\""},
    {"{" NAMED ",\"state\":\"failed\"}", "\"error\" must be an object"},
    {"{" NAMED ",\"state\":\"failed\",\"error\":\"no\"}", "\"error\" must be an object"},
    {"{" NAMED ",\"state\":\"failed\",\"error\":{\"code\":\"x y\",\"message\":\"m\"}}",
        "\"error\""},
    {"{" NAMED ",\"state\":\"failed\",\"error\":{\"code\":\"x\",\"message\":\"\"}}", "\"error\""},
    {"{\"state\":\"done\",\"name\":\"a\",\"place\":\"/a\"}", "\"size\" must be a number of bytes"},
    {"{\"state\":\"done\",\"name\":\"a\",\"place\":\"/a\",\"size\":1e300}", "\"size\""},
    {"{\"state\":\"done\",\"name\":\"a\",\"place\":\"/a\",\"size\":1}", "\"attempts\""},
    {"{\"state\":\"done\",\"name\":\"a\",\"place\":\"/a\",\"size\":1,\"attempts\":1001}",
        "\"attempts\""},
};

static void refuses_what_is_hostile(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hostile); i++) {
        struct str why = STR_INIT(1000);
        if (read_told(hostile[i].told, &why) || !strstr(str_text(&why), hostile[i].why))
            fail_msg("%s: %s", hostile[i].told, str_text(&why));
        str_release(&why);
    }
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    char name[NAME_MAX * 3 + 2] = "";
    memset(name, 'x', sizeof(name) - 1);
    struct json *told = json_object();
    assert_int_equal(json_add_text(told, "state", "done") | json_add_text(told, "name", name), 0);
    assert_null(by_hand_read(told, NOW, &why));
    assert_string_equal(str_text(&why), "\"name\" must be a file's name");
    str_release(&why);
    json_free(told);
}

static void is_no_job_when_memory_is_short(void **state)
{
    (void)state;
    struct json *told = json_parse("{" UNCLEAR "}", strlen("{" UNCLEAR "}"));
    struct str why = STR_INIT(1000);
    struct job *job = NULL;
    for (int i = 0; !job; i++) {
        calls_left = i;
        job = by_hand_read(told, NOW, &why);
        assert_int_equal(why.length, 0);
        assert_true(i < 100);
    }
    calls_left = NEVER;
    job_free(job);
    json_free(told);
}

/* ---- in the queue ---- */

static int open_queue(void **state)
{
    struct str why = STR_INIT(1000);
    struct queue *queue = NULL;
    int problem = queue_open(":memory:", true, &queue, &why);
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

static struct json *ask(struct queue *queue, struct question question, int status)
{
    struct answer answer = question_answer(queue, &(struct config){0}, &question);
    assert_int_equal(answer.status, status);
    assert_non_null(answer.body);
    return answer.body;
}

static int64_t tell(struct queue *queue, const char *text, int status)
{
    struct json *told = json_parse(text, strlen(text));
    struct json *body = ask(queue, (struct question){.kind = ASK_RECORD, .told = told}, status);
    int64_t id = json_get_int(body, "id", 0);
    json_free(body);
    json_free(told);
    return id;
}

static void expect_error(struct queue *queue, enum question_kind kind, int64_t id, const char *text)
{
    struct json *body = ask(queue, (struct question){.kind = kind, .id = id}, 409);
    assert_non_null(strstr(json_get_text(body, "error"), text));
    json_free(body);
}

static void is_listed_and_shown(void **state)
{
    int64_t id = tell(*state, DONE, 200);
    assert_true(id > 0);
    struct json *body =
        ask(*state, (struct question){.kind = ASK_LIST, .state = -1, .limit = 10}, 200);
    const struct json *job = json_first(json_get(body, "jobs"));
    assert_int_equal(json_get_int(job, "id", 0), id);
    assert_non_null(json_get(job, "folder"));
    assert_null(json_get_text(job, "folder"));
    assert_string_equal(json_get_text(job, "path"), "a.pdf");
    assert_string_equal(json_get_text(job, "place"), "/home/anna/a.pdf");
    json_free(body);
    tell(*state, "{}", 400);
    tell(*state, "7", 400);
}

static void ignore_folder(void *context, const char *folder, int64_t jobs, int64_t waiting)
{
    (void)folder, (void)jobs, (void)waiting;
    ++*(int *)context;
}

static struct job *claim_by_hand(struct queue *queue, bool suspects)
{
    return queue_claim(queue, queue_due(queue, BY_HAND_FOLDER), LANE_ALL, suspects);
}

static void is_no_work_of_the_agent(void **state)
{
    struct queue *queue = *state;
    struct queue_counts counts;
    struct retried retried;
    int folders = 0;
    int64_t failed = tell(queue, "{" FILED ",\"state\":\"failed\"," LATE "}", 200);
    tell(queue, DONE, 200);
    assert_null(claim_by_hand(queue, false));
    assert_null(claim_by_hand(queue, true));
    assert_int_equal(queue_recover(queue, 1000), 0);
    queue_count(queue, NULL, &counts);
    for (int i = 0; i < JOB_STATES; i++)
        assert_int_equal(counts.by_state[i], 0);
    assert_int_equal(counts.not_put_away, 0);
    queue_count_by_folder(queue, ignore_folder, &folders);
    assert_int_equal(folders, 0);
    queue_retry_all(queue, &(struct job_filter){0}, false, &retried);
    assert_int_equal(retried.queued, 0);
    for (int i = 0; i < JOB_JUDGED; i++)
        assert_int_equal(retried.left_out[i], 0);
    assert_null(queue_already_filed(queue, HASH, 0)); /* no file of it was ever in Failed */
    assert_false(queue_has_activity(queue, "acti_A", NULL));
    expect_error(queue, ASK_RETRY, failed, "was uploaded by hand; run \"closedrop upload\" again");
    expect_error(queue, ASK_RELEASE_JOB, failed, "is not waiting for release");
    json_free(ask(queue, (struct question){.kind = ASK_FORGET, .id = failed}, 200));
    assert_int_equal(queue_last_entered(queue), 0); /* the send guard never heard of them */
}

static void tells_what_came_of_what_was_unclear(void **state)
{
    struct queue *queue = *state;
    char text[2000];
    int64_t id = tell(queue, "{" UNCLEAR "}", 200);
    snprintf(text, sizeof(text), "{\"id\":%d,%s", (int)id, DONE + 1);
    assert_int_equal(tell(queue, text, 200), id);
    struct job *job = queue_load(queue, id);
    assert_int_equal(job->state, JOB_DONE);
    assert_string_equal(job->activity_id, "acti_A");
    assert_null(job->error_code);
    job_free(job);
    tell(queue, text, 409); /* it is not unclear any more */
}

static void changes_no_other_job(void **state)
{
    struct queue *queue = *state;
    char text[2000];
    const struct arrival arrival = {.folder = "scans",
        .path = "b.pdf",
        .identity = {.size = 6},
        .error_code = "unclear",
        .error_message = "unclear"};
    int64_t id = queue_add(queue, &arrival);
    snprintf(text, sizeof(text), "{\"id\":%d,%s", (int)id, DONE + 1);
    tell(queue, text, 409);
    tell(queue, "{\"id\":-1," UNCLEAR "}", 409);
    tell(queue, "{\"id\":4711," UNCLEAR "}", 409);
    struct job *job = queue_load(queue, id);
    assert_string_equal(job->folder, "scans");
    assert_int_equal(job->state, JOB_FAILED);
    job_free(job);
}

#define IN_QUEUE(test) cmocka_unit_test_setup_teardown(test, open_queue, close_queue)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_upload_tells),
        cmocka_unit_test(believes_no_time_that_is_to_come),
        cmocka_unit_test(refuses_what_is_hostile),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(is_no_job_when_memory_is_short),
        IN_QUEUE(is_listed_and_shown),
        IN_QUEUE(is_no_work_of_the_agent),
        IN_QUEUE(tells_what_came_of_what_was_unclear),
        IN_QUEUE(changes_no_other_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
