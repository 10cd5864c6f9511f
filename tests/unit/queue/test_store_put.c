/** Each field of a job that is written comes back as it was, whatever else has changed with it. */
#include "queue/job_fields.h"
#include "queue/store.h"
#include "queue_fixture.h"

/** A value that differs from the last: names and levels take turns, the rest counts. */
static void change(struct job *job, const struct job_field *field, int round)
{
    char **owned = job_field_owned(job, field);
    char text[32];
    snprintf(text, sizeof(text), "%s %d", field->column, round);
    if (owned)
        assert_int_equal(str_assign(owned, text), 0);
    else if (field->kind == COLUMN_HANDLE)
        job->identity.handle[0] = (unsigned char)(round + 1);
    else
        job_field_set_number(job, field,
            field->kind == COLUMN_FLAG ? round & 1
            : field->count             ? round % field->count
                                       : round);
}

static void assert_same(const struct job *one, const struct job *other)
{
    for (const struct job_field *field = job_fields; field->column; field++) {
        const char *text = job_field_text(one, field), *others = job_field_text(other, field);
        assert_int_equal(job_field_number(one, field), job_field_number(other, field));
        assert_int_equal(text != NULL, others != NULL);
        if (text)
            assert_string_equal(text, others);
    }
    assert_int_equal(one->identity.handle_length, other->identity.handle_length);
    assert_memory_equal(one->identity.handle, other->identity.handle, one->identity.handle_length);
}

static struct job *write_and_read(struct store *store, struct job *job)
{
    store_begin(store);
    store_put(store, job);
    assert_int_equal(store_commit(store), 0);
    struct job *back = store_job(store, QUERY_LOAD, &(struct query){.id = job->id});
    assert_non_null(back);
    assert_same(job, back);
    return back;
}

static struct store *open_in_memory(void)
{
    struct str why = STR_INIT(1000);
    struct store *store = NULL;
    assert_int_equal(store_open(":memory:", true, &store, &why), 0);
    str_release(&why);
    return store;
}

static struct job *new_job(void)
{
    struct job *job = calloc(1, sizeof(*job));
    assert_non_null(job);
    job->identity = file(1);
    for (const struct job_field *field = job_fields; field->column; field++)
        change(job, field, 0);
    return job;
}

/* more different updates than are kept prepared: the last round meets those that were given up */
static void writes_each_field_alone(void **state)
{
    (void)state;
    struct store *store = open_in_memory();
    struct job *job = new_job();
    job_free(write_and_read(store, job));
    for (int round = 1; round < 4; round++)
        for (const struct job_field *field = job_fields; field->column; field++) {
            change(job, field, round);
            job_free(write_and_read(store, job));
        }
    job_free(job);
    store_close(store);
}

static void writes_fields_together(void **state)
{
    (void)state;
    struct store *store = open_in_memory();
    struct job *job = new_job();
    job_free(write_and_read(store, job));
    for (int round = 1; round < 4; round++) {
        for (const struct job_field *field = job_fields; field->column; field++)
            change(job, field, round);
        job_free(write_and_read(store, job));
        job_free(write_and_read(store, job)); /* nothing has changed */
        change(job, job_field_of("rule"), round + 9);
        job_free(write_and_read(store, job)); /* one of those that changed together before */
    }
    job_free(job);
    store_close(store);
}

/* none is not the empty one, nor what was there before */
static void writes_what_is_none_now(void **state)
{
    (void)state;
    struct store *store = open_in_memory();
    struct job *job = new_job();
    job_free(write_and_read(store, job));
    for (const struct job_field *field = job_fields; field->column; field++) {
        char **owned = job_field_owned(job, field);
        if (!owned || owned == &job->folder || owned == &job->path)
            continue;
        assert_int_equal(str_assign(owned, ""), 0);
        job_free(write_and_read(store, job));
        assert_int_equal(str_assign(owned, NULL), 0);
        job_free(write_and_read(store, job));
    }
    job_free(job);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_each_field_alone),
        cmocka_unit_test(writes_fields_together),
        cmocka_unit_test(writes_what_is_none_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
