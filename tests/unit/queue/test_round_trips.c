/** How often a store is asked: what is known beforehand is asked together, however much it is. */
#include "queue/store.h"
#include "queue_fixture.h"

#include "closedrop/queue/notices.h"

/* every call that a driver far away would have to wait for; a lookup is one, whatever is in it */
static int asked;
static bool is_looking_up;

void __real_store_look_up(struct store *, struct lookup *, size_t);
void __wrap_store_look_up(struct store *, struct lookup *, size_t);
void __wrap_store_look_up(struct store *store, struct lookup *lookups, size_t count)
{
    asked += count > 0;
    is_looking_up = true;
    __real_store_look_up(store, lookups, count);
    is_looking_up = false;
}

typedef void take_job(void *context, struct job *job);
void __real_store_jobs(struct store *, enum query_kind, const struct query *, take_job *, void *);
void __wrap_store_jobs(struct store *, enum query_kind, const struct query *, take_job *, void *);
void __wrap_store_jobs(struct store *store, enum query_kind kind, const struct query *query,
    take_job *take, void *context)
{
    asked += !is_looking_up;
    __real_store_jobs(store, kind, query, take, context);
}

typedef void each_row(void *context, const struct row *row);
void __real_store_rows(struct store *, enum query_kind, const struct query *, each_row *, void *);
void __wrap_store_rows(struct store *, enum query_kind, const struct query *, each_row *, void *);
void __wrap_store_rows(struct store *store, enum query_kind kind, const struct query *query,
    each_row *each, void *context)
{
    asked += !is_looking_up;
    __real_store_rows(store, kind, query, each, context);
}

static void asks_for_due_times_once(void **state)
{
    static const char *const folders[] = {"a", "b", "c", "d", "e", "scans"};
    struct queue *queue = *state;
    begin(queue);
    for (size_t i = 0; i < COUNT(folders); i++)
        assert_non_null(queue_due(queue, folders[i]));
    asked = 0;
    for (size_t i = 0; i < COUNT(folders); i++)
        assert_true(next_due(queue, folders[i], LANE_ALL) == INT64_MAX);
    assert_int_equal(asked, 1); /* about all of them together */
    add(queue, "a.pdf", file(1));
    asked = 0;
    for (size_t i = 0; i < COUNT(folders); i++)
        assert_true(next_due(queue, folders[i], LANE_ALL) == (i < 5 ? INT64_MAX : now));
    assert_int_equal(asked, 1); /* about the one that it came to */
    commit(queue);
}

static void claims_with_one_question(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_true(next_due(queue, "scans", LANE_ALL) == now);
    asked = 0;
    struct job *job = claim(queue);
    assert_non_null(job);
    assert_int_equal(asked, 1);
    job_free(job);
    assert_null(claim(queue));
    assert_int_equal(asked, 2); /* whether another one waits where it was */
    commit(queue);
}

static void learns_of_more_folders_than_fit_into_one_question(void **state)
{
    struct queue *queue = *state;
    char name[] = "a";
    begin(queue);
    for (; *name <= 'm'; ++*name)
        assert_non_null(queue_due(queue, name));
    add(queue, "a.pdf", file(1));
    for (*name = 'm'; *name >= 'a'; --*name)
        assert_true(next_due(queue, name, LANE_ALL) == INT64_MAX);
    assert_true(next_due(queue, "scans", LANE_ALL) == now);
    commit(queue);
}

static void asks_once_whether_nothing_is_to_be_told(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    asked = 0;
    for (int i = 0; i < 3; i++)
        assert_false(queue_has_notices(queue));
    assert_int_equal(asked, 1);
    commit(queue);
}

static void knows_many_files_with_two_questions(void **state)
{
    struct queue *queue = *state;
    struct identity identities[SEEN_MAX];
    struct seen seen[SEEN_MAX];
    char paths[SEEN_MAX][12];
    begin(queue);
    for (int i = 0; i < SEEN_MAX; i++) {
        snprintf(paths[i], sizeof(paths[i]), "%d", i);
        identities[i] = file(i + 1);
        seen[i] = (struct seen){
            .folder = "scans", .path = paths[i], .identity = &identities[i], .by_path = true};
        if (i % 2)
            add(queue, paths[i], identities[i]);
    }
    asked = 0;
    assert_int_equal(queue_known(queue, seen, SEEN_MAX), SEEN_MAX);
    assert_int_equal(asked, 2); /* by their handles, by their paths */
    for (int i = 0; i < SEEN_MAX; i++)
        assert_int_equal(seen[i].known, i % 2 ? KNOWN_YES : KNOWN_NOT);
    commit(queue);
}

/* a file that was renamed twice before anybody looked is seen under both names */
static void asks_again_of_a_job_that_an_earlier_answer_changed(void **state)
{
    struct queue *queue = *state;
    const struct identity identity = file(1), other = file(2);
    begin(queue);
    int64_t id = add(queue, "a.pdf", identity);
    struct seen seen[] = {
        {.folder = "scans", .path = "b.pdf", .identity = &identity, .is_one_name = true},
        {.folder = "scans", .path = "x.pdf", .identity = &other, .is_one_name = true},
        {.folder = "scans", .path = "c.pdf", .identity = &identity, .is_one_name = true}};
    assert_int_equal(queue_known(queue, seen, 3), 2);
    assert_int_equal(seen[1].known, KNOWN_NOT);
    assert_int_equal(queue_known(queue, &seen[2], 1), 1);
    assert_int_equal(seen[2].known, KNOWN_YES);
    struct job *job = load(queue, id);
    assert_string_equal(job->path, "c.pdf");
    assert_string_equal(job->queued_path, "a.pdf");
    job_free(job);
    commit(queue);
}

static void adds_a_file_with_one_question_and_its_number(void **state)
{
    struct queue *queue = *state;
    struct arrival arrival = {
        .folder = "scans", .path = "a.pdf", .identity = file(1), .by_path = true};
    begin(queue);
    asked = 0;
    assert_int_equal(queue_add(queue, &arrival), 1);
    assert_int_equal(asked, 2);
    commit(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(asks_for_due_times_once),
        ON_MEMORY(claims_with_one_question),
        ON_MEMORY(learns_of_more_folders_than_fit_into_one_question),
        ON_MEMORY(asks_once_whether_nothing_is_to_be_told),
        ON_MEMORY(knows_many_files_with_two_questions),
        ON_MEMORY(asks_again_of_a_job_that_an_earlier_answer_changed),
        ON_MEMORY(adds_a_file_with_one_question_and_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
