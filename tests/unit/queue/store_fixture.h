/** What the tests of the queue share: a queue on a real directory, which goes with the test. */
#ifndef TESTS_UNIT_QUEUE_STORE_FIXTURE_H
#define TESTS_UNIT_QUEUE_STORE_FIXTURE_H

#include "queue_fixture.h"
#include "scratch.h"

struct place {
    char top[SCRATCH_MAX];
    char directory[SCRATCH_MAX + 16];
    char database[SCRATCH_MAX + 32];
};

static inline int make_place(void **state)
{
    static struct place place;
    clock_source = &own_source;
    if (scratch_make(place.top) < 0)
        return -1;
    snprintf(place.directory, sizeof(place.directory), "%s/deep/state", place.top);
    snprintf(place.database, sizeof(place.database), "%s/queue.db", place.directory);
    *state = &place;
    return 0;
}

static inline int remove_place(void **state)
{
    const struct place *place = *state;
    return scratch_remove(place->top);
}

static inline int try_open(const struct place *place, bool create, struct queue **queue)
{
    struct str why = STR_INIT(1000);
    int problem = queue_open(place->directory, create, queue, &why);
    assert_int_equal(problem != 0, why.length > 0); /* the reason in words */
    str_release(&why);
    return problem;
}

static inline struct queue *open_at(const struct place *place)
{
    struct queue *queue = NULL;
    assert_int_equal(try_open(place, true, &queue), 0);
    return queue;
}

static inline void make_database(const struct place *place)
{
    struct queue *queue = open_at(place);
    begin(queue);
    for (int i = 0; i < 100; i++)
        add(queue, "a.pdf", file(i + 1));
    commit(queue);
    queue_close(queue);
}

static inline void fill(struct job *job)
{
    char **const texts[] = {&job->content_type, &job->sha256, &job->md5, &job->download_url,
        &job->token, &job->rules_digest, &job->rule, &job->group, &job->values, &job->lead_id,
        &job->contact_id, &job->activity_id, &job->lead_name, &job->contact_name, &job->owner,
        &job->told};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[] = {(char)('A' + i), '\0'};
        assert_int_equal(str_assign(texts[i], text), 0);
    }
    job->uploaded_ms = 12345;
    job->activity = ACTIVITY_LEAD_FILE;
    job->posting = INT64_MAX;
    job->verifications = 2;
    job->reconcile = true;
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

#endif
