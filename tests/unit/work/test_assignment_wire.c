/* What a file process is to do, and its result: read as it was written, or not at all. */
#include "frame_bytes.h"
#include "work/assignment_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[] = "scans", path[] = "a.pdf", lead[] = "lead_1", place[] = "Uploaded/a.pdf";
static void an_assignment_is_read_as_it_was(void **state)
{
    (void)state;
    struct job job = {.id = 4, .folder = folder, .path = path};
    const struct task task = {
        .stage = STAGE_FINISH, .job = &job, .other_lead = lead, .was_searched = true};
    const struct stage_tools tools = {
        .has_successor = true, .root_device = UINT64_MAX, .root_inode = 7};
    assignment_add(&bytes, &task, &tools);
    for (size_t left = 0; left <= bytes.length; left++) {
        struct task read = {.stage = STAGE_RESOLVE};
        struct stage_tools read_tools = {.queue = NULL};
        struct wire wire = {.at = bytes.bytes, .left = left};
        bool is_whole = left == bytes.length;
        assert_int_equal(assignment_read(&wire, &read, &read_tools), is_whole);
        if (is_whole) {
            assert_int_equal(read.stage, STAGE_FINISH);
            assert_int_equal(read.job->id, 4);
            assert_string_equal(read.other_lead, lead);
            assert_true(read.was_searched && read_tools.has_successor);
            assert_true(read_tools.root_device == UINT64_MAX);
            assert_int_equal(read_tools.root_inode, 7);
        }
        job_free(read.job);
        free(read.other_lead);
    }
}

static void add_result(const char *code)
{
    struct job job = {.identity = {.handle = {9}, .handle_length = 1, .size = 5, .mtime_ns = -1}};
    const struct task task = {.job = &job, .outcome_location = place};
    struct verdict verdict = verdict_make(VERDICT_RETRY, code, "cannot be moved");
    verdict.wait_ms = 99;
    result_add(&bytes, &task, &verdict);
}

static void a_result_is_read_as_it_was_or_changes_nothing(void **state)
{
    (void)state;
    add_result("not_put_away");
    for (size_t left = 0; left <= bytes.length; left++) {
        struct job job = {.location = strdup("Failed/a.pdf")};
        struct task task = {.job = &job};
        struct verdict verdict;
        struct wire wire = {.at = bytes.bytes, .left = left};
        if (!result_read(&wire, &task, &verdict)) {
            assert_int_not_equal(left, bytes.length);
            assert_string_equal(job.location, "Failed/a.pdf");
            assert_int_equal(job.identity.size, 0);
            free(job.location);
            continue;
        }
        assert_int_equal(left, bytes.length);
        assert_int_equal(verdict.kind, VERDICT_RETRY);
        assert_string_equal(verdict.code, "not_put_away");
        assert_string_equal(verdict.message, "cannot be moved");
        assert_int_equal(verdict.wait_ms, 99);
        assert_null(job.location);
        assert_string_equal(task.outcome_location, place);
        assert_int_equal(job.identity.size, 5);
        assert_int_equal(job.identity.mtime_ns, -1);
        free(task.outcome_location);
    }
}

static void a_code_that_no_such_stage_gives_is_broken(void **state)
{
    (void)state;
    add_result("key_refused");
    struct job job = {.id = 1};
    struct task task = {.job = &job};
    struct verdict verdict;
    struct wire wire = {.at = bytes.bytes, .left = bytes.length};
    assert_false(result_read(&wire, &task, &verdict));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_assignment_is_read_as_it_was, setup),
        cmocka_unit_test_setup(a_result_is_read_as_it_was_or_changes_nothing, setup),
        cmocka_unit_test_setup(a_code_that_no_such_stage_gives_is_broken, setup),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
