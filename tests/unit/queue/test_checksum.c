/** What a row's checksum is: as it always was, another with each change, and never none. */
#include "closedrop/base/digest.h"
#include "closedrop/queue/checksum.h"
#include "queue/job_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* the one row in 2^64 whose digest begins with eight zeros */
static bool is_rare_row;
void __real_digest_sha256_end(struct digest_sha256 *digest, uint8_t out[DIGEST_SHA256_SIZE]);
void __wrap_digest_sha256_end(struct digest_sha256 *digest, uint8_t out[DIGEST_SHA256_SIZE]);
void __wrap_digest_sha256_end(struct digest_sha256 *digest, uint8_t out[DIGEST_SHA256_SIZE])
{
    if (is_rare_row)
        memset(out, 0, DIGEST_SHA256_SIZE);
    else
        __real_digest_sha256_end(digest, out);
}

static const struct job job = {
    .folder = (char[]){"scans"}, .path = (char[]){"a.pdf"}, .posting = 7};

static int64_t of_posting(void)
{
    return checksum_posting(7, 1, "token", "lead_1", "email", 1795341600000);
}

static void is_never_none(void **state)
{
    (void)state;
    assert_int_not_equal(checksum_job(&job), CHECKSUM_NONE);
    assert_int_not_equal(of_posting(), CHECKSUM_NONE);
    is_rare_row = true;
    assert_int_not_equal(checksum_job(&job), CHECKSUM_NONE);
    assert_int_not_equal(of_posting(), CHECKSUM_NONE);
    is_rare_row = false;
}

/* rows that are kept somewhere must stay good: what was known of a job by format, and its sum */
static void sums_as_it_always_did(void **state)
{
    (void)state;
    struct job full = {.id = 7,
        .folder = (char[]){"scans"},
        .path = (char[]){"in/a.pdf"},
        .identity = {.handle = "123456789012", .handle_length = 12, .size = 1000, .mtime_ns = 77},
        .state = JOB_FAILED,
        .ending = JOB_DROPPED,
        .claimed = true,
        .suspect = true,
        .put_away = JOB_PUT_AWAY,
        .attempts = 3,
        .crashes = 2,
        .due_ms = 12,
        .location = (char[]){"Failed/a.pdf"},
        .error_code = (char[]){"code"},
        .error_message = (char[]){"message"},
        .content_type = (char[]){"application/pdf"},
        .sha256 = (char[]){"aa"},
        .md5 = (char[]){"bb"},
        .download_url = (char[]){"https://x/"},
        .token = (char[]){"token"},
        .queued_ms = 100,
        .uploaded_ms = 200,
        .done_ms = 300,
        .rule = (char[]){"rule"},
        .group = (char[]){"group"},
        .values = (char[]){"{}"},
        .activity = ACTIVITY_NOTE,
        .lead_id = (char[]){"lead_1"},
        .contact_id = (char[]){"cont_1"},
        .activity_id = (char[]){"acti_1"},
        .posting = 9,
        .verifications = 1,
        .reconcile = true};
    assert_true(checksum_job(&full) == 405344844052244101);
    full.filed_path = (char[]){"in/b.pdf"};
    assert_true(checksum_job(&full) == 7210670962616191687);
    full.held = HELD_BEFORE;
    assert_true(checksum_job(&full) == -1827677669165351592);
    full.rules_digest = (char[]){"abc"};
    full.queued_path = (char[]){"c.pdf"};
    full.approved = true;
    full.entered = 5;
    full.released = true;
    full.closed = 4;
    full.sender = (char[]){"a@example.com"};
    assert_true(checksum_job(&full) == -1110847109796817366);
}

static void changes_with_each_field_but_the_due_time(void **state)
{
    (void)state;
    char text[] = "other";
    const int64_t before = checksum_job(&job);
    for (const struct job_field *field = job_fields; field->column; field++) {
        struct job other = job;
        char **owned = job_field_owned(&other, field);
        if (field->kind == COLUMN_HANDLE)
            other.identity.handle_length++;
        else if (owned)
            *owned = text;
        else
            job_field_set_number(&other, field, job_field_number(&other, field) + 1);
        if ((checksum_job(&other) != before) != (field->since != COLUMN_NOT_SUMMED))
            fail_msg("%s", field->column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_never_none),
        cmocka_unit_test(sums_as_it_always_did),
        cmocka_unit_test(changes_with_each_field_but_the_due_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
