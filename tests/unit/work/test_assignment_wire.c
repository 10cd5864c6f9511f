/* What a file process is to do, and its result: read as it was written, or not at all. */
#include "frame_bytes.h"
#include "work/assignment_wire.h"
#include "work/block_wire.h"
#include "work/failed_directories.h"
#include "work/present.h"

#include "closedrop/base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[] = "scans", path[] = "a.pdf", lead[] = "lead_1", place[] = "Uploaded/a.pdf";
static void an_assignment_is_read_as_it_was(void **state)
{
    (void)state;
    struct job job = {.id = 4, .folder = folder, .path = path};
    struct job other = {.id = 5, .folder = folder, .path = path};
    struct job *held[] = {&other};
    const struct task task = {.stage = STAGE_FINISH,
        .job = &job,
        .other_lead = lead,
        .was_searched = true,
        .kept_sha256 = lead};
    const struct stage_tools tools = {.has_successor = true,
        .root_device = UINT64_MAX,
        .root_inode = 7,
        .held = held,
        .held_count = 1};
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
            assert_string_equal(read.kept_sha256, lead);
            assert_int_equal(read_tools.held_count, 1);
            assert_int_equal(read_tools.held[0]->id, 5);
        }
        free(read.kept_sha256);
        present_free_held(read_tools.held, read_tools.held_count);
        job_free(read.job);
        free(read.other_lead);
    }
}

static const struct identity identity = {
    .handle = {9}, .handle_length = 1, .size = 5, .mtime_ns = -1};

static const struct folder scans = {.name = folder};

/* What a stage with a file says, which is or is not the one that was queued. */
static struct said {
    const char *code, *path, *content_type, *failed_name;
    bool is_other;
} said;

static void add_result(void)
{
    static char changed_path[64], content_type[64], failed_name[64], sidecar[] = "{}";
    snprintf(failed_name, sizeof(failed_name), "%s", said.failed_name);
    snprintf(changed_path, sizeof(changed_path), "%s", said.path);
    snprintf(content_type, sizeof(content_type), "%s", said.content_type);
    struct job job = {.identity = identity, .path = changed_path};
    struct source source = {.before = {.identity = identity, .ctime_ns = 33}};
    struct task task = {.job = &job,
        .outcome_location = place,
        .is_kept = true,
        .absent = 6,
        .failed_names = {.text = {failed_name}, .count = 1},
        .clues = {.are_known = true,
            .content_type = content_type,
            .sidecar = sidecar,
            .sidecar_length = 2},
        .has_upload = true,
        .upload = {.source = &source}};
    source.before.identity.size += said.is_other;
    snprintf(task.upload.content_type, sizeof(task.upload.content_type), "%s", said.content_type);
    struct verdict verdict = verdict_make(VERDICT_RETRY, said.code, "cannot be moved");
    verdict.wait_ms = 99;
    result_add(&bytes, &task, &verdict);
}

static int setup_result(void **state)
{
    said = (struct said){"not_put_away", "a (2).pdf", "application/pdf", "failed scans ab", false};
    return setup(state);
}

static void a_result_is_read_as_it_was_or_changes_nothing(void **state)
{
    (void)state;
    add_result();
    for (size_t left = 0; left <= bytes.length; left++) {
        struct job job = {.path = strdup(path), .location = strdup("Failed/a.pdf")};
        struct task task = {.job = &job, .folder = &scans};
        struct result result;
        struct wire wire = {.at = bytes.bytes, .left = left};
        bool is_read = result_read(&wire, &task, &result);
        assert_int_equal(is_read, left == bytes.length);
        assert_string_equal(job.path, is_read ? "a (2).pdf" : path);
        assert_int_equal(job.identity.size, is_read ? 5 : 0);
        assert_int_equal(!job.location, is_read);
        if (is_read) {
            assert_int_equal(result.verdict.kind, VERDICT_RETRY);
            assert_string_equal(result.verdict.code, "not_put_away");
            assert_string_equal(result.verdict.message, "cannot be moved");
            assert_int_equal(result.verdict.wait_ms, 99);
            assert_string_equal(task.outcome_location, place);
            assert_int_equal(job.identity.mtime_ns, -1);
            assert_int_equal(task.failed_names.count, 1);
            assert_string_equal(task.failed_names.text[0], "failed scans ab");
            assert_true(task.is_kept);
            assert_int_equal(task.absent, 6);
            assert_string_equal(task.clues.content_type, "application/pdf");
            assert_memory_equal(task.clues.sidecar, "{}", 2);
            assert_true(result.has_opened);
            assert_int_equal(result.opened.ctime_ns, 33);
            assert_string_equal(result.content_type, "application/pdf");
        }
        free(job.path);
        free(job.location);
        free(task.outcome_location);
        clues_release(&task.clues);
        failed_names_release(&task.failed_names);
    }
}

static void a_file_that_was_not_brought_back_keeps_the_name_it_got_meanwhile(void **state)
{
    (void)state;
    add_result();
    struct job job = {.path = strdup("renamed.pdf")};
    struct task task = {.job = &job, .folder = &scans};
    struct result result;
    struct wire wire = {.at = bytes.bytes, .left = bytes.length};
    assert_true(result_read(&wire, &task, &result));
    assert_string_equal(job.path, "renamed.pdf");
    clues_release(&task.clues);
    failed_names_release(&task.failed_names);
    free(job.path);
    free(task.outcome_location);
}

static const struct said broken[] = {
    {"key_refused", "a.pdf", "application/pdf", "failed scans ab",
        false}, /* no such stage gives it */
    {"gone", "../a.pdf", "application/pdf", "failed scans ab", false},
    {"gone", "", "application/pdf", "failed scans ab", false},
    {"gone", "a.pdf", "text/plain\r\nX: y", "failed scans ab", false},
    {"gone", "a.pdf", "", "failed scans ab", false},
    {"gone", "a.pdf", "application/pdf", "failed other ab", false},
    {"gone", "a.pdf", "application/pdf", "failed scans ab", true}, /* not what was queued */
};

static void what_cannot_be_is_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++) {
        str_clear(&bytes);
        said = broken[i];
        add_result();
        struct job job = {.id = 1};
        struct task task = {.job = &job, .folder = &scans};
        struct result result;
        struct wire wire = {.at = bytes.bytes, .left = bytes.length};
        assert_false(result_read(&wire, &task, &result));
    }
}

static void a_block_is_read_as_it_was(void **state)
{
    (void)state;
    struct block block = {.run = 3, .offset = 7, .bytes = "abc", .length = 3, .error = 5};
    memset(block.sha256, 'a', sizeof(block.sha256) - 1);
    block_add(&bytes, &block);
    for (size_t left = 0; left <= bytes.length; left++) {
        struct block read;
        struct wire wire = {.at = bytes.bytes, .left = left};
        assert_int_equal(block_read(&wire, &read), left == bytes.length);
        if (left < bytes.length)
            continue;
        assert_true(read.run == 3 && read.offset == 7 && read.length == 3 && read.error == 5);
        assert_memory_equal(read.bytes, "abc", 3);
        assert_string_equal(read.sha256, block.sha256);
        assert_string_equal(read.md5, "");
    }
    *block.md5 = 'a'; /* no digest is that short */
    str_clear(&bytes);
    block_add(&bytes, &block);
    struct wire wire = {.at = bytes.bytes, .left = bytes.length};
    assert_false(block_read(&wire, &block));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_assignment_is_read_as_it_was, setup),
        cmocka_unit_test_setup(a_result_is_read_as_it_was_or_changes_nothing, setup_result),
        cmocka_unit_test_setup(
            a_file_that_was_not_brought_back_keeps_the_name_it_got_meanwhile, setup_result),
        cmocka_unit_test_setup(what_cannot_be_is_broken, setup_result),
        cmocka_unit_test_setup(a_block_is_read_as_it_was, setup),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
