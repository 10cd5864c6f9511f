/**
 * Thousands of bytes that change in a queue of many jobs, one at a time, where nobody sees it: the
 * next start believes the queue, and reads what it is asked for. Every file that the damage may
 * concern must be known as it was, or the read must fail; none may be queued again.
 * Then the slices that cover it are verified.
 *
 *     page of the database ── dbstat ──> a range of its table or index ──> jobs, and their slices
 *
 * Takes minutes. STORE_JOBS (100000) and STORE_FLIPS (2000) in the environment make it smaller.
 */
#include "queue/store_fixture.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/queue/checksum.h"
#include "closedrop/queue/filed_memory.h"
#include "queue/store_end.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define JOBS_A_COMMIT 1000
/** Jobs of a slice (store_verify.c). */
#define SLICE 64
/** Of what is above the leaves, or in no order of jobs: a sample. */
#define SAMPLE 500
/** A start that reads everything takes seconds: so many flips meet one. */
#define EACH_READ_ALL 40
#define LONG_MS (8LL * 24 * 3600 * 1000)

struct page {
    int64_t *ids; /* jobs whose rows it may hold, in `world.orders`; NULL: any */
    int64_t count;
    char name[32]; /* of its table or index */
};

/** A sound queue: what it says, its bytes, and what each page is for. */
struct world {
    const struct place *place;
    int jobs;
    int64_t *sums; /* by ID */
    unsigned char *sound;
    off_t size;
    struct page *pages; /* by their number, from 1 on */
    int64_t *orders[64];
    size_t order_count;
};

static int from_environment(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

/* ---- the queue ---- */

static struct identity file_of(int number)
{
    struct identity identity = {.handle_length = 12, .size = 1000 + number, .mtime_ns = 77};
    for (int i = 0; i < 4; i++)
        identity.handle[i] = (unsigned char)(number >> (24 - 8 * i));
    return identity;
}

/** In the order of the jobs, and evenly spread, as the slices have it. */
static void print_digest(const struct world *world, int number, char hex[65])
{
    uint64_t first = UINT64_MAX / (uint64_t)world->jobs * (uint64_t)number;
    snprintf(hex, 65, "%016llx%048d", (unsigned long long)first, number);
}

static void print_path(int number, char path[40])
{
    snprintf(path, 40, "in/2026/Document %06d.pdf", number);
}

static int64_t add_file(struct queue *queue, int number)
{
    char path[40];
    print_path(number, path);
    return add(queue, path, file_of(number));
}

/** Whether its file is still in the folder. */
static bool stays(int number)
{
    return number % 8 < 5;
}

static void file_it(const struct world *world, struct queue *queue, struct job *job, int number)
{
    char hex[65], text[40];
    print_digest(world, number, hex);
    snprintf(text, sizeof(text), "lead_%06d", number);
    int result = str_assign(&job->sha256, hex) | str_assign(&job->lead_id, text);
    result |= str_assign(&job->rule, "by-lead") | str_assign(&job->token, text);
    assert_int_equal(result, 0);
    job->activity = ACTIVITY_NOTE;
    job->state = JOB_UPLOADED;
    queue_intend(queue, &job, 1, now);
    queue_done(queue, job, "done");
    queue_set_put_away(queue, job, stays(number) ? NULL : "Uploaded/document.pdf", "put away");
}

/** Of eight jobs one waits, one has failed, and six are filed, three of them in place. */
static void make_job(struct world *world, struct queue *queue, int number)
{
    struct job *job = load(queue, add_file(queue, number));
    now += 1000;
    if (number % 8 == 0)
        queue_fail(queue, job, "no_target", "Close has no contact with this address");
    else if (number % 8 > 1)
        file_it(world, queue, job, number);
    job_free(job);
    job = load(queue, number);
    world->sums[number] = checksum_job(job);
    job_free(job);
}

static void tend_all(struct queue *queue)
{
    int64_t wait_ms;
    do {
        begin(queue);
        wait_ms = queue_tend(queue);
        commit(queue);
    } while (wait_ms == 0);
}

static void make_queue(struct world *world)
{
    struct queue *queue = open_at(world->place);
    for (int number = 1; number <= world->jobs;) {
        begin(queue);
        for (int i = 0; i < JOBS_A_COMMIT && number <= world->jobs; i++)
            make_job(world, queue, number++);
        commit(queue);
    }
    tend_all(queue);
    queue_close(queue);
}

/* ---- which jobs a page is about ---- */

static sqlite3_stmt *ask(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(database));
    return statement;
}

static const char *text_of(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

/** How to list jobs in the order of a table or an index; false if it is in no order of jobs. */
static bool print_order(sqlite3 *database, const char *name, struct str *sql)
{
    static const struct {
        const char *table, *job;
    } tables[] = {{"job", "id"}, {"posting", "job"}, {"history", "job"}, {"filing", "job"}};
    sqlite3_stmt *about =
        ask(database, "SELECT tbl_name, ifnull(substr(sql, instr(sql, ' WHERE ') + 7), ''),"
                      " instr(sql, ' WHERE ') > 0 AND type = 'index', type = 'index',"
                      " (SELECT group_concat(name) FROM pragma_index_info(?1))"
                      " FROM sqlite_schema WHERE name = ?1");
    sqlite3_bind_text(about, 1, name, -1, SQLITE_STATIC);
    bool is_there = sqlite3_step(about) == SQLITE_ROW, is_known = false;
    for (size_t i = 0; is_there && i < COUNT(tables); i++) {
        if (strcmp(text_of(about, 0), tables[i].table) != 0)
            continue;
        is_known = true;
        str_printf(sql, "SELECT %s FROM %s", tables[i].job, tables[i].table);
        if (sqlite3_column_int(about, 2))
            str_printf(sql, " WHERE %s", text_of(about, 1));
        if (sqlite3_column_int(about, 3))
            str_printf(sql, " ORDER BY %s, rowid", text_of(about, 4));
    }
    sqlite3_finalize(about);
    return is_known;
}

static int64_t read_order(struct world *world, sqlite3 *database, const char *name)
{
    struct str sql = STR_INIT(4096);
    int64_t count = 0;
    if (print_order(database, name, &sql)) {
        int64_t *ids = calloc((size_t)world->jobs * 8 + 1, sizeof(*ids));
        sqlite3_stmt *rows = ask(database, str_text(&sql));
        assert_non_null(ids);
        while (sqlite3_step(rows) == SQLITE_ROW && count < (int64_t)world->jobs * 8)
            ids[count++] = sqlite3_column_int64(rows, 0);
        sqlite3_finalize(rows);
        assert_true(world->order_count < COUNT(world->orders));
        world->orders[world->order_count++] = ids;
    }
    str_release(&sql);
    return count;
}

/** The pages of one table or index, in its order. Above each leaf of an index there is a row, too.
 */
static void read_pages(struct world *world, sqlite3 *database, const char *name)
{
    int64_t at = 0, count = read_order(world, database, name);
    int64_t *ids = count ? world->orders[world->order_count - 1] : NULL;
    sqlite3_stmt *rows =
        ask(database, "SELECT pageno, pagetype, ncell FROM dbstat WHERE name = ?1 ORDER BY path");
    sqlite3_bind_text(rows, 1, name, -1, SQLITE_STATIC);
    bool is_index =
        strcmp(name, "job") != 0 && strcmp(name, "posting") != 0 && strcmp(name, "history") != 0;
    while (sqlite3_step(rows) == SQLITE_ROW) {
        struct page *page = &world->pages[sqlite3_column_int64(rows, 0)];
        int64_t cells = sqlite3_column_int64(rows, 2);
        snprintf(page->name, sizeof(page->name), "%s", name);
        if (!ids || strcmp(text_of(rows, 1), "leaf") != 0)
            continue;
        int64_t first = at > 0 ? at - 1 : 0;
        int64_t last = at + cells + 2 < count ? at + cells + 2 : count;
        page->ids = ids + (first < count ? first : count);
        page->count = last > first ? last - first : 0;
        at += cells + is_index;
    }
    sqlite3_finalize(rows);
    assert_true(at >= count && at <= count + 1); /* every row was found on its page */
}

static void read_map(struct world *world)
{
    sqlite3 *database;
    assert_int_equal(sqlite3_open(world->place->database, &database), SQLITE_OK);
    sqlite3_stmt *names = ask(database, "SELECT name FROM sqlite_schema WHERE rootpage > 0");
    world->pages = calloc((size_t)(world->size / PAGE) + 1, sizeof(*world->pages));
    assert_non_null(world->pages);
    while (sqlite3_step(names) == SQLITE_ROW)
        read_pages(world, database, text_of(names, 0));
    sqlite3_finalize(names);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

/* ---- a flip ---- */

static void write_at(const struct world *world, off_t at, const void *bytes, size_t length)
{
    CLEANUP(close_fd) int fd = open(world->place->database, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, length, at), length);
}

static unsigned char *map_database(const struct world *world, off_t size)
{
    CLEANUP(close_fd) int fd = open(world->place->database, O_RDWR | O_CLOEXEC);
    assert_int_equal(ftruncate(fd, size), 0);
    unsigned char *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(bytes != MAP_FAILED);
    return bytes;
}

static off_t size_of(const struct world *world)
{
    struct stat stat_;
    assert_int_equal(stat(world->place->database, &stat_), 0);
    return stat_.st_size;
}

/** Its bytes as they were, whatever was done to it since. */
static void restore(const struct world *world)
{
    char log[sizeof(world->place->database) + 8];
    unsigned char *bytes = map_database(world, world->size);
    for (off_t at = 0; at < world->size; at += PAGE)
        if (memcmp(bytes + at, world->sound + at, PAGE) != 0)
            write_at(world, at, world->sound + at, PAGE);
    munmap(bytes, (size_t)world->size);
    snprintf(log, sizeof(log), "%s-wal", world->place->database);
    (void)unlink(log);
    snprintf(log, sizeof(log), "%s-shm", world->place->database);
    (void)unlink(log);
}

static void keep_sound(struct world *world)
{
    world->size = size_of(world);
    unsigned char *bytes = map_database(world, world->size);
    world->sound = malloc((size_t)world->size);
    assert_non_null(world->sound);
    memcpy(world->sound, bytes, (size_t)world->size);
    munmap(bytes, (size_t)world->size);
}

/* ---- what is asked ---- */

static void count_posting(void *context, const char *token, const char *lead_id,
    enum activity_kind activity, int64_t at_ms)
{
    (void)activity, (void)at_ms;
    *(int *)context += strcmp(token, lead_id) == 0;
}

static void count_filing(void *context, const struct filing *filing)
{
    (void)filing;
    ++*(int *)context;
}

/** Whether what was filed is still known: it would be filed again. */
static bool knows_its_filing(const struct world *world, struct queue *queue, int number)
{
    char hex[65], lead[40];
    int filings = 0, postings = 0;
    print_digest(world, number, hex);
    snprintf(lead, sizeof(lead), "lead_%06d", number);
    queue_filings(queue, hex, ACTIVITY_NOTE, lead, count_filing, &filings);
    queue_postings(queue, number, count_posting, &postings);
    return filings == 1 && postings == 1;
}

static bool tells_the_truth(const struct world *world, struct queue *queue, int number)
{
    char path[40];
    struct identity identity = file_of(number);
    print_path(number, path);
    struct job *by_id = queue_load(queue, number);
    struct job *found = queue_find(queue, "scans", &identity, path);
    bool is_true = by_id && checksum_job(by_id) == world->sums[number] && found &&
                   checksum_job(found) == world->sums[number];
    is_true = is_true && (number % 8 <= 1 || knows_its_filing(world, queue, number));
    job_free(by_id);
    job_free(found);
    return is_true && (!stays(number) || add_file(queue, number) == 0);
}

enum answer { GOOD, FAILED, BELIEVED };

/** Each in a transaction of its own: a lie counts only if nothing tells that the read failed. */
static enum answer ask_about(const struct world *world, struct queue *queue, int64_t id)
{
    queue_begin(queue);
    bool is_true = tells_the_truth(world, queue, (int)id);
    return queue_commit(queue) < 0 ? FAILED : is_true ? GOOD : BELIEVED;
}

static int64_t nth_of(const struct world *world, const struct page *page, int64_t nth)
{
    return page->ids ? page->ids[nth] : 1 + nth * (world->jobs - 1) / SAMPLE;
}

static enum answer ask_about_page(
    const struct world *world, struct queue *queue, const struct page *page)
{
    enum answer answer = GOOD;
    int64_t count = page->ids ? page->count : SAMPLE;
    for (int64_t i = 0; answer == GOOD && i < count; i++)
        answer = ask_about(world, queue, nth_of(world, page, i));
    return answer;
}

/** Whether the slice is sound that a job is in. */
static bool verify_slice_of(struct queue *queue, int64_t id)
{
    int64_t after = (id - 1) / SLICE * SLICE;
    queue_begin(queue);
    queue_set_number(queue, "verified", after);
    now += LONG_MS;
    (void)queue_tend(queue);
    return queue_commit(queue) == 0;
}

static bool verify_page(const struct world *world, struct queue *queue, const struct page *page)
{
    int64_t count = page->ids ? page->count : SAMPLE, last = -1;
    bool is_sound = true;
    for (int64_t i = 0; is_sound && i < count; i += page->ids ? 1 : SAMPLE / 10) {
        int64_t id = nth_of(world, page, i);
        if ((id - 1) / SLICE != last)
            is_sound = verify_slice_of(queue, id);
        last = (id - 1) / SLICE;
    }
    return is_sound;
}

/* ---- all of them ---- */

enum outcome { AT_START, WHEN_ASKED, IN_A_SLICE, NEVER, LIED, OUTCOMES };

static enum outcome meet(const struct world *world, const struct page *page, off_t at)
{
    struct queue *queue = NULL;
    enum outcome outcome = AT_START;
    end_note_closed(world->place->database); /* nobody saw it */
    if (try_open(world->place, true, &queue) != 0)
        return AT_START;
    switch (ask_about_page(world, queue, page)) {
    case BELIEVED:
        print_message("byte %lld (%s) was believed\n", (long long)at, page->name);
        outcome = LIED;
        break;
    case FAILED:
        outcome = WHEN_ASKED;
        break;
    case GOOD:
        outcome = verify_page(world, queue, page) ? NEVER : IN_A_SLICE;
        break;
    }
    queue_close(queue);
    return outcome;
}

/** All that is asked is true of the sound queue. */
static void expect_sound(const struct world *world)
{
    struct queue *queue = open_at(world->place);
    for (int number = 1; number <= world->jobs; number++)
        if (ask_about(world, queue, number) != GOOD)
            fail_msg("job %d is not as it was made", number);
    queue_close(queue);
    restore(world);
}

/** The start after damage was found must read everything, and see it. */
static void expect_damaged(const struct world *world)
{
    struct queue *queue = NULL;
    assert_int_equal(try_open(world->place, true, &queue), STORE_DAMAGED);
}

static void flip_one(const struct world *world, off_t at)
{
    unsigned char byte = world->sound[at] ^ (unsigned char)(1U << (rand() % 8));
    write_at(world, at, &byte, 1);
}

static void never_believes_one_of_many_bytes(void **state)
{
    struct world world = {.place = *state, .jobs = from_environment("STORE_JOBS", 100000)};
    int flips = from_environment("STORE_FLIPS", 2000), counts[OUTCOMES] = {0};
    world.sums = calloc((size_t)world.jobs + 1, sizeof(*world.sums));
    assert_non_null(world.sums);
    make_queue(&world);
    keep_sound(&world);
    read_map(&world);
    expect_sound(&world);
    srand(7);
    for (int i = 0; i < flips; i++) {
        off_t at = (off_t)((((uint64_t)rand() << 31) | (uint64_t)rand()) % (uint64_t)world.size);
        const struct page *page = &world.pages[at / PAGE + 1];
        flip_one(&world, at);
        enum outcome outcome = meet(&world, page, at);
        bool is_its_turn = counts[outcome]++ % EACH_READ_ALL == 0;
        if (is_its_turn && outcome < NEVER)
            expect_damaged(&world);
        restore(&world);
    }
    print_message(
        "%d changed bytes of %lld in a queue of %d jobs: %d seen at the start, %d when a file "
        "was asked about, %d by a slice; %d harmed nothing\n",
        flips, (long long)world.size, world.jobs, counts[AT_START], counts[WHEN_ASKED],
        counts[IN_A_SLICE], counts[NEVER]);
    assert_int_equal(counts[LIED], 0);
    assert_true(counts[WHEN_ASKED] > 0 && counts[IN_A_SLICE] > 0);
    for (size_t i = 0; i < world.order_count; i++)
        free(world.orders[i]);
    free(world.pages);
    free(world.sound);
    free(world.sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_DISK(never_believes_one_of_many_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
