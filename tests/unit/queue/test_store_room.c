/* What removed jobs leave in the file goes back to the disk: a little at a time, or at once by
 * rewriting it. */
#include "store_fixture.h"

#include "closedrop/queue/prune.h"

#include <sqlite3.h>
#include <sys/stat.h>

#define JOBS 2000
#define DAY_MS (24LL * 3600 * 1000)

/* jobs that are archived; the last of them stays */
static void archive_many(struct queue *queue)
{
    begin(queue);
    for (int i = 0; i < JOBS; i++) {
        struct arrival arrival = {.folder = "scans", .path = "a.pdf", .identity = file(i)};
        struct job *job = load(queue, queue_add(queue, &arrival));
        job->state = JOB_UPLOADED;
        queue_done(queue, job, "done");
        queue_set_put_away(queue, job, "Uploaded/a.pdf", "moved");
        job_free(job);
        now += i == JOBS - 2;
    }
    commit(queue);
    now += DAY_MS;
}

static void forget_all(struct queue *queue)
{
    struct prune_walk walk = {0};
    begin(queue);
    while (!prune_is_over(&walk))
        queue_prune(queue, now, false, &walk);
    commit(queue);
}

static int64_t size_of(const struct place *place)
{
    struct stat stat_;
    assert_int_equal(stat(place->database, &stat_), 0);
    return stat_.st_size;
}

/* SQL on a queue that is closed; a number is its answer */
static int64_t answer(const struct place *place, const char *sql)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    int64_t number = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return number;
}

/* as one was made before room could be given back */
static void make_as_before(const struct place *place)
{
    (void)answer(place, "PRAGMA journal_mode = DELETE");
    sqlite3 *database;
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database, "PRAGMA auto_vacuum = NONE; VACUUM", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_int_equal(answer(place, "PRAGMA auto_vacuum"), 0);
}

static void expect_one_left(const struct place *place)
{
    struct queue *queue = open_at(place);
    struct str why = STR_INIT(1000);
    struct queue_counts counts;
    assert_int_equal(queue_check(queue, &why), 0);
    str_release(&why);
    queue_count(queue, NULL, &counts);
    assert_int_equal(counts.by_state[JOB_DONE], 1);
    queue_close(queue);
}

static void gives_a_little_at_a_time(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    archive_many(queue);
    begin(queue);
    assert_false(queue_give_back(queue)); /* there is none */
    commit(queue);
    forget_all(queue);
    queue_close(queue);
    int64_t before = size_of(place);

    queue = open_at(place);
    int steps = 0;
    for (bool has_more = true; has_more; steps++) {
        begin(queue);
        has_more = queue_give_back(queue);
        commit(queue);
    }
    assert_true(steps > 2);
    queue_close(queue);
    assert_true(size_of(place) < before / 2);
    expect_one_left(place);
}

static void keeps_what_new_jobs_will_need(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    begin(queue);
    add(queue, "a.pdf", file(1));
    finish_next(queue, "Uploaded/a.pdf");
    commit(queue);
    now += DAY_MS;
    begin(queue);
    add(queue, "b.pdf", file(2));
    commit(queue);
    forget_all(queue);
    begin(queue);
    assert_false(queue_give_back(queue));
    commit(queue);
    int64_t bytes = -1;
    assert_int_equal(queue_shrink(queue, &bytes), 0);
    assert_int_equal(bytes, 0);
    queue_close(queue);
}

static void gives_all_at_once_also_of_an_old_queue(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    archive_many(queue);
    queue_close(queue);
    make_as_before(place);

    queue = open_at(place);
    forget_all(queue);
    begin(queue);
    assert_false(queue_give_back(queue));
    commit(queue);
    queue_close(queue);
    int64_t before = size_of(place), bytes;

    queue = NULL;
    assert_int_equal(try_open(place, false, &queue), 0); /* a command's */
    assert_int_equal(queue_shrink(queue, &bytes), 0);
    queue_close(queue);
    assert_true(size_of(place) < before / 2);
    assert_true(bytes == before - size_of(place));
    assert_int_equal(answer(place, "PRAGMA auto_vacuum"), 2); /* from now on a little at a time */
    expect_one_left(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DISK(gives_a_little_at_a_time),
        ON_DISK(keeps_what_new_jobs_will_need),
        ON_DISK(gives_all_at_once_also_of_an_old_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
