/** How often a store is asked: what is known beforehand is asked together, however much it is. */
#include "queue/store.h"
#include "queue_fixture.h"

/* every call that a driver far away would have to wait for; a lookup is one, whatever is in it */
static int asked;
static bool is_looking_up;

void __real_store_look_up(struct store *, struct lookup *, size_t, bool);
void __wrap_store_look_up(struct store *, struct lookup *, size_t, bool);
void __wrap_store_look_up(struct store *store, struct lookup *lookups, size_t count, bool first)
{
    asked += count > 0;
    is_looking_up = true;
    __real_store_look_up(store, lookups, count, first);
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

#define FOLDERS 12

static const char *const folders[FOLDERS] = {
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "scans"};

static void claims_from_many_folders_with_one_question(void **state)
{
    struct queue *queue = *state;
    struct claimable of[FOLDERS];
    for (size_t i = 0; i < FOLDERS; i++)
        of[i] = (struct claimable){.folder = folders[i], .lanes = LANE_ALL};
    begin(queue);
    add(queue, "a.pdf", file(1));
    asked = 0;
    struct job *job = queue_claim(queue, of, FOLDERS);
    assert_int_equal(asked, 1);
    assert_string_equal(job->folder, "scans");
    job_free(job);
    asked = 0;
    assert_null(queue_claim(queue, of, FOLDERS));
    queue_next_due(queue, of, FOLDERS);
    assert_int_equal(asked, 2);
    commit(queue);
}

static void tells_of_each_when_it_is_due(void **state)
{
    struct queue *queue = *state;
    struct claimable of[3 * FOLDERS]; /* more than fit into one question */
    for (size_t i = 0; i < COUNT(of); i++)
        of[i] = (struct claimable){
            .folder = folders[i % FOLDERS], .lanes = i < FOLDERS ? LANE_ATTACH : LANE_ALL};
    begin(queue);
    add(queue, "a.pdf", file(1));
    queue_next_due(queue, of, COUNT(of));
    for (size_t i = 0; i < COUNT(of); i++)
        assert_true(of[i].due_ms == (i == 23 || i == 35 ? now : INT64_MAX));
    struct job *job = queue_claim(queue, of, COUNT(of));
    assert_non_null(job); /* it is found behind what was asked first */
    job_free(job);
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
        ON_MEMORY(claims_from_many_folders_with_one_question),
        ON_MEMORY(tells_of_each_when_it_is_due),
        ON_MEMORY(knows_many_files_with_two_questions),
        ON_MEMORY(asks_again_of_a_job_that_an_earlier_answer_changed),
        ON_MEMORY(adds_a_file_with_one_question_and_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
