/* What is measured of a job's way, what health means, and how both are written. */
#include "closedrop/control/healthz.h"
#include "closedrop/control/metrics.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct figures nothing = {.folder_count = 0};

static struct str print(const struct metrics *metrics, const struct figures *figures, bool open)
{
    struct str out = STR_INIT(1000000);
    metrics_print(metrics, figures, open, &out);
    assert_int_equal(str_error(&out), 0);
    return out;
}

static void expect_lines(
    const struct metrics *metrics, const struct figures *figures, bool open, const char *lines)
{
    struct str out = print(metrics, figures, open);
    if (!strstr(str_text(&out), lines))
        fail_msg("\"%s\" is missing in:\n%s", lines, str_text(&out));
    str_release(&out);
}

static void move(struct metrics *metrics, struct job *job, enum job_state state, int64_t now_ms)
{
    enum job_state before = job->state;
    job->state = state;
    metrics_count_move(metrics, job, before, now_ms);
}

/* queued at 1 s, claimed at 3 s, uploaded at 3.4 s, attached from 10 s to 10.2 s */
static void times_each_step_of_a_job(void **state)
{
    (void)state;
    char folder[] = "scans";
    struct metrics *metrics = metrics_new();
    struct job job = {
        .id = 7, .folder = folder, .attempts = 1, .queued_ms = 1000, .identity = {.size = 50}};
    metrics_count_settled(metrics, 5100);
    move(metrics, &job, JOB_UPLOADING, 3000);
    move(metrics, &job, JOB_UPLOADED, 3400);
    move(metrics, &job, JOB_ATTACHING, 10000);
    move(metrics, &job, JOB_DONE, 10200);
    expect_lines(metrics, &nothing, false,
        "closedrop_files_total{folder=\"scans\",outcome=\"filed\"} 1\n"
        "closedrop_files_total{folder=\"scans\",outcome=\"failed\"} 0\n");
    expect_lines(metrics, &nothing, false, "closedrop_uploaded_bytes_total{folder=\"scans\"} 50\n");
#define SUM "closedrop_step_duration_seconds_sum{step="
    expect_lines(metrics, &nothing, false, SUM "\"settle\"} 5.100\n");
    expect_lines(metrics, &nothing, false, SUM "\"queue\"} 2.000\n");
    expect_lines(metrics, &nothing, false, SUM "\"upload\"} 0.400\n");
    expect_lines(metrics, &nothing, false, SUM "\"activity\"} 0.200\n");
    expect_lines(metrics, &nothing, false, SUM "\"whole\"} 9.200\n");
    expect_lines(metrics, &nothing, false,
        "closedrop_step_duration_seconds_bucket{step=\"upload\",le=\"0.1\"} 0\n"
        "closedrop_step_duration_seconds_bucket{step=\"upload\",le=\"0.5\"} 1\n"
        "closedrop_step_duration_seconds_bucket{step=\"upload\",le=\"1.0\"} 1\n");
    metrics_free(metrics);
}

static void counts_a_second_attempt_neither_as_queued_nor_as_uploaded_again(void **state)
{
    (void)state;
    char folder[] = "scans";
    struct metrics *metrics = metrics_new();
    struct job job = {.id = 7, .folder = folder, .attempts = 2, .queued_ms = 1000};
    move(metrics, &job, JOB_UPLOADING, 3000);
    job.state = JOB_ATTACHING;
    move(metrics, &job, JOB_UPLOADED, 4000); /* its POST is tried again */
    move(metrics, &job, JOB_FAILED, 5000);
    expect_lines(metrics, &nothing, false, "_count{step=\"queue\"} 0\n");
    expect_lines(metrics, &nothing, false, "closedrop_uploads_total{folder=\"scans\"} 0\n");
    expect_lines(metrics, &nothing, false, "outcome=\"failed\"} 1\n");
    expect_lines(metrics, &nothing, false, "_count{step=\"whole\"} 0\n");
    metrics_free(metrics);
}

static void times_only_commits_of_what_was_counted(void **state)
{
    (void)state;
    struct metrics *metrics = metrics_new();
    metrics_count_commit(metrics, 5);
    metrics_count_settled(metrics, 1);
    metrics_count_commit(metrics, 5);
    metrics_count_commit(metrics, 5);
    expect_lines(metrics, &nothing, false,
        "closedrop_store_commit_duration_seconds_bucket{le=\"0.005\"} 1\n");
    expect_lines(metrics, &nothing, false,
        "closedrop_store_commit_duration_seconds_count 1\n"
        "closedrop_store_commit_duration_seconds_sum 0.005\n");
    metrics_free(metrics);
}

static void writes_both_formats_and_escapes_labels(void **state)
{
    (void)state;
    const struct folder_figures folder = {
        .name = "a\"b\\c\nd\xFF", .by_state = {[JOB_FAILED] = 3}, .oldest_ms = 1000};
    const struct group_figures group = {.name = "upload", .limit = 60, .remaining = -1};
    const struct figures figures = {
        .folders = &folder, .folder_count = 1, .groups = &group, .group_count = 1, .now_ms = 2500};
    struct metrics *metrics = metrics_new();
#define NAME "a\\\"b\\\\c\\nd\xEF\xBF\xBD"
    expect_lines(
        metrics, &figures, true, "closedrop_jobs{folder=\"" NAME "\",state=\"failed\"} 3\n");
    expect_lines(metrics, &figures, true,
        "closedrop_oldest_unfinished_age_seconds{folder=\"" NAME "\"} 1.500\n");
    expect_lines(
        metrics, &figures, true, "# TYPE closedrop_files counter\n# HELP closedrop_files ");
    expect_lines(metrics, &figures, true,
        "# TYPE closedrop_uploaded_bytes counter\n# UNIT closedrop_uploaded_bytes bytes\n");
    expect_lines(metrics, &figures, false, "# TYPE closedrop_files_total counter\n");
    expect_lines(metrics, &figures, true, "closedrop_rate_limit_requests{group=\"upload\"} 60\n");
    struct str out = print(metrics, &figures, true);
    assert_null(strstr(str_text(&out), "closedrop_rate_limit_remaining_requests{"));
    assert_true(str_ends_with(str_text(&out), "\n# EOF\n"));
    str_release(&out);
    metrics_free(metrics);
}

static void judges_health(void **state)
{
    (void)state;
    static const struct {
        struct healthz facts;
        int status;
        const char *line;
    } cases[] = {
        {{.folders = 2}, 200, "healthy"},
        {{.folders = 2, .is_paused = true}, 200, "healthy: paused"},
        {{.folders = 2, .unreadable = 1}, 503, "unhealthy: 1 of 2 folders cannot be read"},
        {{.folders = 2, .unreadable = 1, .blocked = "s3_down"}, 503,
            "unhealthy: blocked (s3_down)"},
        {{.blocked = "s3_down", .is_stuck = true}, 503, "unhealthy: the watch thread hangs"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[HEALTHZ_LINE];
        assert_int_equal(healthz_judge(&cases[i].facts, line), cases[i].status);
        assert_string_equal(line, cases[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_each_step_of_a_job),
        cmocka_unit_test(counts_a_second_attempt_neither_as_queued_nor_as_uploaded_again),
        cmocka_unit_test(times_only_commits_of_what_was_counted),
        cmocka_unit_test(writes_both_formats_and_escapes_labels),
        cmocka_unit_test(judges_health),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
