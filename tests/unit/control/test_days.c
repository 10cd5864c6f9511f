/* How many jobs ended on each local day, whatever daylight saving makes of it. */
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/config/config.h"
#include "closedrop/control/questions.h"
#include "queue/queue_fixture.h"

#include <time.h>

#define HOUR ((int64_t)60 * 60 * 1000)

/* Sunday, 25 October 2026, in Berlin: the clocks are set back at 3:00, and the day has 25 hours */
static const int64_t sunday = 1792879200000; /* 00:00 */

static char *answer_of(struct queue *queue, int days)
{
    struct folder folders[] = {{.name = (char[]){"scans"}}, {.name = (char[]){"faxes"}}};
    const struct config config = {.folders = folders, .folder_count = 2};
    const struct question question = {.kind = ASK_DAYS, .days = days};
    struct answer answer = question_answer(queue, &config, &question);
    assert_int_equal(answer.status, 200);
    char *text = json_print(answer.body);
    json_free(answer.body);
    return text;
}

static void expect_answer(struct queue *queue, int days, const char *expected)
{
    char *text = answer_of(queue, days);
    assert_string_equal(text, expected);
    free(text);
}

/* a job that fails as it comes */
static void fail_at(struct queue *queue, const char *folder, int64_t at_ms)
{
    static int number;
    char path[32];
    now = at_ms;
    snprintf(path, sizeof(path), "%d.pdf", ++number);
    struct arrival arrival = {.folder = folder,
        .path = path,
        .identity = file(number),
        .error_code = "too_large",
        .error_message = "too large"};
    queue_add(queue, &arrival);
}

static void counts_by_local_days(void **state)
{
    struct queue *queue = *state;
    queue_begin(queue);
    fail_at(queue, "old", sunday - 25 * HOUR);      /* Friday */
    fail_at(queue, "scans", sunday - HOUR);         /* Saturday */
    fail_at(queue, "scans", sunday);                /* Sunday, its first minute */
    fail_at(queue, "gone", sunday + 25 * HOUR - 1); /* its last one */
    fail_at(queue, "scans", sunday + 25 * HOUR);    /* Monday */
    add(queue, "waits.pdf", file(9));
    now = sunday + 30 * HOUR;
    (void)add(queue, "done.pdf", file(10));
    CLEANUP(job_freep) struct job *job = load(queue, 7);
    job->state = JOB_UPLOADED;
    queue_done(queue, job, "done");
    expect_answer(queue, 3,
        "{\"days\":[\"2026-10-24\",\"2026-10-25\",\"2026-10-26\"],\"folders\":["
        "{\"name\":\"scans\",\"done\":[0,0,1],\"failed\":[1,1,1]},"
        "{\"name\":\"faxes\",\"done\":[0,0,0],\"failed\":[0,0,0]},"
        "{\"name\":\"gone\",\"done\":[0,0,0],\"failed\":[0,1,0]}]}");
    expect_answer(queue, 1,
        "{\"days\":[\"2026-10-26\"],\"folders\":["
        "{\"name\":\"scans\",\"done\":[1],\"failed\":[1]},"
        "{\"name\":\"faxes\",\"done\":[0],\"failed\":[0]}]}");
    now = sunday + HOUR; /* the clock was set back: what is later is left out */
    expect_answer(queue, 1,
        "{\"days\":[\"2026-10-25\"],\"folders\":["
        "{\"name\":\"scans\",\"done\":[0],\"failed\":[1]},"
        "{\"name\":\"faxes\",\"done\":[0],\"failed\":[0]},"
        "{\"name\":\"gone\",\"done\":[0],\"failed\":[1]}]}");
    queue_commit(queue);
}

int main(void)
{
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_by_local_days, open_queue, close_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
