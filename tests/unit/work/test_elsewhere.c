/* A file that is put away by the file process of its folder, as the worker sees it. */
#include "work/world.h"

#include "closedrop/work/assignment.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
static struct str assigned = STR_INIT(FRAME_MAX);
static int64_t number;
static bool is_unreachable;
static int steps;

static int64_t assign(void *context, const char *folder, const char *bytes, size_t length)
{
    (void)context;
    assert_string_equal(folder, "in");
    if (is_unreachable)
        return 0;
    str_clear(&assigned);
    str_add_bytes(&assigned, bytes, length);
    return ++number;
}

static int setup(void **state)
{
    (void)state;
    const struct world_setting setting = {.folder = NULL};
    number = 0;
    is_unreachable = false;
    world_open(&world, &setting);
    world.worker->assign = assign;
    atomic_store(&world.config->folders[0].is_elsewhere, true);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_close(&world);
    str_release(&assigned);
    return 0;
}

static void next_step(void *context)
{
    (*(int *)context)++;
}

/** As the file process does, and the agent with its answer. */
static void answer(int64_t to)
{
    struct wire wire = {.at = assigned.bytes, .left = assigned.length};
    struct str result = STR_INIT(FRAME_MAX);
    assignment_do(world.config, 0, &wire, next_step, &steps, &result);
    IN_QUEUE(&world, worker_take_result(world.worker, to, result.bytes, result.length));
    str_release(&result);
}

static void expect(int64_t id, enum job_put_away put_away, bool claimed)
{
    struct job *job = world_job(&world, id);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(job->put_away, put_away);
    assert_int_equal(job->claimed, claimed);
    assert_int_equal(job->attempts, 1);
    job_free(job);
}

static void its_file_process_puts_it_away(void **state)
{
    (void)state;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    assert_int_equal(number, 1);
    assert_true(world_has(&world, "a.pdf"));
    answer(1);
    world_run(&world, SECOND_MS);
    expect(id, JOB_PUT_AWAY, false);
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    assert_int_equal(number, 1);
}

static void while_the_folder_is_away_it_waits_and_spends_no_attempt(void **state)
{
    (void)state;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    expect(id, JOB_NOT_PUT_AWAY, true);
    world.folder.healthy = false;
    world_run(&world, HOUR_MS);
    expect(id, JOB_NOT_PUT_AWAY, false);
    assert_int_equal(number, 1);
    world.folder.healthy = true;
    world_run(&world, SECOND_MS);
    assert_int_equal(number, 2);
    answer(1); /* of the process that had hung: nobody waits for it */
    expect(id, JOB_NOT_PUT_AWAY, true);
    answer(2); /* it is found where it is by now */
    world_run(&world, SECOND_MS);
    expect(id, JOB_PUT_AWAY, false);
    assert_true(world_has(&world, "Uploaded/a.pdf"));
}

static void one_whose_result_is_broken_is_assigned_again(void **state)
{
    (void)state;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    IN_QUEUE(&world, worker_take_result(world.worker, 1, "broken", 6));
    world_run(&world, MINUTE_MS);
    assert_int_equal(number, 2);
    expect(id, JOB_NOT_PUT_AWAY, true);
}

static void one_whose_process_cannot_be_reached_is_assigned_later(void **state)
{
    (void)state;
    is_unreachable = true;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    expect(id, JOB_NOT_PUT_AWAY, false);
    is_unreachable = false;
    world_run(&world, MINUTE_MS);
    assert_int_equal(number, 1);
}

static void an_assignment_that_is_broken_has_no_result(void **state)
{
    (void)state;
    struct wire wire = {.at = "broken", .left = 6};
    struct str result = STR_INIT(FRAME_MAX);
    assignment_do(world.config, 0, &wire, next_step, &steps, &result);
    assert_int_equal(result.length, 0);
    str_release(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(its_file_process_puts_it_away, setup, teardown),
        cmocka_unit_test_setup_teardown(
            while_the_folder_is_away_it_waits_and_spends_no_attempt, setup, teardown),
        cmocka_unit_test_setup_teardown(
            one_whose_result_is_broken_is_assigned_again, setup, teardown),
        cmocka_unit_test_setup_teardown(
            one_whose_process_cannot_be_reached_is_assigned_later, setup, teardown),
        cmocka_unit_test_setup_teardown(
            an_assignment_that_is_broken_has_no_result, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
