/**
 * What the content memory costs: a queue of the last format with many jobs is opened, and migrated;
 * then the memory is filled, and asked.
 *
 *     memory DIRECTORY JOBS ENTRIES     e.g. memory /tmp/queue 100000 1000000
 *
 * DIRECTORY must not exist yet. Prints what it took; exit status 1 if anything is lost.
 */
#include "queue/store_sql.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/queue.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LOOKUPS 20000
#define FORMAT 3
#define NOON 1795341600000
#define LEAD "lead_KwD00BYbXCHiPWj68LxFkxaeWuULpZ7awzm6L%" PRId64

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "memory: %s\n", what);
    exit(1);
}

static void make_hash(int64_t number, char hex[DIGEST_SHA256_HEX])
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    struct str out = STR_INIT(DIGEST_SHA256_HEX);
    digest_sha256(&number, sizeof(number), bytes);
    digest_add_hex(&out, bytes, sizeof(bytes));
    memcpy(hex, str_text(&out), DIGEST_SHA256_HEX);
    str_release(&out);
}

static void execute(sqlite3 *database, const char *sql)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(database));
}

/** As the last version made it: jobs that are done, each filed on one of a thousand leads. */
static void make_old_queue(const char *path, int64_t jobs)
{
    static const char insert[] =
        "INSERT INTO job (folder, path, handle, size, mtime_ns, state, filed, due_ms, place, "
        "sha256,"
        " queued_ms, uploaded_ms, done_ms, mark, rule, lead_id, activity, activity_id) VALUES"
        " ('scans', CAST(:path AS BLOB), CAST(:path AS BLOB), 48213, :id, 'done', 1, 1,"
        " CAST('Uploaded/2026-11/' || :path AS BLOB), :sha256, 1, 1, 1795341600000, 'mark', "
        "'by-id',"
        " 'lead_KwD00BYbXCHiPWj68LxFkxaeWuULpZ7awzm6L' || (:id % 1000), 'email', 'acti_' || :path)";
    sqlite3 *database;
    sqlite3_stmt *statement;
    if (sqlite3_open(path, &database) != SQLITE_OK)
        die("the queue cannot be made");
    execute(database, "PRAGMA application_id = 1668051812; PRAGMA journal_mode = WAL; BEGIN");
    for (int i = 0; i < FORMAT; i++)
        execute(database, sql_migrations[i]);
    execute(database, "INSERT INTO number VALUES ('begins', 0); PRAGMA user_version = 3");
    sqlite3_prepare_v2(database, insert, -1, &statement, NULL);
    for (int64_t i = 1; i <= jobs; i++) {
        char hash[DIGEST_SHA256_HEX], name[40];
        make_hash(i, hash);
        snprintf(name, sizeof(name), "scan-%" PRId64 ".pdf", i);
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(statement, 2, i);
        sqlite3_bind_text(statement, 3, hash, -1, SQLITE_TRANSIENT);
        if (sqlite3_step(statement) != SQLITE_DONE)
            die(sqlite3_errmsg(database));
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    execute(database, "COMMIT");
    sqlite3_close(database);
}

static double megabytes(const char *path)
{
    struct stat stat_of;
    return stat(path, &stat_of) == 0 ? (double)stat_of.st_size / 1e6 : 0;
}

static void count_filing(void *context, const struct filing *filing)
{
    *(int64_t *)context += filing->job != 0;
}

static int64_t lookup(struct queue *queue, int64_t number)
{
    char hash[DIGEST_SHA256_HEX], lead[60];
    int64_t found = 0;
    make_hash(number, hash);
    snprintf(lead, sizeof(lead), LEAD, number % 1000);
    queue_filings(queue, hash, ACTIVITY_EMAIL, lead, count_filing, &found);
    if (!found && queue_is_filed_elsewhere(queue, hash, ACTIVITY_EMAIL, lead))
        die("it is on another lead");
    return found;
}

static struct queue *open_queue(const char *directory)
{
    struct queue *queue = NULL;
    struct str why = STR_INIT(1000);
    if (queue_open(directory, true, &queue, &why))
        die(str_text(&why));
    str_release(&why);
    return queue;
}

static void fill(struct queue *queue, int64_t from, int64_t to)
{
    queue_begin(queue);
    for (int64_t i = from; i <= to; i++) {
        char hash[DIGEST_SHA256_HEX], lead[60];
        make_hash(i, hash);
        snprintf(
            lead, sizeof(lead), "lead_KwD00BYbXCHiPWj68LxFkxaeWuULpZ7awzm6L%" PRId64, i % 1000);
        const struct filing filing = {.lead_id = lead, .rule = "by-id", .at_ms = NOON, .job = i};
        queue_remember(queue, hash, ACTIVITY_EMAIL, &filing);
    }
    if (queue_commit(queue) < 0)
        die("the memory cannot be filled");
}

static int compare(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

/** Every other one is there. */
static void measure(struct queue *queue, int64_t entries)
{
    static double took[LOOKUPS];
    srand(1);
    for (size_t i = 0; i < LOOKUPS; i++) {
        int64_t number = 1 + rand() % entries + (i % 2 ? entries : 0);
        double begin = seconds();
        int64_t found = lookup(queue, number);
        took[i] = seconds() - begin;
        if (found != !(i % 2))
            die("an answer is wrong");
    }
    qsort(took, LOOKUPS, sizeof(*took), compare);
    printf("lookup in %" PRId64 ": median %.4f ms, 99 %% %.4f ms, longest %.4f ms\n", entries,
        took[LOOKUPS / 2] * 1e3, took[LOOKUPS * 99 / 100] * 1e3, took[LOOKUPS - 1] * 1e3);
}

int main(int argc, char **argv)
{
    if (argc != 4 || mkdir(argv[1], 0700) < 0)
        die("usage: memory DIRECTORY JOBS ENTRIES");
    int64_t jobs = atoll(argv[2]), entries = atoll(argv[3]);
    char path[4096];
    snprintf(path, sizeof(path), "%s/queue.db", argv[1]);
    make_old_queue(path, jobs);
    double before = megabytes(path), begin = seconds();
    struct queue *queue = open_queue(argv[1]);
    double migrated = seconds() - begin;
    for (int64_t i = 1; i <= jobs; i++)
        if (lookup(queue, i) != 1)
            die("a job that was filed is not remembered");
    queue_close(queue);
    double after = megabytes(path);
    begin = seconds();
    queue = open_queue(argv[1]);
    printf("%" PRId64 " jobs: migrated and checked in %.2f s, %.1f MB before, %.1f MB after; "
           "the next start %.2f s\n",
        jobs, migrated, before, after, seconds() - begin);
    fill(queue, jobs + 1, entries);
    queue_close(queue);
    printf("%" PRId64 " entries: %.0f bytes each\n", entries,
        (megabytes(path) - after) * 1e6 / (double)(entries - jobs));
    begin = seconds();
    queue = open_queue(argv[1]);
    printf("start with %" PRId64 " entries: %.2f s\n", entries, seconds() - begin);
    measure(queue, entries);
    queue_close(queue);
    return 0;
}
