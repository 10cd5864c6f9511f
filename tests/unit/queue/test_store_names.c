/** The index of names: lists with it are the lists without it, whatever happens to names and times.
 */
#include "store_fixture.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/text.h"
#include "closedrop/queue/prune.h"
#include "closedrop/queue/reading.h"

#include <sqlite3.h>

#define JOBS 1600

static const char *const words[] = {"Scan_", "B\xC3\xA4r", "BA\xCC\x88R", "Rechnung", "rech",
    "nung", ".pdf", ".PDF", "\xE4\xF6", "in/", "2026-11", "\"q\"", " ", "%",
    "\xE4\xB8\xAD\xE6\x96\x87", "a", "b", "\xC3\x9F", "\xF0\x9F\x93\x84", "\xC3\xA9\xA9"};

static const char *const parts[] = {"scan_", "b\xC3\xA4r", "rechnung", "ngre", "pdf", ".pdf", "zzz",
    "in/", "2026-11", "\"q\"", "q\" AND", "\xE4\xB8\xAD\xE6\x96\x87",
    "\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD", "aab", "ab", "\xC3\x9F\xC3\x9F\xC3\x9F",
    "\xF0\x9F\x93\x84\xF0\x9F\x93\x84\xF0\x9F\x93\x84", "%%a", "rechnung.pdf",
    "scan_scan_scan_scan",
    "\xC3\xA9"
    "a\xC3\xA9",
    "b\xC3\xA9"
    "b"};

static void name_one(char path[400], int number)
{
    *path = '\0';
    for (int i = rand() % 5; i >= 0; i--)
        strcat(path, words[rand() % COUNT(words)]);
    sprintf(path + strlen(path), "%d", number);
}

static void add_many(struct queue *queue, int count)
{
    static int number;
    begin(queue);
    for (int i = 0; i < count; i++) {
        char path[400];
        struct identity identity = {.handle_length = 4, .size = 1, .mtime_ns = ++number};
        memcpy(identity.handle, &number, 4);
        name_one(path, number);
        struct arrival arrival = {.folder = rand() % 2 ? "scans" : "fax",
            .path = path,
            .identity = identity,
            .error_code = rand() % 7 ? NULL : "unreadable",
            .error_message = "why"};
        assert_true(queue_add(queue, &arrival) > 0);
        now += rand() % 3;
    }
    commit(queue);
}

static void tend(struct queue *queue)
{
    int64_t wait_ms = 0;
    for (int i = 0; i < 1000 && !wait_ms; i++) {
        begin(queue);
        wait_ms = queue_tend(queue);
        commit(queue);
    }
    assert_true(wait_ms > 0);
}

static int64_t indexed_until(struct queue *queue)
{
    return queue_number(queue, "names_ms");
}

/* ---- what a list must say ---- */

struct expected {
    struct job_filter filter;
    int64_t ids[JOBS * 2];
    size_t count;
};

/* without a part, no index of names is searched: the filter's own order, and what
 * text_contains() says */
static void expect_one(void *context, const struct job *job)
{
    struct expected *expected = context;
    if (text_contains(job->path, expected->filter.match))
        expected->ids[expected->count++] = job->id;
}

struct listed {
    const struct job_filter *filter;
    int64_t ids[JOBS * 2];
    size_t count;
    struct job_page next;
};

static void list_one(void *context, const struct job *job)
{
    struct listed *listed = context;
    listed->ids[listed->count++] = job->id;
    listed->next.at_ms = job_filter_time(listed->filter, job);
    listed->next.id = job->id;
}

static void expect_pages(struct queue *queue, const struct expected *expected, int limit)
{
    static struct listed listed;
    const struct job_filter *filter = &expected->filter;
    size_t before;
    listed = (struct listed){.filter = filter, .next.limit = limit};
    do {
        before = listed.count;
        struct job_page page = listed.next;
        queue_list(queue, filter, &page, list_one, &listed);
    } while (listed.count > before);
    if (listed.count != expected->count ||
        memcmp(listed.ids, expected->ids, listed.count * sizeof(*listed.ids)) != 0)
        fail_msg("\"%s\" in %s, state %s, by %d: %zu, not %zu", filter->match,
            filter->folder ? filter->folder : "all", filter->state ? filter->state : "any", limit,
            listed.count, expected->count);
}

static void expect_same(struct queue *queue, const struct job_filter *filter)
{
    static struct expected expected;
    struct job_filter all = *filter;
    all.match = NULL;
    expected = (struct expected){.filter = *filter};
    queue_list(queue, &all, &(struct job_page){.limit = JOBS * 2}, expect_one, &expected);
    expect_pages(queue, &expected, 60);
    expect_pages(queue, &expected, JOBS * 2);
}

/* each part with one filter, the next time with the next */
static void expect_all_the_same(struct queue *queue)
{
    static size_t turn;
    for (size_t i = 0; i < COUNT(parts); i++) {
        CLEANUP(free_text) char *key = text_key(parts[i]);
        const struct job_filter filters[] = {{.match = key}, {.match = key, .folder = "fax"},
            {.match = key, .state = "failed"}, {.match = key, .state = "queued", .folder = "scans"},
            {.match = key, .since_ms = now - 2000, .until_ms = now - 900},
            {.match = key, .since_ms = now - 2500, .state = "failed", .folder = "fax"}};
        expect_same(queue, &filters[turn++ % COUNT(filters)]);
    }
}

static void lists_the_same_with_it(void **state)
{
    struct queue *queue = open_at(*state);
    srand(7);
    add_many(queue, JOBS);
    expect_all_the_same(queue);
    tend(queue);
    assert_true(indexed_until(queue) > 0 && indexed_until(queue) < now);
    expect_all_the_same(queue);
    queue_close(queue);
    queue = open_at(*state);
    expect_all_the_same(queue);
    queue_close(queue);
}

/* a name that is new, and a time before others, are in it at once */
static void follows_names_and_times(void **state)
{
    struct queue *queue = open_at(*state);
    srand(8);
    add_many(queue, JOBS);
    tend(queue);
    begin(queue);
    for (int i = 1; i < JOBS / 2; i += 17) {
        CLEANUP(job_freep) struct job *job = load(queue, i);
        char path[400];
        name_one(path, i);
        queue_follow(queue, job, path);
    }
    commit(queue);
    now = indexed_until(queue) - 300; /* the clock was set back */
    add_many(queue, 200);
    expect_all_the_same(queue);
    now += JOBS * 3;
    tend(queue);
    expect_all_the_same(queue);
    queue_close(queue);
}

static void execute(const struct place *place, const char *sql)
{
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static const char spoil_it[] =
    "UPDATE name_part_data SET block = x'00000000FFFFFFFFFFFFFFFF' WHERE id = 10";

static struct queue *make_tended(const struct place *place)
{
    struct queue *queue = open_at(place);
    srand(9);
    add_many(queue, JOBS);
    tend(queue);
    return queue;
}

static void is_made_where_it_is_missing(void **state)
{
    struct queue *queue = make_tended(*state);
    assert_true(indexed_until(queue) > 0);
    queue_close(queue);
    execute(*state, "DROP TABLE name_part");
    assert_int_equal(try_open(*state, false, &queue), 0);
    expect_all_the_same(queue);
    queue_close(queue);
    queue = open_at(*state);
    assert_int_equal(indexed_until(queue), 0);
    tend(queue);
    assert_true(indexed_until(queue) > 0);
    expect_all_the_same(queue);
    queue_close(queue);
}

/* one that cannot be read is made again, and until then not asked */
static void mends_itself(void **state)
{
    struct queue *queue = make_tended(*state);
    queue_close(queue);
    execute(*state, spoil_it);
    queue = open_at(*state);
    expect_all_the_same(queue);
    begin(queue);
    queue_tend(queue);
    commit(queue);
    tend(queue);
    assert_true(indexed_until(queue) > 0);
    expect_all_the_same(queue);
    queue_close(queue);
    queue = open_at(*state);
    expect_all_the_same(queue);
    queue_close(queue);
}

/* most are too many to be put in order, and the index finds them all the same */
/* ---- jobs that are gone ---- */

/* done and archived, a day before all that comes later */
static void archive_all(struct queue *queue, int64_t last)
{
    begin(queue);
    for (int64_t id = 1; id <= last; id++) {
        struct job *job = load(queue, id);
        job->state = JOB_UPLOADED;
        queue_done(queue, job, "done");
        queue_set_put_away(queue, job, "Uploaded/a", "moved");
        job_free(job);
    }
    commit(queue);
    now += 24LL * 3600 * 1000;
}

static void forget_before(struct queue *queue, int64_t before_ms)
{
    struct prune_walk walk = {0};
    while (!prune_is_over(&walk)) {
        begin(queue);
        queue_prune(queue, before_ms, false, &walk);
        commit(queue);
    }
}

static int64_t made_of(const struct place *place)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(database,
            "SELECT count(*) FROM name_part WHERE name_part MATCH '\"pdf\"'", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return count;
}

static void is_made_anew_when_most_are_gone(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    add_many(queue, JOBS);
    archive_all(queue, JOBS);
    int64_t then = now;
    add_many(queue, JOBS);
    tend(queue);
    queue_close(queue);
    int64_t before = made_of(place);

    queue = open_at(place);
    forget_before(queue, then);
    tend(queue);
    expect_all_the_same(queue);
    queue_close(queue);
    int64_t after = made_of(place);
    assert_true(after > 0 && after < before / 2);
}

static void is_asked_for_what_most_have(void **state)
{
    struct queue *queue = open_at(*state);
    begin(queue);
    for (int i = 0; i < JOBS; i++, now++) {
        char path[40];
        snprintf(path, sizeof(path), "Scan_%d.pdf", i);
        struct identity identity = {.handle_length = 4, .size = i, .mtime_ns = 1};
        add(queue, path, identity);
    }
    commit(queue);
    tend(queue);
    expect_same(queue, &(struct job_filter){.match = "scan"});
    expect_same(queue, &(struct job_filter){.match = "scan", .state = "queued"});
    expect_same(queue, &(struct job_filter){.match = "scan_17", .state = "queued"});
    queue_close(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DISK(lists_the_same_with_it),
        ON_DISK(follows_names_and_times),
        ON_DISK(is_made_where_it_is_missing),
        ON_DISK(mends_itself),
        ON_DISK(is_made_anew_when_most_are_gone),
        ON_DISK(is_asked_for_what_most_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
