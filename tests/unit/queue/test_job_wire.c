/* A job as bytes: every field of the table comes back as it was, and what is cut is broken. */
#include "closedrop/queue/job_wire.h"
#include "queue/job_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct job *full_job(void)
{
    struct job *job = calloc(1, sizeof(*job));
    assert_non_null(job);
    job->id = 17;
    for (const struct job_field *field = job_fields; field->column; field++) {
        char **owned = job_field_owned(job, field);
        if (owned)
            *owned = strdup(field->column);
        else if (field->kind != COLUMN_HANDLE)
            job_field_set_number(job, field, 1);
    }
    memcpy(job->identity.handle, "\0\1\2", 3);
    job->identity.handle_length = 3;
    return job;
}

static void every_field_is_read_as_it_was(void **state)
{
    (void)state;
    struct str bytes = STR_INIT(FRAME_MAX);
    struct job *job = full_job();
    free(job->location);
    job->location = NULL;
    job_to_wire(&bytes, job);
    struct wire wire = {.at = bytes.bytes, .left = bytes.length};
    struct job *read = job_from_wire(&wire);
    assert_non_null(read);
    assert_true(wire_is_read(&wire));
    assert_int_equal(read->id, 17);
    assert_null(read->location);
    assert_true(identity_equal(&read->identity, &job->identity));
    for (const struct job_field *field = job_fields; field->column; field++) {
        char **owned = job_field_owned(read, field);
        if (owned && *owned)
            assert_string_equal(*owned, field->column);
        else if (!owned)
            assert_int_equal(job_field_number(read, field), job_field_number(job, field));
    }
    job_free(read);
    job_free(job);
    str_release(&bytes);
}

static void one_that_is_cut_is_broken(void **state)
{
    (void)state;
    struct str bytes = STR_INIT(FRAME_MAX);
    struct job *job = full_job();
    job_to_wire(&bytes, job);
    for (size_t length = 0; length < bytes.length; length++) {
        struct wire wire = {.at = bytes.bytes, .left = length};
        assert_null(job_from_wire(&wire));
        assert_true(wire.broken);
    }
    job_free(job);
    str_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_read_as_it_was),
        cmocka_unit_test(one_that_is_cut_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
