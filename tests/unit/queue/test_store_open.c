/** The store on a real directory: opened, kept over a restart, made by an earlier closedrop. */
#include "store_fixture.h"

#include "queue/store_sql.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- on a real directory ---- */

static void has_an_id_of_its_own_over_a_restart(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    int64_t id = queue_id(queue);
    assert_true(id > 0);
    queue_close(queue);
    queue = open_at(place);
    assert_true(queue_id(queue) == id);
    queue_close(queue);
    queue = NULL;
    assert_int_equal(try_open(place, false, &queue), 0); /* a command's */
    assert_true(queue_id(queue) == id);
    queue_close(queue);
    struct str why = STR_INIT(1000);
    assert_int_equal(queue_open(":memory:", true, &queue, &why), 0);
    assert_true(queue_id(queue) > 0 && queue_id(queue) != id);
    queue_close(queue);
    str_release(&why);
}

static void keeps_all_over_a_restart(void **state)
{
    struct queue *queue = open_at(*state);
    begin(queue);
    int64_t id = add(queue, "in/\xE4 \x01.pdf", file(7));
    struct job *before = claim(queue);
    fill(before);
    queue_advance(queue, before, JOB_UPLOADED, "uploaded");
    queue_fail(queue, before, "code", "message");
    queue_set_put_away(queue, before, "", "gone");
    queue_set_paused(queue, true);
    commit(queue);
    queue_close(queue);

    queue = open_at(*state);
    begin(queue);
    struct job *after = load(queue, id);
    assert_string_equal(after->folder, "scans");
    assert_string_equal(after->path, "in/\xE4 \x01.pdf");
    assert_true(identity_equal(&after->identity, &before->identity));
    assert_int_equal(after->state, JOB_FAILED);
    assert_true(after->put_away);
    assert_string_equal(after->location, ""); /* gone, which is not the same as still there */
    assert_string_equal(after->error_code, "code");
    assert_string_equal(after->error_message, "message");
    assert_string_equal(after->content_type, "A");
    assert_string_equal(after->sha256, "B");
    assert_string_equal(after->md5, "C");
    assert_string_equal(after->download_url, "D");
    assert_string_equal(after->token, "E");
    assert_string_equal(after->rules_digest, "F");
    assert_string_equal(after->rule, "G");
    assert_string_equal(after->group, "H");
    assert_string_equal(after->values, "I");
    assert_string_equal(after->lead_id, "J");
    assert_string_equal(after->contact_id, "K");
    assert_string_equal(after->activity_id, "L");
    assert_string_equal(after->lead_name, "M");
    assert_string_equal(after->contact_name, "N");
    assert_int_equal(after->activity, ACTIVITY_LEAD_FILE);
    assert_true(after->posting == INT64_MAX);
    assert_int_equal(after->verifications, 2);
    assert_true(after->reconcile);
    assert_true(after->queued_ms == before->queued_ms && after->done_ms == before->done_ms);
    assert_true(after->uploaded_ms == 12345);
    assert_int_equal(after->attempts, 1);
    assert_true(queue_is_paused(queue));
    commit(queue);
    job_free(before);
    job_free(after);
    queue_close(queue);
}

static void keeps_nothing_that_was_not_committed(void **state)
{
    make_database(*state);
    struct queue *queue = open_at(*state);
    begin(queue);
    int64_t id = add(queue, "b.pdf", file(200));
    queue_close(queue);
    queue = open_at(*state);
    assert_null(queue_load(queue, id));
    queue_close(queue);
}

static void lets_one_in_at_a_time(void **state)
{
    struct queue *queue = open_at(*state), *second = NULL;
    assert_int_equal(try_open(*state, true, &second), STORE_IN_USE);
    assert_int_equal(try_open(*state, false, &second), STORE_IN_USE);
    assert_null(second);
    pid_t child = fork();
    if (child == 0)
        _exit(try_open(*state, false, &second));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == STORE_IN_USE);
    queue_close(queue);
    queue = open_at(*state);
    queue_close(queue);
}

static void makes_nothing_where_nothing_is(void **state)
{
    const struct place *place = *state;
    struct queue *queue = NULL;
    assert_int_equal(try_open(place, false, &queue), STORE_MISSING);
    assert_int_equal(access(place->directory, F_OK), -1);
    char deep[sizeof(place->directory)];
    snprintf(deep, sizeof(deep), "%s/deep", place->top);
    assert_int_equal(mkdir(deep, 0700), 0);
    assert_int_equal(mkdir(place->directory, 0700), 0);
    assert_int_equal(try_open(place, false, &queue), STORE_MISSING);
    assert_int_equal(rmdir(place->directory), 0); /* still empty */
    assert_null(queue);
}

static void says_so_where_it_cannot_write(void **state)
{
    (void)state;
    struct place place = {.directory = "/dev/null/state"};
    struct queue *queue = NULL;
    assert_int_equal(try_open(&place, true, &queue), STORE_UNWRITABLE);
}

static void is_for_its_owner_alone(void **state)
{
    const struct place *place = *state;
    mode_t before = umask(0);
    make_database(place);
    umask(before);
    struct stat stat_;
    assert_int_equal(stat(place->database, &stat_), 0);
    assert_int_equal(stat_.st_mode & 0777, 0600);
    assert_int_equal(stat(place->directory, &stat_), 0);
    assert_int_equal(stat_.st_mode & 0777, 0700);
}

static void holds_space_back(void **state)
{
    const struct place *place = *state;
    struct queue *queue = open_at(place);
    char ballast[sizeof(place->database)];
    struct stat stat_;
    snprintf(ballast, sizeof(ballast), "%s/ballast", place->directory);
    assert_int_equal(stat(ballast, &stat_), 0);
    assert_true(stat_.st_blocks * 512 >= 1024 * 1024);
    queue_close(queue);
    assert_int_equal(unlink(ballast), 0);
    queue_close(open_at(place));
    assert_int_equal(access(ballast, F_OK), 0); /* the next start makes it again */
}

/* ---- whether another queue was there before ---- */

static enum queue_origin origin_at(const struct place *place)
{
    struct queue *queue = open_at(place);
    enum queue_origin origin = queue_origin(queue);
    queue_close(queue);
    return origin;
}

/** Its origin is `origin`, until it is begun; then it was there. */
static void check_origin(const struct place *place, enum queue_origin origin)
{
    assert_int_equal(origin_at(place), origin);
    assert_int_equal(origin_at(place), origin);
    struct queue *queue = open_at(place);
    begin(queue);
    queue_set_begun(queue);
    commit(queue);
    assert_int_equal(queue_origin(queue), QUEUE_WAS_THERE);
    queue_close(queue);
    assert_int_equal(origin_at(place), QUEUE_WAS_THERE);
}

static void remove_ballast(const struct place *place)
{
    char ballast[sizeof(place->database)];
    snprintf(ballast, sizeof(ballast), "%s/ballast", place->directory);
    assert_int_equal(unlink(ballast), 0);
}

static void knows_when_it_is_new(void **state)
{
    check_origin(*state, QUEUE_IS_NEW);
}

static void knows_by_the_ballast_that_another_was_deleted(void **state)
{
    const struct place *place = *state;
    check_origin(place, QUEUE_IS_NEW);
    assert_int_equal(unlink(place->database), 0);
    check_origin(place, QUEUE_FOLLOWS_ANOTHER);
    assert_int_equal(unlink(place->database), 0);
    remove_ballast(place);
    check_origin(place, QUEUE_IS_NEW);
}

static void knows_by_its_name_that_another_was_set_aside(void **state)
{
    const struct place *place = *state;
    char *aside = NULL;
    check_origin(place, QUEUE_IS_NEW);
    assert_int_equal(queue_set_aside(place->directory, &aside), 0);
    free(aside);
    remove_ballast(place);
    check_origin(place, QUEUE_FOLLOWS_ANOTHER);
}

/* ---- made by an earlier closedrop ---- */

/* ---- what a change costs ---- */

static int count_tables_of_its_own(sqlite3 *database, const char *change)
{
    sqlite3_stmt *explained = NULL;
    CLEANUP(free_text) char *sql = str_format("EXPLAIN %s", change);
    int count = 0;
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &explained, NULL), SQLITE_OK);
    while (sqlite3_step(explained) == SQLITE_ROW)
        if (strcmp((const char *)sqlite3_column_text(explained, 1), "OpenEphemeral") == 0)
            count++;
    sqlite3_finalize(explained);
    return count;
}

static void expect_cheap_changes(const struct place *place)
{
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(count_tables_of_its_own(database,
                         "UPDATE job SET state = 'done', ending = '', held = 1, group_key = 'k'"
                         " WHERE id = 1"),
        0);
    assert_int_equal(sqlite3_exec(database, "UPDATE job SET state = 'lost'", NULL, NULL, NULL),
        SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(database, "UPDATE job SET ending = 'lost'", NULL, NULL, NULL),
        SQLITE_CONSTRAINT);
    sqlite3_close(database);
}

static void changes_a_job_without_tables_of_its_own(void **state)
{
    make_database(*state);
    expect_cheap_changes(*state);
}

/* `status` asks for each of perhaps hundreds of folders */
static void counts_a_folder_without_reading_the_others(void **state)
{
    const struct place *place = *state;
    sqlite3 *database = NULL;
    sqlite3_stmt *plan = NULL;
    CLEANUP(free_text) char *sql = str_format("EXPLAIN QUERY PLAN %s", sql_texts[QUERY_COUNT]);
    make_database(place);
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        if (strstr(step, "SCAN tally") || strstr(step, "SCAN job"))
            fail_msg("%s", step);
    }
    sqlite3_finalize(plan);
    sqlite3_close(database);
}

/* format 1 had no rules: what the first migration makes, with a row in each state */
static void make_format_1(const struct place *place)
{
    static const char *const rows[] = {
        "(1,'scans',CAST('a.pdf' AS BLOB),x'0101',10,77,'queued',0,0,2,5000,NULL,NULL,NULL)",
        "(2,'scans',CAST('b.pdf' AS BLOB),x'0202',11,78,'uploaded',0,0,1,6000,NULL,NULL,'tok')",
        "(3,'scans',CAST('c.pdf' AS BLOB),x'0303',12,79,'done',0,1,1,0,CAST('U/c.pdf' AS "
        "BLOB),NULL,'t3')",
        "(4,'scans',CAST('d.pdf' AS BLOB),x'0404',13,80,'failed',0,1,9,0,CAST('F/d.pdf' AS "
        "BLOB),'s3_refused',NULL)",
        "(5,'scans',CAST('e.pdf' AS BLOB),x'0505',14,81,'uploading',1,0,1,0,NULL,NULL,NULL)",
    };
    sqlite3 *database = NULL;
    struct str sql = STR_INIT(100000);
    queue_close(open_at(place)); /* makes the directory */
    assert_int_equal(unlink(place->database), 0);
    assert_int_equal(sqlite3_open(place->database, &database), SQLITE_OK);
    str_printf(&sql, "%s PRAGMA application_id = %d; PRAGMA user_version = 1;", sql_migrations[0],
        SQL_APPLICATION_ID);
    for (size_t i = 0; i < COUNT(rows); i++)
        str_printf(&sql,
            "INSERT INTO job (id, folder, path, handle, size, mtime_ns, state, in_hand, filed,"
            " attempts, due_ms, place, error_code, token, queued_ms) VALUES %.*s,4000);",
            (int)strlen(rows[i]) - 1, rows[i]);
    str_add(&sql, "INSERT INTO history VALUES (1, 4000, 'queued', 'settled');"
                  "INSERT INTO number VALUES ('paused', 1);");
    if (sqlite3_exec(database, str_text(&sql), NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(database));
    sqlite3_close(database);
    str_release(&sql);
}

static void expect_kept(struct queue *queue)
{
    static const enum job_state states[] = {
        JOB_QUEUED, JOB_UPLOADED, JOB_DONE, JOB_FAILED, JOB_UPLOADING};
    for (size_t i = 0; i < COUNT(states); i++) {
        struct job *job = load(queue, (int64_t)i + 1);
        char path[] = {(char)('a' + i), '.', 'p', 'd', 'f', '\0'};
        assert_string_equal(job->path, path);
        assert_int_equal(job->state, states[i]);
        assert_int_equal(job->identity.size, 10 + i);
        assert_int_equal(job->identity.handle_length, 2);
        assert_int_equal(job->queued_ms, 4000);
        assert_string_equal(job->rules_digest, "");
        assert_null(job->rule);
        assert_null(job->group);
        assert_null(job->values);
        assert_null(job->lead_id);
        assert_null(job->contact_id);
        assert_null(job->activity_id);
        assert_null(job->lead_name);
        assert_int_equal(job->activity, ACTIVITY_NONE);
        assert_int_equal(job->posting, 0);
        assert_int_equal(job->verifications, 0);
        job_free(job);
    }
}

static void add_outcome(
    void *context, const char *folder, enum job_state state, int64_t at_ms, int64_t jobs)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%s %s %d %d ", folder,
        job_state_names[state], (int)at_ms, (int)jobs);
}

static void reads_a_queue_of_format_1(void **state)
{
    make_format_1(*state);
    for (int start = 0; start < 2; start++) { /* once as it was, once as it has become */
        struct queue *queue = open_at(*state);
        struct lines lines = {""};
        expect_kept(queue);
        assert_true(queue_is_paused(queue));
        struct job *job;
        assert_int_equal(queue_list_unclassified(queue, "scans", "digest", &job, 1), 1);
        assert_int_equal(job->id, 1);
        job_free(job);
        expect_postings(queue, 1, "");
        now = 4000;
        queue_history(queue, 1, add_history, &lines);
        now = 1795341600000;
        assert_string_equal(lines.text, "queued: settled\n");
        lines = (struct lines){""};
        queue_list(queue, &(struct job_filter){.folder = "scans", .since_ms = 4000},
            &(struct job_page){.limit = 9}, add_id, &lines);
        queue_list(queue, &(struct job_filter){.name = "d.pdf", .state = "failed"},
            &(struct job_page){.limit = 9}, add_id, &lines);
        assert_string_equal(lines.text, "5 4 3 2 1 4 ");
        struct queue_counts counts;
        queue_count(queue, "scans", &counts);
        for (int state_of = 0; state_of < JOB_STATES; state_of++) /* one each, none attaching */
            assert_int_equal(counts.by_state[state_of], state_of != JOB_ATTACHING);
        lines = (struct lines){""};
        queue_count_outcomes(queue, 0, add_outcome, &lines);
        assert_string_equal(lines.text, "scans done 0 1 scans failed 0 1 ");
        queue_close(queue);
    }
    struct queue *queue = open_at(*state);
    begin(queue);
    assert_int_equal(queue_recover(queue, DOUBT), 1);
    finish_next(queue, "U/b.pdf"); /* and it continues: the uploaded one first */
    expect_retried(queue, (struct job_filter){0}, "1");
    commit(queue);
    queue_close(queue);
    expect_cheap_changes(*state);
}

/* more than SQLite remembers in memory of a change that it may have to undo */
static void changes_thousands_of_jobs_at_once(void **state)
{
    enum { JOBS = 4000 };
    const int64_t year_ms = 365LL * 24 * 3600 * 1000;
    struct queue *queue = open_at(*state);
    char path[256];
    begin(queue);
    now += year_ms;
    for (int i = 0; i < JOBS; i++) {
        snprintf(path, sizeof(path), "%0*d.pdf", (int)sizeof(path) - 10, i); /* fill many pages */
        (void)add(queue, path, file(i));
    }
    now -= year_ms; /* the clock was ahead */
    commit(queue);
    begin(queue);
    assert_int_equal(queue_recover(queue, 0), 0);
    commit(queue);
    struct job *job = load(queue, JOBS);
    assert_true(job->due_ms < now + year_ms);
    job_free(job);
    queue_close(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DISK(has_an_id_of_its_own_over_a_restart),
        ON_DISK(keeps_all_over_a_restart),
        ON_DISK(keeps_nothing_that_was_not_committed),
        ON_DISK(lets_one_in_at_a_time),
        ON_DISK(makes_nothing_where_nothing_is),
        ON_DISK(says_so_where_it_cannot_write),
        ON_DISK(is_for_its_owner_alone),
        ON_DISK(holds_space_back),
        ON_DISK(knows_when_it_is_new),
        ON_DISK(knows_by_the_ballast_that_another_was_deleted),
        ON_DISK(knows_by_its_name_that_another_was_set_aside),
        ON_DISK(changes_a_job_without_tables_of_its_own),
        ON_DISK(counts_a_folder_without_reading_the_others),
        ON_DISK(reads_a_queue_of_format_1),
        ON_DISK(changes_thousands_of_jobs_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
