/* What is written for a file, and when: files that were put away are on disk before the queue says
 * so, by one fsync(2) a directory and turn; and a job's row is written once for each turn. */
#include "closedrop/queue/job_history.h"
#include "work/world.h"

#include <errno.h>

static int synced, failing; /* how often, and the errno if it fails */

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    synced++;
    errno = failing;
    return failing ? -1 : __real_fsync(fd);
}

static int written; /* rows of jobs */

struct store;
void __real_store_put(struct store *store, struct job *job);
void __wrap_store_put(struct store *store, struct job *job);
void __wrap_store_put(struct store *store, struct job *job)
{
    written++;
    __real_store_put(store, job);
}

static struct world world;

static void open_with(const char *folder)
{
    const struct world_setting setting = {folder, NULL, NULL};
    fake_reset(NULL);
    world_open(&world, &setting);
    synced = failing = written = 0;
}

/** Two files that are to be put away in one turn. */
static void wait_for_one_turn(void)
{
    failing = EIO;
    world_drop(&world, "a.pdf", "one");
    world_drop(&world, "b.pdf", "two");
    world_run(&world, 5 * SECOND_MS);
    world_ms += HOUR_MS;
    synced = failing = 0;
}

static void one_write_serves_all_files_of_a_turn(void **state)
{
    (void)state;
    open_with(NULL);
    wait_for_one_turn();
    world_run(&world, MINUTE_MS);
    assert_true(world_has(&world, "Uploaded/a.pdf") && world_has(&world, "Uploaded/b.pdf"));
    assert_int_equal(synced, 1);
    world_close(&world);
}

static void each_directory_is_written(void **state)
{
    (void)state;
    open_with(NULL);
    char *sub = world_path(&world, "sub");
    assert_int_equal(mkdir(sub, 0700), 0);
    free(sub);
    world_drop(&world, "a.pdf", "one");
    world_drop(&world, "sub/b.pdf", "two");
    world_run(&world, MINUTE_MS);
    assert_true(world_has(&world, "Uploaded/a.pdf") && world_has(&world, "Uploaded/sub/b.pdf"));
    assert_int_equal(synced, 2);
    world_close(&world);
}

static void what_is_deleted_counts_too(void **state)
{
    (void)state;
    open_with("after_upload = \"delete\";");
    world_drop(&world, "a.pdf", "one");
    world_drop(&world, "b.pdf", "two");
    world_run(&world, MINUTE_MS);
    assert_false(world_has(&world, "a.pdf") || world_has(&world, "b.pdf"));
    assert_int_equal(synced, 2); /* in a turn each */
    world_close(&world);
}

static void a_row_is_written_when_it_came_was_claimed_done_and_put_away(void **state)
{
    (void)state;
    open_with(NULL);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    struct job *job = world_job(&world, id);
    assert_true(job->uploaded_ms && job->sha256 && job->put_away == JOB_PUT_AWAY);
    job_free(job);
    assert_int_equal(written, 4);
    struct json *history = job_history(world.queue, id);
    assert_non_null(history);
    char *text = json_print(history);
    assert_non_null(strstr(text, "S3 has the whole file"));
    free(text);
    json_free(history);
    world_close(&world);
}

static bool is_put_away(int64_t id)
{
    struct job *job = world_job(&world, id);
    bool is_away = job->put_away == JOB_PUT_AWAY;
    job_free(job);
    return is_away;
}

static void what_cannot_be_written_is_not_put_away_yet(void **state)
{
    (void)state;
    open_with(NULL);
    failing = EIO;
    int64_t first = world_drop(&world, "a.pdf", "one"), second = world_drop(&world, "b.pdf", "two");
    world_run(&world, 5 * SECOND_MS);
    world_expect(&world, first, "done not_put_away");
    world_expect(&world, second, "done not_put_away");
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    assert_false(is_put_away(first) || is_put_away(second));
    failing = 0;
    world_run(&world, MINUTE_MS);
    assert_true(is_put_away(first) && is_put_away(second));
    assert_true(world_has(&world, "Uploaded/a.pdf") && world_has(&world, "Uploaded/b.pdf"));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_write_serves_all_files_of_a_turn),
        cmocka_unit_test(each_directory_is_written),
        cmocka_unit_test(what_is_deleted_counts_too),
        cmocka_unit_test(a_row_is_written_when_it_came_was_claimed_done_and_put_away),
        cmocka_unit_test(what_cannot_be_written_is_not_put_away_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
