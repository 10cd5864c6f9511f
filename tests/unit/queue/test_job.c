/* A job's states: their names, and which may follow which. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "queue/job_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* one row a state, one column a state that may follow */
static const char *const moves[JOB_STATES] = {
    /*                  queued uploading uploaded attaching done failed */
    [JOB_QUEUED] = /*    */ "yy...y",
    [JOB_UPLOADING] = /* */ "y.y.yy", /* done: its activity was found, from before it failed */
    [JOB_UPLOADED] = /*  */ "y.yyyy",
    [JOB_ATTACHING] = /* */ "..yyyy",
    [JOB_DONE] = /*      */ "....y.",
    [JOB_FAILED] = /*    */ "y....y",
};

static void moves_as_the_table_says(void **state)
{
    (void)state;
    for (int from = 0; from < JOB_STATES; from++)
        for (int to = 0; to < JOB_STATES; to++)
            if (job_may_move((enum job_state)from, (enum job_state)to) != (moves[from][to] == 'y'))
                fail_msg("%s to %s", job_state_names[from], job_state_names[to]);
}

static void knows_its_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "queued", "uploading", "uploaded", "attaching", "done", "failed"};
    for (int i = 0; i < JOB_STATES; i++) {
        assert_string_equal(job_state_names[i], names[i]);
        assert_int_equal(job_state_from_name(names[i]), i);
    }
    assert_int_equal(job_state_from_name(""), -1);
    assert_int_equal(job_state_from_name("Queued"), -1);
    assert_int_equal(job_state_from_name("queue"), -1);
    for (int i = 0; i < JOB_ENDINGS; i++)
        assert_non_null(job_ending_names[i]);
}

static const struct {
    const char *code;
    int judgement;
} judgements[] = {{NULL, -1}, {"", -1}, {"too_large", -1}, {"links", -1}, {"crashed", -1},
    {"already_filed", 0}, {"cut_off", 1}, {"cut_of", -1}, {"cut_off_", -1}, {"doubtful", 2},
    {"empty", 3}, {"recalled", 4}, {"unclear", 5}};

static void knows_what_a_person_must_judge(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(judgements); i++) {
        char code[20] = "";
        if (judgements[i].code)
            strcpy(code, judgements[i].code);
        const struct job job = {.error_code = judgements[i].code ? code : NULL};
        if (job_judgement(&job) != judgements[i].judgement)
            fail_msg("%s: %d", code, job_judgement(&job));
    }
    for (int i = 1; i < JOB_JUDGED; i++) /* they are listed in this order */
        assert_true(strcmp(job_judged_codes[i - 1], job_judged_codes[i]) < 0);
}

static void frees_what_it_owns(void **state)
{
    (void)state;
    struct job *job = calloc(1, sizeof(*job));
    for (const struct job_field *field = job_fields; field->column; field++) {
        char **owned = job_field_owned(job, field);
        assert_true(!owned || str_assign(owned, "freed with the job") == 0);
    }
    job_freep(&job);
    job_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_as_the_table_says),
        cmocka_unit_test(knows_its_names),
        cmocka_unit_test(knows_what_a_person_must_judge),
        cmocka_unit_test(frees_what_it_owns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
