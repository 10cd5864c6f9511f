/* The queue: the life of an identity (product.md 2), the verbs, groups, what was posted, what an
 * unclean end leaves, and the store on a real directory. Most run on ":memory:"; the clock is ours.
 */
#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/checksum.h"
#include "closedrop/queue/queue.h"
#include "queue/store_sql.h"
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/** `limits.doubt`: how long an unclear POST waits before it is looked for. */
#define DOUBT 120000

/* ---- the clock ---- */

static int64_t now = 1795341600000;

static int64_t own_clock(void)
{
    return now;
}

static const struct clock_source own_source = {own_clock, own_clock};

/* ---- short words for long calls ---- */

static struct identity file(int number)
{
    struct identity identity = {.handle_length = 12, .size = 1000 + number, .mtime_ns = 77};
    memset(identity.handle, number, identity.handle_length);
    return identity;
}

static int open_queue(void **state)
{
    struct str why = STR_INIT(1000);
    struct queue *queue = NULL;
    clock_source = &own_source;
    int problem = queue_open(":memory:", true, &queue, &why);
    str_release(&why);
    *state = queue;
    return problem;
}

static int close_queue(void **state)
{
    queue_close(*state);
    return 0;
}

static void begin(struct queue *queue)
{
    queue_begin(queue);
}

static void commit(struct queue *queue)
{
    assert_int_equal(queue_commit(queue), 0);
}

static int64_t add(struct queue *queue, const char *path, struct identity identity)
{
    struct arrival arrival = {.folder = "scans", .path = path, .identity = identity};
    return queue_add(queue, &arrival);
}

static enum known known_as(struct queue *queue, const char *folder, struct identity identity,
    const char *path, bool by_path)
{
    const struct seen seen = {folder, path, &identity, by_path, true};
    int64_t job = 0;
    return queue_known(queue, &seen, &job);
}

static enum known known(struct queue *queue, struct identity identity)
{
    return known_as(queue, "scans", identity, "anywhere", false);
}

static struct job *claim(struct queue *queue)
{
    return queue_claim(queue, "scans", LANE_ALL, false);
}

/* for suspects or for the others, whichever comes first */
static int64_t next_due(struct queue *queue, const char *folder, unsigned lanes)
{
    int64_t of_suspects = queue_next_due(queue, folder, lanes, true);
    int64_t of_others = queue_next_due(queue, folder, lanes, false);
    return of_suspects < of_others ? of_suspects : of_others;
}

static struct job *load(struct queue *queue, int64_t id)
{
    struct job *job = store_load(queue_store(queue), id);
    assert_non_null(job);
    return job;
}

/* claim the next job and take it all the way; `location` as for queue_set_put_away() */
static void finish_next(struct queue *queue, const char *location)
{
    struct job *job = claim(queue);
    assert_non_null(job);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    queue_set_put_away(queue, job, location, "put away");
    job_free(job);
}

static void fail_next(struct queue *queue, const char *code, const char *location)
{
    struct job *job = claim(queue);
    assert_non_null(job);
    queue_fail(queue, job, code, "in words");
    if (location)
        queue_set_put_away(queue, job, location, "moved");
    job_free(job);
}

/* ---- the life of an identity ---- */

static void knows_a_file_from_its_job(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    int64_t id = add(queue, "a.pdf", file(1));
    assert_true(id > 0);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    assert_int_equal(add(queue, "a.pdf", file(1)), 0);
    assert_int_equal(add(queue, "renamed.pdf", file(1)), 0);
    assert_int_equal(known(queue, file(2)), KNOWN_NOT);
    struct identity identity = file(1);
    assert_int_equal(known_as(queue, "other", identity, "a.pdf", false), KNOWN_NOT);
    commit(queue);
}

static void is_another_file_when_one_part_differs(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    struct identity other = file(1);
    other.size++;
    assert_int_equal(known(queue, other), KNOWN_NOT);
    other = file(1);
    other.mtime_ns++;
    assert_int_equal(known(queue, other), KNOWN_NOT);
    other = file(1);
    other.handle[3]++;
    assert_int_equal(known(queue, other), KNOWN_NOT);
    commit(queue);
}

static void goes_from_queued_to_done(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    assert_int_equal(job->id, id);
    assert_int_equal(job->state, JOB_UPLOADING);
    assert_true(job->claimed);
    assert_int_equal(job->attempts, 1);
    assert_null(claim(queue)); /* it is claimed */
    assert_int_equal(str_assign(&job->sha256, "5ha"), 0);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    now += 1000;
    queue_done(queue, job, "nothing more to do");
    assert_true(job->claimed);                              /* until it is put away */
    assert_int_equal(known(queue, file(1)), KNOWN_RENAMED); /* its put-away follows it */
    queue_set_put_away(queue, job, "Uploaded/a.pdf", "archived");
    job_free(job);
    commit(queue);

    job = load(queue, id);
    assert_int_equal(job->state, JOB_DONE);
    assert_false(job->claimed);
    assert_true(job->put_away);
    assert_string_equal(job->location, "Uploaded/a.pdf");
    assert_string_equal(job->sha256, "5ha");
    assert_true(job->done_ms == now);
    assert_null(job->error_code);
    job_free(job);
    begin(queue);
    assert_null(claim(queue));
    commit(queue);
}

static void takes_an_archived_file_back_as_a_new_job(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t first = add(queue, "a.pdf", file(1));
    finish_next(queue, "Uploaded/a.pdf");
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    int64_t second = add(queue, "a.pdf", file(1));
    assert_true(second > first);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    commit(queue);
    struct job *job = load(queue, first);
    assert_int_equal(job->state, JOB_DONE);
    job_free(job);
}

static void takes_a_deleted_file_from_a_backup_as_a_new_job(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t first = add(queue, "a.pdf", file(1));
    finish_next(queue, "");
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    assert_true(add(queue, "a.pdf", file(1)) > first);
    commit(queue);
}

static void knows_a_kept_file_while_it_lies_there(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    finish_next(queue, NULL);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    assert_int_equal(add(queue, "a.pdf", file(1)), 0);
    struct identity restored = file(1); /* from a backup: same path, size, mtime */
    memset(restored.handle, 9, restored.handle_length);
    assert_int_equal(known_as(queue, "scans", restored, "a.pdf", true), KNOWN_YES);
    assert_int_equal(known_as(queue, "scans", restored, "a.pdf", false), KNOWN_NOT);
    assert_int_equal(known_as(queue, "scans", restored, "b.pdf", true), KNOWN_NOT);
    assert_int_equal(known_as(queue, "other", restored, "a.pdf", true), KNOWN_NOT);
    restored.mtime_ns++;
    assert_int_equal(known_as(queue, "scans", restored, "a.pdf", true), KNOWN_NOT);
    struct identity rewritten = file(1);
    rewritten.mtime_ns++;
    assert_true(add(queue, "a.pdf", rewritten) > 0);
    commit(queue);
}

static struct identity without_handle(int number)
{
    struct identity identity = file(number);
    identity.handle_length = 0;
    return identity;
}

/* FUSE, SMB: after another mount only path, size and mtime tell that it is the file from before */
static void knows_a_file_without_a_handle_by_its_path(void **state)
{
    struct queue *queue = *state;
    struct identity same = without_handle(1), rewritten = same;
    rewritten.mtime_ns++;
    begin(queue);
    int64_t id = add(queue, "a.pdf", same);
    assert_int_equal(known_as(queue, "scans", same, "a.pdf", false), KNOWN_YES);
    assert_int_equal(known_as(queue, "scans", same, "b.pdf", false), KNOWN_NOT);
    assert_int_equal(known_as(queue, "scans", rewritten, "a.pdf", false), KNOWN_NOT);
    assert_int_equal(add(queue, "a.pdf", same), 0);
    assert_true(add(queue, "b.pdf", same) > id); /* as large and as old: another file */
    commit(queue);
    struct job *job = load(queue, id);
    assert_int_equal(job->identity.handle_length, 0);
    assert_true(identity_equal(&job->identity, &same));
    assert_string_equal(job->path, "a.pdf"); /* it follows no other */
    job_free(job);
}

static void continues_a_failed_job_whose_file_comes_back(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    fail_next(queue, "s3_refused", "Failed/a.pdf");
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    now += 5000;
    assert_int_equal(add(queue, "in/b.pdf", file(1)), id);
    struct identity back = file(1);
    assert_int_equal(known_as(queue, "scans", back, "in/b.pdf", false), KNOWN_YES);
    commit(queue);
    struct job *job = load(queue, id);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_int_equal(job->attempts, 0);
    assert_string_equal(job->path, "in/b.pdf");
    assert_string_equal(job->location, "Failed/a.pdf"); /* where its error text still lies */
    assert_null(job->error_code);
    assert_null(job->error_message);
    assert_false(job->put_away);
    assert_true(job->due_ms <= now);
    job_free(job);
    begin(queue);
    finish_next(queue, "Uploaded/b.pdf"); /* and can be done */
    commit(queue);
}

/* product.md, "Words": with `keep` a file is also the same when path, size and mtime are */
static void continues_by_path_with_the_file_that_lies_there_now(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    fail_next(queue, "s3_refused", "Failed/a.pdf");
    struct arrival restored = {
        .folder = "scans", .path = "a.pdf", .identity = file(1), .by_path = true};
    memset(restored.identity.handle, 9, restored.identity.handle_length);
    assert_int_equal(queue_add(queue, &restored), id);
    commit(queue);
    struct job *job = load(queue, id);
    bool is_that_file = identity_equal(&job->identity, &restored.identity);
    job_free(job);
    assert_true(is_that_file);
}

static void waits_for_a_failed_file_to_be_moved_away(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    fail_next(queue, "s3_refused", NULL);
    assert_int_equal(known_as(queue, "scans", file(1), "a.pdf", false), KNOWN_YES);
    assert_int_equal(add(queue, "a.pdf", file(1)), 0);
    commit(queue);
}

static void believe_a_person_who_brings_back(struct queue *queue, const char *code)
{
    begin(queue);
    struct arrival cut = {.folder = "scans",
        .path = "a.pdf",
        .identity = file(1),
        .error_code = code,
        .error_message = "in words"};
    int64_t id = queue_add(queue, &cut);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    struct job *job = claim(queue);
    assert_int_equal(job->id, id);
    assert_int_equal(job->state, JOB_FAILED);
    assert_string_equal(job->error_code, code);
    assert_int_equal(job->attempts, 0);
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    assert_int_equal(known(queue, file(1)), KNOWN_JUDGED);
    assert_int_equal(add(queue, "a.pdf", file(1)), id);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    finish_next(queue, "Uploaded/a.pdf");
    commit(queue);
}

static void believes_a_person_who_brings_a_cut_off_file_back(void **state)
{
    believe_a_person_who_brings_back(*state, "cut_off");
}

static void believes_a_person_who_brings_an_empty_file_back(void **state)
{
    believe_a_person_who_brings_back(*state, "empty");
}

static void fails_again_what_can_still_not_be_sent(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    struct arrival large = {.folder = "scans",
        .path = "a.pdf",
        .identity = file(1),
        .error_code = "too_large",
        .error_message = "too large"};
    int64_t id = queue_add(queue, &large);
    struct job *job = claim(queue);
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    assert_int_equal(queue_add(queue, &large), id);
    job = claim(queue);
    assert_int_equal(job->state, JOB_FAILED);
    assert_string_equal(job->location, "Failed/a.pdf"); /* for the text that lies there */
    assert_int_equal(known_as(queue, "scans", file(1), "a.pdf", false), KNOWN_YES);
    queue_put_away_later(queue, job, now, "not yet");
    job_free(job);
    assert_int_equal(queue_forget(queue, id, false), QUEUE_NOT_PUT_AWAY); /* nobody would find it */
    assert_int_equal(queue_forget(queue, id, true), QUEUE_OK);            /* its folder is gone */
    assert_int_equal(known(queue, file(1)), KNOWN_YES);                   /* left alone there */
    commit(queue);
}

static void supersedes_a_waiting_job_whose_file_was_rewritten(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t old = add(queue, "a.pdf", file(1));
    int64_t new = add(queue, "a.pdf", file(2));
    assert_true(new > old);
    struct job *job = load(queue, old);
    assert_int_equal(job->ending, JOB_SUPERSEDED);
    job_free(job);
    job = claim(queue);
    assert_int_equal(job->id, new);
    assert_null(claim(queue));
    int64_t third = add(queue, "a.pdf", file(3)); /* the claimed one finds out for itself */
    assert_true(third > new);
    job_free(job);
    job = load(queue, new);
    assert_int_equal(job->ending, JOB_NOT_ENDED);
    job_free(job);
    commit(queue);
}

static bool has_put_away(struct queue *queue, const char *directory, int64_t since_ms)
{
    return store_has_put_away(queue_store(queue), "scans", directory, since_ms, INT64_MAX);
}

static void knows_out_of_which_directories_files_were_put_away(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "in/deep/a.pdf", file(1));
    assert_false(has_put_away(queue, "in", 0));
    finish_next(queue, "Uploaded/in/deep/a.pdf");
    assert_true(has_put_away(queue, "in", now));
    assert_true(has_put_away(queue, "in/deep", now));
    assert_false(has_put_away(queue, "in", now + 1));
    assert_false(has_put_away(queue, "i", 0));
    assert_false(has_put_away(queue, "in/dee", 0));
    assert_false(has_put_away(queue, "in/deep/a.pdf", 0));
    assert_false(store_has_put_away(queue_store(queue), "other", "in", 0, INT64_MAX));
    assert_false(store_has_put_away(queue_store(queue), "scans", "in", 0, now - 1));
    add(queue, "kept/b.pdf", file(2));
    finish_next(queue, NULL);
    assert_false(has_put_away(queue, "kept", 0));
    add(queue, "deleted/c.pdf", file(3));
    finish_next(queue, "");
    assert_true(has_put_away(queue, "deleted", 0));
    add(queue, "bad/d.pdf", file(4));
    struct job *job = claim(queue);
    queue_fail(queue, job, "cut_off", "in words");
    assert_false(has_put_away(queue, "bad", 0)); /* it still lies there */
    queue_set_put_away(queue, job, "Failed/bad/d.pdf", "moved");
    job_free(job);
    assert_true(has_put_away(queue, "bad", 0));
    commit(queue);
}

static void leaves_alone_what_was_forgotten_or_kept(void **state)
{
    struct queue *queue = *state;
    const struct identity identity = file(1);
    const struct seen seen = {"scans", "a.pdf", &identity, false, true};
    bool waits;
    begin(queue);
    assert_false(queue_leaves_alone(queue, &seen, &waits));
    int64_t id = add(queue, "a.pdf", file(1));
    assert_false(queue_leaves_alone(queue, &seen, &waits));
    assert_int_equal(queue_forget(queue, id, false), QUEUE_OK);
    assert_true(queue_leaves_alone(queue, &seen, &waits));
    const struct identity other = file(2);
    const struct seen kept = {"scans", "b.pdf", &other, false, true};
    add(queue, "b.pdf", file(2));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    assert_false(queue_leaves_alone(queue, &kept, &waits));
    queue_set_put_away(queue, job, NULL, "kept");
    job_free(job);
    assert_true(queue_leaves_alone(queue, &kept, &waits));
    commit(queue);
}

static void knows_a_job_that_took_over_a_path(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    struct job *old = load(queue, add(queue, "a.pdf", file(1)));
    add(queue, "b.pdf", file(2));
    assert_false(store_has_successor(queue_store(queue), old));
    struct job *new = load(queue, add(queue, "a.pdf", file(3)));
    assert_true(store_has_successor(queue_store(queue), old));
    assert_false(store_has_successor(queue_store(queue), new));
    job_free(old);
    job_free(new);
    commit(queue);
}

static void leaves_a_forgotten_file_alone_until_it_changes(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    assert_int_equal(queue_forget(queue, id, false), QUEUE_OK);
    assert_null(claim(queue));
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    assert_int_equal(add(queue, "a.pdf", file(1)), 0);
    struct identity changed = file(1);
    changed.mtime_ns++;
    assert_int_equal(known(queue, changed), KNOWN_NOT);
    assert_true(add(queue, "a.pdf", changed) > id);
    assert_int_equal(queue_forget(queue, id, false), QUEUE_NO_SUCH_JOB); /* a second time */
    commit(queue);
}

static void takes_a_forgotten_file_that_lay_in_failed(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    fail_next(queue, "s3_refused", "Failed/a.pdf");
    assert_int_equal(queue_forget(queue, id, false), QUEUE_OK);
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    assert_true(add(queue, "a.pdf", file(1)) > id);
    commit(queue);
}

static void takes_a_dropped_file_anew(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_end(queue, job, JOB_DROPPED, "taken out of the folder");
    job_free(job);
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    assert_true(add(queue, "a.pdf", file(1)) > id);
    commit(queue);
}

/* ---- renamed in the folder ---- */

static enum known seen_at(struct queue *queue, const char *path)
{
    struct identity identity = file(1);
    return known_as(queue, "scans", identity, path, false);
}

static void expect_path(struct queue *queue, int64_t id, const char *path)
{
    struct job *job = load(queue, id);
    char seen[40];
    snprintf(seen, sizeof(seen), "%s", job->path);
    job_free(job);
    assert_string_equal(seen, path);
}

static void follows_a_waiting_file_that_is_renamed(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    assert_int_equal(seen_at(queue, "in/b.pdf"), KNOWN_YES);
    expect_path(queue, id, "in/b.pdf");
    struct job *job = claim(queue);
    assert_string_equal(job->path, "in/b.pdf");
    assert_int_equal(seen_at(queue, "c.pdf"), KNOWN_RENAMED); /* whoever has claimed it is told */
    expect_path(queue, id, "in/b.pdf");
    queue_fail(queue, job, "s3_refused", "in words");
    queue_set_put_away(queue, job, "Failed/b.pdf", "moved");
    job_free(job);
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_OK);
    assert_int_equal(seen_at(queue, "d.pdf"), KNOWN_YES); /* a person was faster */
    expect_path(queue, id, "d.pdf");
    commit(queue);
}

static void leaves_a_file_alone_just_where_it_was_put(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    finish_next(queue, "a (2).pdf"); /* put back under another name */
    assert_int_equal(seen_at(queue, "a (2).pdf"), KNOWN_YES);
    assert_int_equal(add(queue, "a (2).pdf", file(1)), 0);
    assert_int_equal(seen_at(queue, "a.pdf"), KNOWN_NOT);
    commit(queue);
}

struct lines {
    char text[2000];
};

static void add_history(void *context, int64_t at_ms, const char *state, const char *why)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    assert_true(at_ms == now);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%s: %s\n", state, why);
}

/* ---- outcomes ---- */

static void writes_an_outcome_whole(void **state)
{
    struct queue *queue = *state;
    for (int fails = 0; fails < 2; fails++) {
        begin(queue);
        int64_t id = add(queue, "a.pdf", file(fails + 1));
        struct job *job = claim(queue);
        job->suspect = true;
        job->put_away = true;
        int result = str_assign(&job->error_code, "no_answer");
        assert_int_equal(result | str_assign(&job->error_message, "earlier"), 0);
        now += 1000;
        if (fails)
            queue_fail(queue, job, "s3_refused", "in words");
        else
            queue_done(queue, job, "done");
        job_free(job);
        commit(queue);
        job = load(queue, id);
        assert_int_equal(job->state, fails ? JOB_FAILED : JOB_DONE);
        assert_true(job->due_ms == now); /* its file is put away at once */
        assert_true(job->done_ms == now);
        assert_false(job->suspect);
        assert_false(job->put_away);
        assert_int_equal(job->error_code != NULL, fails);
        assert_int_equal(job->error_message != NULL, fails);
        job_free(job);
    }
}

/* also of one that can never be sent, and of a failed job whose file comes back */
static void writes_what_came_with_a_file_into_its_history(void **state)
{
    struct queue *queue = *state;
    struct arrival arrival = {.folder = "scans",
        .path = "a.pdf",
        .identity = file(1),
        .error_code = "cut_off",
        .error_message = "in words",
        .note = "replaced before it was taken"};
    struct lines lines = {""};
    begin(queue);
    int64_t id = queue_add(queue, &arrival);
    struct job *job = claim(queue);
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    arrival.error_code = NULL;
    arrival.note = "replaced once more";
    assert_int_equal(queue_add(queue, &arrival), id);
    commit(queue);
    store_history(queue_store(queue), id, add_history, &lines);
    assert_non_null(
        strstr(lines.text, "queued: settled\nqueued: replaced before it was taken\nfailed: "));
    assert_non_null(
        strstr(lines.text, "queued: brought back into the folder\nqueued: replaced once more\n"));
}

static void keeps_a_claimed_job_when_its_file_moved(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    assert_int_equal(str_assign(&job->path, "b.pdf"), 0);
    job->identity = file(2);
    struct lines lines = {""};
    queue_update(queue, job, "moved back to its place");
    job_free(job);
    commit(queue);
    store_history(queue_store(queue), id, add_history, &lines);
    assert_non_null(strstr(lines.text, "uploading: moved back to its place\n"));
    job = load(queue, id);
    struct identity other = file(2);
    assert_string_equal(job->path, "b.pdf");
    assert_true(identity_equal(&job->identity, &other));
    assert_true(job->claimed);
    assert_int_equal(job->state, JOB_UPLOADING);
    job_free(job);
}

static void knows_why_a_file_is_not_put_away(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    assert_null(queue_not_put_away(queue, job)); /* it has no outcome yet */
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "no rule");
    assert_null(queue_not_put_away(queue, job)); /* it was not tried yet */
    assert_int_equal(str_assign(&job->error_code, "not_put_away"), 0);
    assert_int_equal(str_assign(&job->error_message, "no right"), 0);
    queue_put_away_later(queue, job, now, "no right");
    queue_put_away_later(queue, job, now, NULL); /* no news */
    assert_true(queue_note_once(queue, job, "its new name is another's"));
    assert_false(queue_note_once(queue, job, "its new name is another's"));
    char *why = queue_not_put_away(queue, job);
    assert_string_equal(why, "no right");
    free(why);
    queue_set_put_away(queue, job, "Uploaded/a.pdf", "moved");
    assert_null(queue_not_put_away(queue, job));
    job_free(job);
    commit(queue);
    store_history(queue_store(queue), id, add_history, &lines);
    assert_non_null(strstr(lines.text, "done: no rule\ndone: no right\n"
                                       "done: its new name is another's\ndone: moved\n"));
}

static void ends_a_job_for_good(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    job->suspect = true;
    queue_end(queue, job, JOB_DROPPED, "taken out of the folder");
    job_free(job);
    commit(queue);
    job = load(queue, id);
    assert_int_equal(job->ending, JOB_DROPPED);
    assert_false(job->claimed);
    assert_false(job->suspect); /* nobody waits for it to get through */
    job_free(job);
    assert_int_equal(store_count_claimed(queue_store(queue)), 0);
    assert_int_equal(store_suspects(queue_store(queue)), 0);
}

/* ---- retries ---- */

static const struct {
    const char *name;
    bool counts;
    int attempts;
} retries[] = {
    {"the job's own fault counts", true, 1},
    {"an outage gives the attempt back", false, 0},
};

static void counts_only_what_is_its_own_fault(void **state)
{
    struct queue *queue = *state;
    for (size_t i = 0; i < COUNT(retries); i++) {
        begin(queue);
        int64_t id = add(queue, "a.pdf", file((int)i + 1));
        struct job *job = claim(queue);
        queue_retry(queue, job, now + 60000, retries[i].counts, "later");
        job_free(job);
        assert_null(claim(queue));
        assert_true(next_due(queue, "scans", LANE_ALL) == now + 60000);
        commit(queue);
        job = load(queue, id);
        if (job->attempts != retries[i].attempts || job->state != JOB_QUEUED || job->claimed)
            fail_msg(
                "%s: %d attempts, %s", retries[i].name, job->attempts, job_state_names[job->state]);
        job_free(job);
        now += 60000;
        begin(queue);
        finish_next(queue, "");
        commit(queue);
    }
}

/* the others of a group are taken along without a claim of their own */
static void gives_back_no_attempt_that_was_not_counted(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = load(queue, id);
    queue_retry(queue, job, now, false, "later");
    job_free(job);
    job = load(queue, id);
    assert_int_equal(job->attempts, 0);
    job_free(job);
    commit(queue);
}

static void retries_an_uploaded_job_without_its_bytes(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_retry(queue, job, now, true, "later");
    assert_int_equal(job->state, JOB_UPLOADED);
    job_free(job);
    job = queue_claim(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, false);
    assert_non_null(job);
    assert_int_equal(job->state, JOB_UPLOADED);
    job_free(job);
    commit(queue);
}

static void tries_again_to_put_a_file_away(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    queue_put_away_later(queue, job, now + 5000, "the archive is full");
    job_free(job);
    assert_null(claim(queue));
    assert_true(next_due(queue, "scans", LANE_PUT_AWAY) == now + 5000);
    now += 5000;
    job = queue_claim(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, false);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(job->attempts, 1); /* putting away is no attempt */
    job_free(job);
    commit(queue);
}

static void retries_by_hand_only_what_failed(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    assert_int_equal(queue_retry_by_hand(queue, 4711), QUEUE_NO_SUCH_JOB);
    assert_int_equal(queue_forget(queue, 4711, false), QUEUE_NO_SUCH_JOB);
    int64_t id = add(queue, "a.pdf", file(1));
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_WRONG_STATE);
    struct job *job = claim(queue);
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_JOB_CLAIMED);
    assert_int_equal(queue_forget(queue, id, false), QUEUE_JOB_CLAIMED);
    queue_fail(queue, job, "s3_refused", "in words");
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_JOB_CLAIMED);
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    now += 5000;
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_OK);
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_WRONG_STATE);
    commit(queue);
    job = load(queue, id);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_int_equal(job->attempts, 0);
    assert_null(job->error_code);
    assert_string_equal(job->location, "Failed/a.pdf"); /* from where it is moved back first */
    assert_true(job->due_ms <= now);
    job_free(job);
    begin(queue);
    assert_int_equal(known(queue, file(1)), KNOWN_YES);
    commit(queue);
}

/* what a `retry` of many says, as "QUEUED CODE NUMBER ..." */
static void expect_retried(struct queue *queue, struct failed_filter filter, const char *wanted)
{
    struct retried retried;
    char text[200];
    queue_retry_all(queue, &filter, &retried);
    int length = snprintf(text, sizeof(text), "%d", (int)retried.queued);
    for (int i = 0; i < JOB_JUDGED; i++)
        if (retried.left_out[i])
            length += snprintf(text + length, sizeof(text) - (size_t)length, " %s %d",
                job_judged_codes[i], (int)retried.left_out[i]);
    assert_string_equal(text, wanted);
}

/* a failed job that has been put away */
static int64_t add_failed(
    struct queue *queue, const char *folder, const char *rule, const char *code)
{
    static int number = 100;
    struct arrival arrival = {.folder = folder, .path = "x", .identity = file(++number)};
    int64_t id = queue_add(queue, &arrival);
    struct job *job = queue_claim(queue, folder, LANE_SEND, false);
    assert_non_null(job);
    assert_int_equal(str_assign(&job->rule, rule), 0);
    queue_fail(queue, job, code, "in words");
    queue_set_put_away(queue, job, "Failed/x", "moved");
    job_free(job);
    return id;
}

static void leaves_out_what_a_person_must_judge(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t empty = add_failed(queue, "scans", NULL, "empty");
    add_failed(queue, "scans", NULL, "no_target");
    add_failed(queue, "scans", "r", "unclear");
    add_failed(queue, "scans", NULL, "empty");
    add_failed(queue, "scans", NULL, "cut_off");
    for (int i = 0; i < 2; i++) /* they stay what they are */
        expect_retried(queue, (struct failed_filter){NULL, NULL, NULL},
            i ? "0 cut_off 1 empty 2 unclear 1" : "1 cut_off 1 empty 2 unclear 1");
    expect_retried(queue, (struct failed_filter){.code = "empty"}, "0 empty 2");
    assert_int_equal(queue_retry_by_hand(queue, empty), QUEUE_OK);
    expect_retried(queue, (struct failed_filter){.code = "empty"}, "0 empty 1");
    commit(queue);
}

static void retries_only_what_fits(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add_failed(queue, "scans", "r", "no_target");
    add_failed(queue, "scans", "r", "table");
    add_failed(queue, "scans", NULL, "table");
    add_failed(queue, "faxes", "r", "table");
    add_failed(queue, "faxes", "s", "cut_off");
    expect_retried(queue, (struct failed_filter){.folder = "letters"}, "0");
    expect_retried(queue, (struct failed_filter){.folder = "scan"}, "0");
    expect_retried(queue, (struct failed_filter){.folder = "faxes", .rule = "s"}, "0 cut_off 1");
    expect_retried(queue, (struct failed_filter){"scans", "r", "table"}, "1");
    expect_retried(queue, (struct failed_filter){.folder = "faxes", .code = "no_target"}, "0");
    expect_retried(queue, (struct failed_filter){.code = "table"}, "2");
    expect_retried(queue, (struct failed_filter){.rule = "r"}, "1");
    expect_retried(queue, (struct failed_filter){NULL, NULL, NULL}, "0 cut_off 1");
    commit(queue);
}

static void keeps_in_mind_that_a_file_was_refused_as_a_link(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add_failed(queue, "scans", NULL, "links");
    expect_retried(queue, (struct failed_filter){NULL, NULL, NULL}, "1");
    struct job *job = load(queue, id);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_true(job_has_error(job, "links"));
    assert_string_equal(job->error_message, "in words");
    /* one that is dragged back has been settled: it has one name now */
    struct arrival back = {.folder = "scans", .path = "y", .identity = job->identity};
    job_free(job);
    job = claim(queue);
    queue_fail(queue, job, "links", "in words");
    queue_set_put_away(queue, job, "Failed/x", "moved");
    job_free(job);
    assert_int_equal(queue_add(queue, &back), id);
    job = load(queue, id);
    assert_null(job->error_code);
    assert_null(job->error_message);
    job_free(job);
    commit(queue);
}

static void retries_all_that_failed(void **state)
{
    struct queue *queue = *state;
    enum { MANY = 600 };
    begin(queue);
    for (int i = 0; i < MANY; i++) {
        struct identity identity = file(1);
        identity.mtime_ns = i;
        char path[20];
        snprintf(path, sizeof(path), "%d.pdf", i);
        assert_true(add(queue, path, identity) > 0);
        if (i % 2)
            fail_next(queue, "s3_refused", "Failed/x");
        else
            finish_next(queue, "Uploaded/x");
    }
    expect_retried(queue, (struct failed_filter){NULL, NULL, NULL}, "300");
    expect_retried(queue, (struct failed_filter){NULL, NULL, NULL}, "0");
    commit(queue);
    struct store_counts counts;
    store_count(queue_store(queue), NULL, &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], MANY / 2);
    assert_int_equal(counts.by_state[JOB_FAILED], 0);
}

/* ---- what is claimed ---- */

static void claims_what_is_nearest_its_end_first(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t ids[4];
    struct job *jobs[3];
    for (int i = 0; i < 4; i++) {
        char path[] = {(char)('a' + i), '\0'};
        ids[i] = add(queue, path, file(i + 1));
        now++;
    }
    for (int i = 0; i < 3; i++) {
        jobs[i] = claim(queue);
        assert_int_equal(jobs[i]->id, ids[i]); /* in the order they came */
    }
    queue_retry(queue, jobs[0], now, true, "later");
    queue_advance(queue, jobs[1], JOB_UPLOADED, "uploaded");
    queue_retry(queue, jobs[1], now, true, "later");
    queue_advance(queue, jobs[2], JOB_UPLOADED, "uploaded");
    queue_done(queue, jobs[2], "done");
    queue_put_away_later(queue, jobs[2], now, "later");
    for (int i = 0; i < 3; i++)
        job_free(jobs[i]);

    static const int order[] = {2, 1, 3, 0}; /* to put away, to attach, then by due time */
    for (size_t i = 0; i < COUNT(order); i++) {
        struct job *job = queue_claim(queue, "scans", LANE_ALL, false);
        assert_int_equal(job->id, ids[order[i]]);
        job_free(job);
    }
    assert_null(claim(queue));
    commit(queue);
}

static void sends_nothing_where_nothing_may_be_sent(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_null(queue_claim(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, false));
    assert_null(queue_claim(queue, "other", LANE_ALL, false));
    assert_null(queue_claim(queue, "scans", LANE_ALL, true));
    assert_true(next_due(queue, "scans", LANE_PUT_AWAY) == INT64_MAX);
    assert_true(next_due(queue, "other", LANE_ALL) == INT64_MAX);
    assert_true(next_due(queue, "scans", LANE_ALL) == now);
    struct job *job = claim(queue);
    assert_true(next_due(queue, "scans", LANE_ALL) == INT64_MAX);
    job_free(job);
    commit(queue);
}

/* one job in each state that a claim may take, "done" first; all are due */
static void add_one_in_each_state(struct queue *queue)
{
    static const enum job_state states[] = {
        JOB_DONE, JOB_FAILED, JOB_ATTACHING, JOB_UPLOADED, JOB_QUEUED};
    for (size_t i = 0; i < COUNT(states); i++) {
        struct job *job = load(queue, add(queue, job_state_names[states[i]], file((int)i + 1)));
        job->state = states[i];
        store_update(queue_store(queue), job);
        job_free(job);
    }
}

static const struct {
    const char *name;
    unsigned lanes;
    const char *claimed;
} lanes[] = {
    {"all", LANE_ALL, "done failed attaching uploaded queued "},
    {"file", LANE_PUT_AWAY, "done failed "},
    {"attach", LANE_ATTACH, "attaching uploaded "},
    {"send", LANE_SEND, "queued "},
    {"no sending", LANE_PUT_AWAY | LANE_ATTACH, "done failed attaching uploaded "},
    {"no activities", LANE_PUT_AWAY | LANE_SEND, "done failed queued "},
    {"no filing", LANE_ATTACH | LANE_SEND, "attaching uploaded queued "},
    {"none", 0, ""},
};

static void expect_claims(struct queue *queue, size_t row)
{
    char claimed[100] = "";
    struct job *job;
    add_one_in_each_state(queue);
    bool is_due = next_due(queue, "scans", lanes[row].lanes) == now;
    while ((job = queue_claim(queue, "scans", lanes[row].lanes, false)) != NULL) {
        size_t length = strlen(claimed);
        snprintf(claimed + length, sizeof(claimed) - length, "%s ", job->path);
        job_free(job);
    }
    if (strcmp(claimed, lanes[row].claimed) != 0)
        fail_msg("%s: %s", lanes[row].name, claimed);
    bool is_left = next_due(queue, "scans", lanes[row].lanes) != INT64_MAX;
    if (is_due != (*claimed != '\0') || is_left)
        fail_msg("%s: is due %d, then %d", lanes[row].name, is_due, is_left);
}

static void claims_by_lane_from_the_end_backwards(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lanes); i++) {
        void *queue = NULL;
        assert_int_equal(open_queue(&queue), 0);
        begin(queue);
        expect_claims(queue, i);
        commit(queue);
        close_queue(&queue);
    }
}

static void passes_over_what_is_not_due(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add_one_in_each_state(queue);
    for (int64_t id = 1; id <= 3; id++) { /* done, failed, attaching */
        struct job *job = load(queue, id);
        job->due_ms = now + id;
        store_update(queue_store(queue), job);
        job_free(job);
    }
    struct job *job = claim(queue);
    assert_int_equal(job->state, JOB_UPLOADED);
    assert_int_equal(job->attempts, 1);
    job_free(job);
    assert_true(next_due(queue, "scans", LANE_PUT_AWAY) == now + 1);
    assert_true(next_due(queue, "scans", LANE_ATTACH) == now + 3);
    now += 3;
    job = queue_claim(queue, "scans", LANE_ATTACH, false);
    assert_int_equal(job->state, JOB_ATTACHING); /* stays so: it is to be looked for */
    assert_int_equal(job->attempts, 1);
    assert_true(job->claimed);
    job_free(job);
    commit(queue);
}

static void wakes_what_waits_for_something(void **state)
{
    static const struct {
        const char *name, *code;
        enum job_state state;
        enum job_ending ending;
        bool claimed, wakes;
    } rows[] = {
        {"queued", "table", JOB_QUEUED, JOB_NOT_ENDED, false, true},
        {"uploaded", "table", JOB_UPLOADED, JOB_NOT_ENDED, false, true},
        {"another reason", "no_target", JOB_QUEUED, JOB_NOT_ENDED, false, false},
        {"no reason", NULL, JOB_QUEUED, JOB_NOT_ENDED, false, false},
        {"in hand", "table", JOB_UPLOADED, JOB_NOT_ENDED, true, false},
        {"may have been posted", "table", JOB_ATTACHING, JOB_NOT_ENDED, false, false},
        {"failed", "table", JOB_FAILED, JOB_NOT_ENDED, false, false},
        {"forgotten", "table", JOB_QUEUED, JOB_FORGOTTEN, false, false},
    };
    struct queue *queue = *state;
    begin(queue);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct job *job = load(queue, add(queue, rows[i].name, file((int)i + 1)));
        job->state = rows[i].state;
        job->ending = rows[i].ending;
        job->claimed = rows[i].claimed;
        job->due_ms = JOB_DUE_NEVER;
        assert_int_equal(str_assign(&job->error_code, rows[i].code), 0);
        store_update(queue_store(queue), job);
        job_free(job);
    }
    assert_true(next_due(queue, "scans", LANE_ALL) == JOB_DUE_NEVER);
    assert_null(claim(queue));
    now += 1000;
    queue_wake(queue, "table");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct job *job = load(queue, (int64_t)i + 1);
        if (job->due_ms != (rows[i].wakes ? now : JOB_DUE_NEVER))
            fail_msg("%s: due %lld", rows[i].name, (long long)job->due_ms);
        job_free(job);
    }
    commit(queue);
}

/* the rules of its folder say something else now: what was uploaded is looked up anew */
static void wakes_what_other_rules_have_looked_up(void **state)
{
    static const struct {
        const char *name, *folder, *rules_digest, *rule;
        enum job_state state;
        enum job_ending ending;
        bool claimed, wakes;
    } rows[] = {
        {"by another digest", "scans", "a1", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, true},
        {"by none", "scans", "", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, true},
        {"by this digest", "scans", "b1", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, false},
        {"no rule took it", "scans", "a1", NULL, JOB_UPLOADED, JOB_NOT_ENDED, false, false},
        {"of another folder", "other", "a1", "r", JOB_UPLOADED, JOB_NOT_ENDED, false, false},
        {"in hand", "scans", "a1", "r", JOB_UPLOADED, JOB_NOT_ENDED, true, false},
        {"queued", "scans", "a1", "r", JOB_QUEUED, JOB_NOT_ENDED, false, false},
        {"may have been posted", "scans", "a1", "r", JOB_ATTACHING, JOB_NOT_ENDED, false, false},
        {"failed", "scans", "a1", "r", JOB_FAILED, JOB_NOT_ENDED, false, false},
        {"dropped", "scans", "a1", "r", JOB_UPLOADED, JOB_DROPPED, false, false},
    };
    struct queue *queue = *state;
    begin(queue);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arrival arrival = {
            .folder = rows[i].folder, .path = rows[i].name, .identity = file((int)i + 1)};
        struct job *job = load(queue, queue_add(queue, &arrival));
        int result = str_assign(&job->rules_digest, rows[i].rules_digest);
        assert_int_equal(result | str_assign(&job->rule, rows[i].rule), 0);
        job->state = rows[i].state;
        job->ending = rows[i].ending;
        job->claimed = rows[i].claimed;
        job->due_ms = JOB_DUE_NEVER;
        store_update(queue_store(queue), job);
        job_free(job);
    }
    now += 1000;
    queue_wake_changed(queue, "scans", "b1");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct job *job = load(queue, (int64_t)i + 1);
        if (job->due_ms != (rows[i].wakes ? now : JOB_DUE_NEVER))
            fail_msg("%s: due %lld", rows[i].name, (long long)job->due_ms);
        job_free(job);
    }
    commit(queue);
}

/* ---- sorting by rules ---- */

static const struct {
    const char *name, *folder, *rules_digest;
    enum job_state state;
    enum job_ending ending;
    bool found;
} unsorted[] = {
    {"never sorted", "scans", "", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by an earlier digest", "scans", "a1", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by a later digest", "scans", "c1", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by a longer digest", "scans", "b12", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by a shorter digest", "scans", "b", JOB_QUEUED, JOB_NOT_ENDED, true},
    {"by this digest", "scans", "b1", JOB_QUEUED, JOB_NOT_ENDED, false},
    {"of another folder", "other", "a1", JOB_QUEUED, JOB_NOT_ENDED, false},
    {"of another folder, by a later digest", "other", "c1", JOB_QUEUED, JOB_NOT_ENDED, false},
    {"dropped, by a later digest", "scans", "c1", JOB_QUEUED, JOB_DROPPED, false},
    {"in hand", "scans", "", JOB_UPLOADING, JOB_NOT_ENDED, false},
    {"uploaded", "scans", "a1", JOB_UPLOADED, JOB_NOT_ENDED, false},
    {"attaching", "scans", "a1", JOB_ATTACHING, JOB_NOT_ENDED, false},
    {"done", "scans", "a1", JOB_DONE, JOB_NOT_ENDED, false},
    {"failed", "scans", "", JOB_FAILED, JOB_NOT_ENDED, false},
    {"dropped", "scans", "a1", JOB_QUEUED, JOB_DROPPED, false},
    {"forgotten", "scans", "", JOB_QUEUED, JOB_FORGOTTEN, false},
};

static void add_unsorted(struct queue *queue, size_t row)
{
    struct arrival arrival = {
        .folder = unsorted[row].folder, .path = unsorted[row].name, .identity = file((int)row + 1)};
    struct job *job = load(queue, queue_add(queue, &arrival));
    job->state = unsorted[row].state;
    job->ending = unsorted[row].ending;
    assert_int_equal(str_assign(&job->rules_digest, unsorted[row].rules_digest), 0);
    store_update(queue_store(queue), job);
    job_free(job);
}

static void finds_what_other_rules_have_sorted(void **state)
{
    struct queue *queue = *state;
    bool found[COUNT(unsorted)] = {false};
    struct job *job;
    begin(queue);
    for (size_t i = 0; i < COUNT(unsorted); i++)
        add_unsorted(queue, i);
    while ((job = store_unsorted(queue_store(queue), "scans", "b1")) != NULL) {
        size_t row = (size_t)job->id - 1;
        if (found[row])
            fail_msg("%s: is found again", unsorted[row].name);
        found[row] = true;
        assert_int_equal(str_assign(&job->rules_digest, "b1"), 0);
        queue_sorted(queue, job);
        job_free(job);
    }
    commit(queue);
    for (size_t i = 0; i < COUNT(unsorted); i++)
        if (found[i] != unsorted[i].found)
            fail_msg("%s: found %d", unsorted[i].name, found[i]);
}

static void changes_nothing_else_by_sorting(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = store_unsorted(queue_store(queue), "scans", "b1");
    assert_int_equal(str_assign(&job->rules_digest, "b1"), 0);
    assert_int_equal(str_assign(&job->rule, "fax"), 0);
    assert_int_equal(str_assign(&job->group, "4711"), 0);
    queue_sorted(queue, job);
    job_free(job);
    job = load(queue, id);
    assert_string_equal(job->rules_digest, "b1");
    assert_string_equal(job->rule, "fax");
    assert_string_equal(job->group, "4711");
    assert_int_equal(job->state, JOB_QUEUED);
    assert_int_equal(job->attempts, 0);
    assert_false(job->claimed);
    job_free(job);
    job = claim(queue);
    assert_int_equal(job->id, id);
    job_free(job);
    commit(queue);
    store_history(queue_store(queue), id, add_history, &lines);
    assert_string_equal(lines.text, "queued: settled\nuploading: in hand\n");
}

/* ---- groups ---- */

/* Beside an uploaded job of folder scans, rule r, key k, lead A (and contact C, where `of_contact`)
 * stands another one: whether it belongs to the group, whether the group waits for it, and whether
 * it is taken along when the group goes. */
struct member {
    const char *name, *folder, *rule, *group, *lead_id, *contact_id;
    enum job_state state;
    enum job_ending ending;
    bool claimed;
    const char *error;
    int attempts;
    const char *rules_digest;
    bool of_contact;
    bool belongs;
    int open, failing;
    bool gathered;
};

#define MATE .folder = "scans", .rule = "r", .group = "k", .lead_id = "A"
#define STRANGER .state = JOB_UPLOADED
#define BELONGS .belongs = true

/* a row says what is different: the later initializer wins */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct member members[] = {
    {"uploaded", MATE, .state = JOB_UPLOADED, BELONGS, .gathered = true},
    {"uploaded after an error", MATE, .state = JOB_UPLOADED, .error = "no_answer", BELONGS,
        .gathered = true},
    {"uploaded, in hand", MATE, .state = JOB_UPLOADED, .claimed = true, BELONGS},
    {"queued", MATE, .state = JOB_QUEUED, BELONGS, .open = 1},
    {"queued after an error", MATE, .state = JOB_QUEUED, .error = "no_answer", .attempts = 1,
        BELONGS, .open = 1, .failing = 1},
    {"queued after what was not its fault", MATE, .state = JOB_QUEUED, .error = "s3_refused",
        BELONGS, .open = 1},
    {"uploaded, to be looked up anew", MATE, .lead_id = NULL, .state = JOB_UPLOADED, BELONGS,
        .open = 1},
    {"uploaded, looked up by other rules", MATE, .rules_digest = "old", .state = JOB_UPLOADED,
        BELONGS, .open = 1},
    {"of another lead by other rules", MATE, .rules_digest = "old", .lead_id = "B",
        .state = JOB_UPLOADED, BELONGS, .open = 1},
    {"queued, not looked up yet", MATE, .lead_id = NULL, .state = JOB_QUEUED, BELONGS, .open = 1},
    {"sent just now", MATE, .state = JOB_UPLOADING, .claimed = true, BELONGS, .open = 1},
    {"sent just now, not looked up yet", MATE, .lead_id = NULL, .state = JOB_UPLOADING,
        .claimed = true, BELONGS, .open = 1},
    {"sent once more after an error", MATE, .state = JOB_UPLOADING, .claimed = true,
        .error = "s3_refused", BELONGS, .open = 1},
    {"attached just now", MATE, .state = JOB_ATTACHING, .claimed = true, BELONGS, .open = 1},
    {"may be attached", MATE, .state = JOB_ATTACHING, BELONGS, .open = 1},
    {"of the same contact", MATE, .contact_id = "C", .of_contact = true, .state = JOB_UPLOADED,
        BELONGS, .gathered = true},
    {"of the contact, not looked up yet", MATE, .lead_id = NULL, .of_contact = true,
        .state = JOB_QUEUED, BELONGS, .open = 1},
    {"done", MATE, .state = JOB_DONE},
    {"failed", MATE, .state = JOB_FAILED, .error = "no_target"},
    {"superseded", MATE, .state = JOB_QUEUED, .ending = JOB_SUPERSEDED},
    {"dropped when uploaded", MATE, .state = JOB_UPLOADED, .ending = JOB_DROPPED},
    {"of another folder", MATE, STRANGER, .folder = "other"},
    {"of another rule", MATE, STRANGER, .rule = "s"},
    {"of no rule", MATE, STRANGER, .rule = NULL},
    {"of another key", MATE, STRANGER, .group = "K"},
    {"of no group", MATE, STRANGER, .group = NULL},
    {"of another lead", MATE, STRANGER, .lead_id = "B"},
    {"of a contact of the lead", MATE, STRANGER, .contact_id = "C"},
    {"of the lead itself", MATE, STRANGER, .of_contact = true},
    {"of another contact", MATE, STRANGER, .contact_id = "D", .of_contact = true},
    {"of another key, not looked up yet", MATE, .group = "K", .lead_id = NULL, .state = JOB_QUEUED},
};

#pragma GCC diagnostic pop

static int64_t add_member(
    struct queue *queue, const char *path, int number, const struct member *member)
{
    struct arrival arrival = {.folder = member->folder, .path = path, .identity = file(number)};
    struct job *job = load(queue, queue_add(queue, &arrival));
    int result = str_assign(&job->rule, member->rule);
    result |= str_assign(&job->group, member->group);
    result |= str_assign(&job->lead_id, member->lead_id);
    result |= str_assign(&job->contact_id, member->contact_id);
    result |= str_assign(&job->error_code, member->error);
    result |= str_assign(&job->token, path);
    result |= str_assign(&job->rules_digest, member->rules_digest);
    assert_int_equal(result, 0);
    job->state = member->state;
    job->ending = member->ending;
    job->claimed = member->claimed;
    job->attempts = member->attempts;
    job->activity = ACTIVITY_EMAIL;
    store_update(queue_store(queue), job);
    int64_t id = job->id;
    job_free(job);
    return id;
}

static int64_t add_uploaded(struct queue *queue, const char *path, int number)
{
    static const struct member uploaded = {"uploaded", MATE, .state = JOB_UPLOADED};
    return add_member(queue, path, number, &uploaded);
}

static void check_member(struct queue *queue, const struct member *member)
{
    const struct member first = {"first", MATE, .contact_id = member->of_contact ? "C" : NULL,
        .state = JOB_UPLOADED, .claimed = true};
    struct store_group group;
    struct job *mates[2];
    int64_t began = now;
    struct job *job = load(queue, add_member(queue, "first", 1, &first));
    now += 1000;
    int64_t id = add_member(queue, "other", 2, member);
    now += 1000;
    store_group(queue_store(queue), job, &group);
    if (group.newest_ms != began + (member->belongs ? 1000 : 0))
        fail_msg("%s: the newest is from %lld", member->name, (long long)(group.newest_ms - began));
    if (group.open != member->open || group.failing != member->failing)
        fail_msg("%s: %lld open, %lld failing", member->name, (long long)group.open,
            (long long)group.failing);
    size_t count = store_group_members(queue_store(queue), job, mates, COUNT(mates));
    if (count != member->gathered || (count && mates[0]->id != id))
        fail_msg("%s: %zu gathered", member->name, count);
    if (count)
        job_free(mates[0]);
    store_delay_group(queue_store(queue), job, now + 7000);
    job_free(job);
    job = load(queue, id);
    if ((job->due_ms == now + 7000) != member->gathered)
        fail_msg("%s: due %lld", member->name, (long long)(job->due_ms - now));
    job_free(job);
    job = load(queue, 1); /* the one that is claimed */
    assert_true(job->due_ms == began);
    job_free(job);
}

static void knows_who_is_of_a_group(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(members); i++) {
        void *queue = NULL;
        assert_int_equal(open_queue(&queue), 0);
        begin(queue);
        check_member(queue, &members[i]);
        commit(queue);
        close_queue(&queue);
    }
}

static void gathers_by_path_and_no_more_than_asked_for(void **state)
{
    struct queue *queue = *state;
    static const char *const paths[] = {"c.pdf", "in/a.pdf", "a.pdf", "d.pdf", "b.pdf"};
    struct job *mates[5];
    char seen[100] = "";
    begin(queue);
    for (size_t i = 0; i < COUNT(paths); i++)
        add_uploaded(queue, paths[i], (int)i + 1);
    struct job *job = load(queue, 4);
    size_t count = store_group_members(queue_store(queue), job, mates, COUNT(mates));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s ", mates[i]->path);
        job_free(mates[i]);
    }
    assert_string_equal(seen, "a.pdf b.pdf c.pdf in/a.pdf ");
    count = store_group_members(queue_store(queue), job, mates, 2);
    assert_int_equal(count, 2);
    assert_string_equal(mates[1]->path, "b.pdf");
    job_free(mates[0]);
    job_free(mates[1]);
    assert_int_equal(store_group_members(queue_store(queue), job, mates, 0), 0);
    job_free(job);
    commit(queue);
}

/* ---- what was posted ---- */

static void add_posting(void *context, const char *token, const char *lead_id,
    enum activity_kind activity, int64_t at_ms)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%s %s %s %lld\n", token, lead_id,
        activity_kind_names[activity], (long long)(at_ms - now));
}

static void expect_postings(struct queue *queue, int64_t id, const char *text)
{
    struct lines lines = {""};
    store_postings(queue_store(queue), id, add_posting, &lines);
    assert_string_equal(lines.text, text);
}

/* three uploaded jobs of one group, about to be posted as one activity */
static void intend_three(struct queue *queue, struct job *jobs[3])
{
    static const char *const paths[] = {"a.pdf", "b.pdf", "c.pdf"};
    int64_t ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = add_uploaded(queue, paths[i], i + 1);
    jobs[0] = queue_claim(queue, "scans", LANE_ATTACH, false);
    jobs[0]->verifications = 1; /* of an earlier post */
    assert_int_equal(jobs[0]->id, ids[0]);
    assert_int_equal(store_group_members(queue_store(queue), jobs[0], jobs + 1, 2), 2);
    queue_intend(queue, jobs, 3, clock_wall_ms());
}

static void free_three(struct job *jobs[3])
{
    for (int i = 0; i < 3; i++)
        job_free(jobs[i]);
}

static void intends_one_post_for_a_group(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    commit(queue);
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, jobs[i]->id);
        assert_int_equal(job->state, JOB_ATTACHING);
        assert_true(job->claimed);
        assert_true(job->posting > 0);
        assert_true(job->posting == jobs[0]->posting);
        assert_int_equal(job->verifications, 0);
        job_free(job);
    }
    expect_postings(queue, jobs[0]->id, "a.pdf A email 0\n");
    expect_postings(queue, jobs[2]->id, "c.pdf A email 0\n");
    expect_postings(queue, 4711, "");
    begin(queue);
    assert_null(queue_claim(queue, "scans", LANE_ALL, false));
    commit(queue);
    free_three(jobs);
}

static void gives_each_post_its_own_number(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    struct job *late = load(queue, add_uploaded(queue, "d.pdf", 4));
    struct job *later = load(queue, add_uploaded(queue, "e.pdf", 5));
    queue_intend(queue, &late, 1, clock_wall_ms());
    commit(queue);
    begin(queue);
    for (int i = 0; i < 3; i++)
        queue_done(queue, jobs[i], "done"); /* the highest number is not any job's any more */
    queue_done(queue, late, "done");
    queue_intend(queue, &later, 1, clock_wall_ms());
    commit(queue);
    expect_postings(queue, late->id, "d.pdf A email 0\n");
    assert_int_equal(later->posting, 3);
    free_three(jobs);
    job_free(late);
    job_free(later);
}

/* its lead is asked for what was created there, by each of the tokens */
static void finds_the_others_of_a_post(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3], *others[3];
    begin(queue);
    intend_three(queue, jobs);
    struct job *alone = load(queue, add_uploaded(queue, "d.pdf", 4));
    queue_intend(queue, &alone, 1, clock_wall_ms());
    assert_int_equal(store_by_posting(queue_store(queue), jobs[0], others, 3), 0); /* claimed */
    for (int i = 0; i < 3; i++)
        queue_retry(queue, jobs[i], now, true, "unclear");
    queue_retry(queue, alone, now, true, "unclear");
    assert_int_equal(store_by_posting(queue_store(queue), alone, others, 3), 0);
    assert_int_equal(store_by_posting(queue_store(queue), jobs[1], others, 3), 2);
    assert_int_equal(others[0]->id, jobs[0]->id);
    assert_int_equal(others[1]->id, jobs[2]->id);
    job_free(others[0]);
    job_free(others[1]);
    assert_int_equal(store_by_posting(queue_store(queue), jobs[1], others, 1), 1);
    job_free(others[0]);

    queue_fail(queue, jobs[2], "unclear", "in words"); /* another state: it is not taken along */
    assert_int_equal(store_by_posting(queue_store(queue), jobs[1], others, 3), 1);
    assert_int_equal(others[0]->id, jobs[0]->id);
    job_free(others[0]);
    struct job *ended = load(queue, jobs[0]->id);
    queue_end(queue, ended, JOB_FORGOTTEN, "forgotten by a person");
    assert_int_equal(store_by_posting(queue_store(queue), jobs[1], others, 3), 0);
    job_free(ended);
    queue_withdraw(queue, jobs[0], "was not created");
    queue_withdraw(queue, jobs[1], "was not created");
    assert_int_equal(store_by_posting(queue_store(queue), jobs[1], others, 3), 0); /* no post */
    free_three(jobs);
    job_free(alone);
    commit(queue);
}

static void takes_an_intent_back(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    jobs[0]->verifications = 2;
    queue_withdraw(queue, jobs[0], "was not created");
    commit(queue);
    struct job *job = load(queue, jobs[0]->id);
    assert_int_equal(job->state, JOB_UPLOADED);
    assert_int_equal(job->posting, 0);
    assert_int_equal(job->verifications, 0);
    assert_true(job->claimed);
    job_free(job);
    job = load(queue, jobs[1]->id); /* each speaks for itself */
    assert_int_equal(job->state, JOB_ATTACHING);
    assert_true(job->posting > 0);
    job_free(job);
    expect_postings(queue, jobs[0]->id, "a.pdf A email 0\n"); /* may still come to light */
    store_history(queue_store(queue), jobs[0]->id, add_history, &lines);
    assert_non_null(strstr(lines.text, "attaching: its activity is about to be created\n"
                                       "uploaded: was not created\n"));
    free_three(jobs);
}

static void ends_a_post_when_it_is_done(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    assert_false(store_has_activity(queue_store(queue), "acti_1", NULL));
    int result = str_assign(&jobs[0]->activity_id, "acti_1");
    assert_int_equal(result | str_assign(&jobs[0]->values, "{}"), 0);
    queue_done(queue, jobs[0], "filed");
    assert_true(store_has_activity(queue_store(queue), "acti_1", NULL));
    assert_false(store_has_activity(queue_store(queue), "acti_", NULL));
    commit(queue);
    struct job *job = load(queue, jobs[0]->id);
    assert_int_equal(job->posting, 0);
    assert_string_equal(job->activity_id, "acti_1");
    assert_null(job->values); /* only its activity was made of them */
    assert_string_equal(job->lead_id, "A");
    assert_int_equal(job->state, JOB_DONE);
    job_free(job);
    free_three(jobs);
}

static void counts_each_that_is_tried_again_by_hand(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    for (int i = 0; i < 3; i++) {
        queue_fail(queue, jobs[i], "unclear", "in words");
        queue_set_put_away(queue, jobs[i], "Failed/x", "moved");
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(queue_retry_by_hand(queue, jobs[i]->id), QUEUE_OK);
    for (int i = 0; i < 3; i++)
        job_free(claim(queue));
    assert_int_equal(store_count_claimed(queue_store(queue)), 3);
    free_three(jobs);
    commit(queue);
}

/* a failed job in the state it is in after a POST whose end could not be found out */
static int64_t fail_unclear(struct queue *queue)
{
    struct job *job = load(queue, add_uploaded(queue, "a.pdf", 1));
    job->uploaded_ms = now;
    queue_intend(queue, &job, 1, clock_wall_ms());
    job->verifications = 1;
    queue_fail(queue, job, "unclear", "in words");
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    int64_t id = job->id;
    job_free(job);
    return id;
}

static void retry_by_hand(struct queue *queue, int64_t id)
{
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_OK);
}

static void bring_back(struct queue *queue, int64_t id)
{
    assert_int_equal(add(queue, "a.pdf", file(1)), id);
}

static void remembers_an_unclear_post_when_it_is_tried_again(void **state)
{
    static void (*const ways[])(struct queue * queue, int64_t id) = {retry_by_hand, bring_back};
    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        void *queue = NULL;
        assert_int_equal(open_queue(&queue), 0);
        begin(queue);
        int64_t id = fail_unclear(queue);
        struct job *job = load(queue, id);
        int64_t posting = job->posting;
        assert_true(posting > 0);
        job_free(job);
        ways[i](queue, id);
        job = claim(queue);
        assert_int_equal(job->id, id);
        assert_int_equal(job->state, JOB_UPLOADING);
        assert_true(job->posting == posting);
        assert_int_equal(job->verifications, 0);
        assert_non_null(job->rule); /* so that what is found can be told */
        assert_int_equal(job->uploaded_ms, 0);

        /* looked, and found: done without an upload */
        queue_done(queue, job, "its activity was found in Close");
        assert_int_equal(job->posting, 0);
        expect_postings(queue, id, "a.pdf A email 0\n");
        job_free(job);
        commit(queue);
        close_queue(&queue);
    }
}

static void keeps_every_token_that_was_posted(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = fail_unclear(queue);
    now += 60000;
    retry_by_hand(queue, id);
    struct job *job = claim(queue);
    queue_withdraw(queue, job, "was not created"); /* looked, and not found: it goes on */
    struct job *kept = load(queue, id);
    assert_int_equal(kept->state, JOB_UPLOADING);
    assert_int_equal(kept->posting, 0);
    job_free(kept);
    int result = str_assign(&job->token, "second");
    result |= str_assign(&job->lead_id, "B");
    assert_int_equal(result, 0);
    job->activity = ACTIVITY_NOTE;
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_intend(queue, &job, 1, clock_wall_ms());
    assert_int_equal(job->posting, 2);
    job_free(job);
    commit(queue);
    expect_postings(queue, id, "a.pdf A email -60000\nsecond B note 0\n");
}

/* where Close's URL has another shape there is no token: the post counts all the same */
static void keeps_a_post_without_a_token(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    struct job *job = load(queue, add_uploaded(queue, "a.pdf", 1));
    assert_int_equal(str_assign(&job->token, NULL), 0);
    queue_intend(queue, &job, 1, clock_wall_ms());
    commit(queue);
    expect_postings(queue, job->id, " A email 0\n");
    job_free(job);
}

/* ---- after an unclean end ---- */

static void fails_a_file_that_kills_the_program_three_times(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    for (int death = 1; death <= 3; death++) {
        struct job *job = queue_claim(queue, "scans", LANE_ALL, death > 1);
        assert_non_null(job);
        job_free(job);
        assert_int_equal(queue_recover(queue, DOUBT), 1);
        job = load(queue, id);
        assert_int_equal(job->crashes, death);
        assert_int_equal(job->attempts, death); /* not given back */
        assert_false(job->claimed);
        assert_int_equal(job->state, death < 3 ? JOB_QUEUED : JOB_FAILED);
        assert_int_equal(job->suspect, death < 3);
        job_free(job);
    }
    struct job *job = claim(queue); /* to be moved to Failed */
    assert_string_equal(job->error_code, "crashed");
    queue_set_put_away(queue, job, "Failed/a.pdf", "moved");
    job_free(job);
    assert_int_equal(add(queue, "a.pdf", file(1)), id);
    job = load(queue, id);
    assert_int_equal(job->crashes, 0); /* a person gives it another three */
    job_free(job);
    commit(queue);
}

static void forgets_a_death_once_it_gets_through(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    job_free(claim(queue));
    queue_recover(queue, DOUBT);
    struct job *job = queue_claim(queue, "scans", LANE_ALL, true);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    job_free(job);
    job = load(queue, id);
    assert_int_equal(job->crashes, 0);
    assert_false(job->suspect);
    job_free(job);
    commit(queue);
}

static void blames_nobody_where_several_were_claimed(void **state)
{
    struct queue *queue = *state;
    int64_t ids[3];
    begin(queue);
    for (int i = 0; i < 3; i++) {
        char path[] = {(char)('a' + i), '\0'};
        ids[i] = add(queue, path, file(i + 1));
        job_free(claim(queue));
    }
    int64_t innocent = add(queue, "d", file(4));
    assert_int_equal(store_count_claimed(queue_store(queue)), 3);
    assert_int_equal(queue_recover(queue, DOUBT), 3);
    assert_int_equal(store_count_claimed(queue_store(queue)), 0);
    assert_int_equal(store_suspects(queue_store(queue)), 3);
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, ids[i]);
        assert_true(job->suspect);
        assert_int_equal(job->attempts, 0); /* given back */
        assert_int_equal(job->crashes, 0);
        assert_int_equal(job->state, JOB_QUEUED);
        job_free(job);
    }
    struct job *job = queue_claim(queue, "scans", LANE_ALL, true);
    assert_int_equal(job->id, ids[0]);
    queue_retry(queue, job, now, true, "later"); /* it got through alive */
    job_free(job);
    assert_int_equal(store_suspects(queue_store(queue)), 2);
    job = queue_claim(queue, "scans", LANE_ALL, false); /* no suspect among these */
    assert_true(job->id == innocent || job->id == ids[0]);
    job_free(job);
    commit(queue);
}

static void only_puts_away_what_had_its_outcome(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t done = add(queue, "a.pdf", file(1)), failed = add(queue, "b.pdf", file(2));
    struct job *first = claim(queue), *second = claim(queue);
    queue_advance(queue, first, JOB_UPLOADED, "uploaded");
    queue_done(queue, first, "done");
    queue_fail(queue, second, "s3_refused", "in words");
    job_free(first);
    job_free(second);
    assert_int_equal(queue_recover(queue, DOUBT), 2);
    assert_int_equal(store_suspects(queue_store(queue)), 0);
    first = claim(queue);
    second = claim(queue);
    assert_int_equal(first->id, done);
    assert_int_equal(first->state, JOB_DONE);
    assert_int_equal(second->id, failed);
    assert_int_equal(second->state, JOB_FAILED);
    assert_string_equal(second->error_code, "s3_refused");
    job_free(first);
    job_free(second);
    commit(queue);
}

static void does_not_upload_again_what_was_uploaded(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    job_free(job);
    assert_int_equal(queue_recover(queue, DOUBT), 1);
    job = load(queue, id);
    assert_int_equal(job->state, JOB_UPLOADED);
    assert_true(job->suspect);
    job_free(job);
    job = queue_claim(queue, "scans", LANE_PUT_AWAY | LANE_ATTACH, true);
    assert_int_equal(job->id, id);
    job_free(job);
    commit(queue);
}

static void waits_before_it_looks_for_what_was_posted(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    struct job *posted = load(queue, add_uploaded(queue, "a.pdf", 1));
    struct job *waiting = load(queue, add_uploaded(queue, "b.pdf", 2));
    struct job *uploaded = load(queue, add_uploaded(queue, "c.pdf", 3));
    queue_intend(queue, &waiting, 1, clock_wall_ms());
    queue_retry(queue, waiting, now + 1, true, "unclear"); /* waits already */
    queue_intend(queue, &posted, 1, clock_wall_ms());
    uploaded->claimed = true;
    store_update(queue_store(queue), uploaded);
    assert_int_equal(queue_recover(queue, DOUBT), 2);
    struct job *job = load(queue, posted->id);
    assert_int_equal(job->state, JOB_ATTACHING);
    assert_true(job->posting == posted->posting);
    assert_true(job->due_ms == now + DOUBT);
    assert_true(job->suspect);
    job_free(job);
    job = load(queue, waiting->id);
    assert_true(job->due_ms == now + 1);
    assert_false(job->suspect);
    job_free(job);
    job = load(queue, uploaded->id); /* nothing was posted: no doubt */
    assert_true(job->due_ms <= now);
    assert_true(job->suspect);
    job_free(job);
    job = queue_claim(queue, "scans", LANE_ALL, true);
    assert_int_equal(job->id, uploaded->id);
    job_free(job);
    assert_null(queue_claim(queue, "scans", LANE_ALL, true));
    now += DOUBT;
    job = queue_claim(queue, "scans", LANE_ALL, true);
    assert_int_equal(job->id, posted->id);
    job_free(job);
    job_free(posted);
    job_free(waiting);
    job_free(uploaded);
    commit(queue);
}

static void counts_a_group_as_one_claimed(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    assert_int_equal(store_count_claimed(queue_store(queue)), 1);
    assert_int_equal(queue_recover(queue, DOUBT), 1);
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, jobs[i]->id);
        assert_int_equal(job->crashes, 1);
        assert_int_equal(job->state, JOB_ATTACHING);
        assert_false(job->claimed);
        assert_true(job->suspect);
        assert_true(job->due_ms == now + DOUBT);
        job_free(job);
    }
    free_three(jobs);
    commit(queue);
}

static void blames_no_group_where_another_job_was_claimed(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    int64_t id = add(queue, "d.pdf", file(4));
    job_free(queue_claim(queue, "scans", LANE_SEND, false));
    assert_int_equal(store_count_claimed(queue_store(queue)), 2);
    assert_int_equal(queue_recover(queue, DOUBT), 2);
    for (int i = 0; i < 4; i++) {
        struct job *job = load(queue, i < 3 ? jobs[i]->id : id);
        assert_int_equal(job->crashes, 0);
        assert_int_equal(job->attempts, 0); /* given back where there was one */
        assert_true(job->suspect);
        job_free(job);
    }
    free_three(jobs);
    commit(queue);
}

/* a person must look: it may exist, and may be what kills us */
static void remembers_the_post_of_a_group_that_kills_the_program(void **state)
{
    struct queue *queue = *state;
    struct job *jobs[3];
    begin(queue);
    intend_three(queue, jobs);
    for (int death = 1; death <= 3; death++) {
        for (int i = 0; i < 3; i++) {
            struct job *job = load(queue, jobs[i]->id);
            job->claimed = true;
            store_update(queue_store(queue), job);
            job_free(job);
        }
        assert_int_equal(queue_recover(queue, DOUBT), 1);
    }
    for (int i = 0; i < 3; i++) {
        struct job *job = load(queue, jobs[i]->id);
        assert_int_equal(job->state, JOB_FAILED);
        assert_string_equal(job->error_code, "crashed");
        assert_non_null(strstr(job->error_message, "it may be filed: look at its lead in Close"));
        assert_true(job->posting == jobs[0]->posting);
        assert_true(job->due_ms == now); /* to be moved to Failed at once */
        job_free(job);
    }
    free_three(jobs);
    commit(queue);
}

#define TEN_YEARS (3650LL * 24 * 3600 * 1000)

/** Add a file, claim it, and take it to `state`, still claimed; returns its id. */
static int64_t add_claimed(struct queue *queue, const char *path, int number, enum job_state state)
{
    int64_t id = add(queue, path, file(number));
    struct job *job = claim(queue);
    assert_int_equal(job->id, id);
    if (state != JOB_UPLOADING)
        queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    if (state == JOB_DONE)
        queue_done(queue, job, "done");
    job_free(job);
    return id;
}

static void goes_on_at_once_with_what_was_claimed_by_a_clock_ahead(void **state)
{
    static const enum job_state claimed[] = {JOB_UPLOADING, JOB_UPLOADED, JOB_DONE};
    static const enum job_state after[] = {JOB_QUEUED, JOB_UPLOADED, JOB_DONE};
    static const char *const paths[] = {"a.pdf", "b.pdf", "c.pdf"};
    struct queue *queue = *state;
    int64_t ids[COUNT(claimed)];
    begin(queue);
    now += TEN_YEARS;
    for (size_t i = 0; i < COUNT(ids); i++)
        ids[i] = add_claimed(queue, paths[i], (int)i + 1, claimed[i]);
    now -= TEN_YEARS;
    assert_int_equal(queue_recover(queue, DOUBT), COUNT(ids));
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct job *job = load(queue, ids[i]);
        assert_int_equal(job->state, after[i]);
        assert_false(job->claimed);
        assert_true(job->due_ms == now);
        job_free(job);
    }
    commit(queue);
}

static void recovers_nothing_after_a_clean_end(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_int_equal(queue_recover(queue, DOUBT), 0);
    assert_int_equal(store_suspects(queue_store(queue)), 0);
    commit(queue);
}

/* ---- reading ---- */

static void writes_down_every_change(void **state)
{
    struct queue *queue = *state;
    struct lines lines = {""};
    begin(queue);
    int64_t id = add(queue, "a.pdf", file(1));
    struct job *job = claim(queue);
    queue_retry(queue, job, now, true, "S3 is slow");
    job_free(job);
    job = claim(queue);
    queue_retry(queue, job, now, false, NULL); /* looked again: no news */
    job_free(job);
    finish_next(queue, NULL);
    assert_int_equal(queue_forget(queue, id, false), QUEUE_OK);
    commit(queue);
    store_history(queue_store(queue), id, add_history, &lines);
    assert_string_equal(lines.text, "queued: settled\nuploading: in hand\nqueued: S3 is slow\n"
                                    "uploading: in hand\nuploading: in hand\nuploaded: uploaded\n"
                                    "done: done\n"
                                    "done: put away\nforgotten: forgotten by a person\n");
}

static void add_id(void *context, const struct job *job)
{
    struct lines *lines = context;
    size_t length = strlen(lines->text);
    snprintf(lines->text + length, sizeof(lines->text) - length, "%d ", (int)job->id);
}

static const struct {
    const char *name;
    struct store_filter filter;
    const char *ids;
} lists[] = {
    {"all", {.state = -1, .limit = 100}, "4 3 2 "},
    {"the newest", {.state = -1, .limit = 1}, "4 "},
    {"the next page", {.state = -1, .below = 4, .limit = 1}, "3 "},
    {"of a folder", {.folder = "scans", .state = -1, .limit = 100}, "3 2 "},
    {"of no folder", {.folder = "nowhere", .state = -1, .limit = 100}, ""},
    {"of a rule", {.rule = "notes", .state = -1, .limit = 100}, "3 "},
    {"of a rule, in another folder",
        {.folder = "other", .rule = "notes", .state = -1, .limit = 100}, ""},
    {"queued", {.state = JOB_QUEUED, .limit = 100}, "4 3 "},
    {"queued in a folder", {.folder = "scans", .state = JOB_QUEUED, .limit = 100}, "3 "},
    {"failed", {.state = JOB_FAILED, .limit = 100}, "2 "},
    {"done", {.state = JOB_DONE, .limit = 100}, ""},
};

static void lists_and_counts(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    add(queue, "a.pdf", file(1));
    assert_int_equal(queue_forget(queue, 1, false), QUEUE_OK); /* ended: on no list */
    add(queue, "b.pdf", file(2));
    fail_next(queue, "s3_refused", NULL);
    add(queue, "c.pdf", file(3));
    struct job *noted = store_load(queue_store(queue), 3);
    assert_int_equal(str_assign(&noted->rule, "notes"), 0);
    queue_sorted(queue, noted);
    job_free(noted);
    struct arrival other = {.folder = "other", .path = "d.pdf", .identity = file(4)};
    queue_add(queue, &other);
    commit(queue);
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct lines lines = {""};
        store_list(queue_store(queue), &lists[i].filter, add_id, &lines);
        if (strcmp(lines.text, lists[i].ids) != 0)
            fail_msg("%s: %s", lists[i].name, lines.text);
    }
    struct store_counts counts;
    store_count(queue_store(queue), NULL, &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 2);
    assert_int_equal(counts.by_state[JOB_FAILED], 1);
    assert_int_equal(counts.not_put_away, 1);
    store_count(queue_store(queue), "other", &counts);
    assert_int_equal(counts.by_state[JOB_QUEUED], 1);
    assert_int_equal(counts.not_put_away, 0);
}

/** A failed job whose file was deleted from Failed. */
static int64_t discarded(struct queue *queue, const char *code)
{
    int64_t id = add(queue, "a.pdf", file(1));
    fail_next(queue, code, "Failed/a.pdf");
    struct job *job = store_load(queue_store(queue), id);
    queue_discard(queue, job);
    job_free(job);
    return id;
}

static void counts_what_was_discarded_no_more(void **state)
{
    struct queue *queue = *state;
    struct store *store = queue_store(queue);
    struct store_counts counts;
    struct retried retried;
    struct lines lines = {""};
    int64_t ids[2];
    begin(queue);
    int64_t id = discarded(queue, "too_large");
    const struct store_filter all = {.state = -1, .limit = 10};
    store_list(store, &all, add_id, &lines);
    assert_string_equal(lines.text, "");
    store_count(store, "scans", &counts);
    assert_int_equal(counts.by_state[JOB_FAILED], 0);
    assert_int_equal(counts.not_put_away, 0);
    assert_int_equal(store_in_failed(store, "scans", 0, ids, 2), 0);
    queue_retry_all(queue, &(struct failed_filter){0}, &retried);
    assert_int_equal(retried.queued, 0);
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_JOB_DISCARDED);
    struct job *job = store_load(store, id);
    assert_string_equal(job_ended_as(job), "discarded");
    job_free(job);
    commit(queue);
}

static void asks_of_what_a_person_must_judge_where_it_came_back(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    for (int i = 0; i < JOB_JUDGED; i++) {
        int64_t job = 0, id = discarded(queue, job_judged_codes[i]);
        const struct identity identity = file(1);
        struct seen seen = {
            .folder = "scans", .path = "Failed-October/a.pdf", .identity = &identity};
        assert_int_equal(queue_known(queue, &seen, &job), KNOWN_JUDGED);
        assert_int_equal(job, id);
        struct job *failed = store_load(queue_store(queue), id);
        queue_set_location_in_failed(queue, failed, seen.path); /* renamed with all of Failed */
        assert_string_equal(job_ended_as(failed), "");
        assert_int_equal(queue_known(queue, &seen, &job), KNOWN_YES);
        seen.path = "a.pdf";
        assert_int_equal(queue_known(queue, &seen, &job), KNOWN_JUDGED);
        queue_end(queue, failed, JOB_DROPPED, "for the next");
        job_free(failed);
    }
    discarded(queue, "too_large");
    assert_int_equal(known(queue, file(1)), KNOWN_NOT);
    commit(queue);
}

static void knows_a_discarded_file_that_comes_back(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    int64_t id = discarded(queue, "cut_off");
    assert_int_equal(known(queue, file(1)), KNOWN_JUDGED);
    assert_int_equal(add(queue, "other.pdf", file(1)), id);
    struct job *job = store_load(queue_store(queue), id);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_string_equal(job_ended_as(job), "");
    job_free(job);
    finish_next(queue, "Uploaded/other.pdf");
    commit(queue);
}

static void gives_the_failed_files_of_a_folder_one_page_after_the_other(void **state)
{
    struct queue *queue = *state;
    int64_t ids[2];
    begin(queue);
    for (int i = 1; i <= 3; i++) {
        add(queue, "a.pdf", file(i));
        fail_next(queue, "too_large", "Failed/a.pdf");
    }
    add(queue, "b.pdf", file(4));
    fail_next(queue, "too_large", NULL); /* is still to be put away */
    assert_int_equal(store_in_failed(queue_store(queue), "scans", 0, ids, 2), 2);
    assert_int_equal(ids[1], 2);
    assert_int_equal(store_in_failed(queue_store(queue), "scans", 2, ids, 2), 1);
    assert_int_equal(ids[0], 3);
    assert_int_equal(store_in_failed(queue_store(queue), "other", 0, ids, 2), 0);
    commit(queue);
}

static void keeps_numbers(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    assert_false(queue_is_paused(queue));
    queue_set_paused(queue, true);
    assert_true(queue_is_paused(queue));
    queue_set_paused(queue, false);
    assert_false(queue_is_paused(queue));
    assert_int_equal(store_number(queue_store(queue), "never set"), 0);
    store_set_number(queue_store(queue), "large", INT64_MAX);
    assert_true(store_number(queue_store(queue), "large") == INT64_MAX);
    commit(queue);
}

/* ---- a bug of ours ends the process, before it can write nonsense ---- */

static void finish_a_waiting_job(struct queue *queue)
{
    struct job *job = store_load(queue_store(queue), 1);
    queue_done(queue, job, "too early");
}

static void record_a_waiting_job(struct queue *queue)
{
    struct job *job = store_load(queue_store(queue), 1);
    queue_advance(queue, job, JOB_UPLOADED, "too early");
}

static void upload_twice(struct queue *queue)
{
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "once");
    queue_advance(queue, job, JOB_UPLOADING, "twice");
}

static void fail_after_done(struct queue *queue)
{
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_done(queue, job, "done");
    queue_fail(queue, job, "code", "too late");
}

static void intend_a_waiting_job(struct queue *queue)
{
    struct job *job = store_load(queue_store(queue), 1);
    queue_intend(queue, &job, 1, clock_wall_ms());
}

static void upload_what_may_have_been_posted(struct queue *queue)
{
    struct job *job = claim(queue);
    queue_advance(queue, job, JOB_UPLOADED, "uploaded");
    queue_intend(queue, &job, 1, clock_wall_ms());
    queue_advance(queue, job, JOB_QUEUED, "too early");
}

static void (*const wrong_moves[])(struct queue *queue) = {finish_a_waiting_job,
    record_a_waiting_job, upload_twice, fail_after_done, intend_a_waiting_job,
    upload_what_may_have_been_posted};

#ifdef NDEBUG
static const bool has_assertions = false;
#else
static const bool has_assertions = true;
#endif

static void ends_on_wrong_moves(void **state)
{
    if (!has_assertions)
        skip();
    begin(*state);
    add(*state, "a.pdf", file(1));
    for (size_t i = 0; i < COUNT(wrong_moves); i++) {
        pid_t child = fork();
        if (child == 0) {
            const struct rlimit no_core = {0, 0};
            setrlimit(RLIMIT_CORE, &no_core);
            close(STDERR_FILENO);
            signal(SIGABRT, SIG_DFL);
            wrong_moves[i](*state);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
            fail_msg("wrong move %zu was made", i);
    }
    commit(*state);
}

/* ---- on a real directory ---- */

struct place {
    char top[SCRATCH_MAX];
    char directory[SCRATCH_MAX + 16];
    char database[SCRATCH_MAX + 32];
};

static int make_place(void **state)
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

static int remove_place(void **state)
{
    const struct place *place = *state;
    return scratch_remove(place->top);
}

static int try_open(const struct place *place, bool create, struct queue **queue)
{
    struct str why = STR_INIT(1000);
    int problem = queue_open(place->directory, create, queue, &why);
    assert_int_equal(problem != 0, why.length > 0); /* the reason in words */
    str_release(&why);
    return problem;
}

static struct queue *open_at(const struct place *place)
{
    struct queue *queue = NULL;
    assert_int_equal(try_open(place, true, &queue), 0);
    return queue;
}

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

static void make_database(const struct place *place)
{
    struct queue *queue = open_at(place);
    begin(queue);
    for (int i = 0; i < 100; i++)
        add(queue, "a.pdf", file(i + 1));
    commit(queue);
    queue_close(queue);
}

static void fill(struct job *job)
{
    char **const texts[] = {&job->content_type, &job->sha256, &job->md5, &job->download_url,
        &job->token, &job->rules_digest, &job->rule, &job->group, &job->values, &job->lead_id,
        &job->contact_id, &job->activity_id};
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
    assert_null(store_load(queue_store(queue), id));
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
    assert_int_equal(store_set_aside(place->directory, &aside), 0);
    free(aside);
    remove_ballast(place);
    check_origin(place, QUEUE_FOLLOWS_ANOTHER);
}

/* ---- made by an earlier closedrop ---- */

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
        assert_int_equal(job->activity, ACTIVITY_NONE);
        assert_int_equal(job->posting, 0);
        assert_int_equal(job->verifications, 0);
        job_free(job);
    }
}

static void reads_a_queue_of_format_1(void **state)
{
    make_format_1(*state);
    for (int start = 0; start < 2; start++) { /* once as it was, once as it has become */
        struct queue *queue = open_at(*state);
        struct lines lines = {""};
        expect_kept(queue);
        assert_true(queue_is_paused(queue));
        struct job *job = store_unsorted(queue_store(queue), "scans", "digest");
        assert_int_equal(job->id, 1);
        job_free(job);
        expect_postings(queue, 1, "");
        now = 4000;
        store_history(queue_store(queue), 1, add_history, &lines);
        now = 1795341600000;
        assert_string_equal(lines.text, "queued: settled\n");
        queue_close(queue);
    }
    struct queue *queue = open_at(*state);
    begin(queue);
    assert_int_equal(queue_recover(queue, DOUBT), 1);
    finish_next(queue, "U/b.pdf"); /* and it goes on: the uploaded one first */
    expect_retried(queue, (struct failed_filter){NULL, NULL, NULL}, "1");
    commit(queue);
    queue_close(queue);
}

/* ---- strange files ---- */

static void write_at(const struct place *place, off_t offset, const void *bytes, size_t length)
{
    int fd = open(place->database, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, length, offset), length);
    close(fd);
}

static void damage_all_pages_but_the_first(const struct place *place)
{
    char junk[4096];
    memset(junk, 0x5A, sizeof(junk));
    for (off_t page = 1; page < 4; page++)
        write_at(place, page * 4096, junk, sizeof(junk));
}

static void damage_the_head(const struct place *place)
{
    write_at(place, 0, "this is no database, is it?", 27);
}

static void cut_it(const struct place *place)
{
    assert_int_equal(truncate(place->database, 5000), 0);
}

static void make_it_newer(const struct place *place)
{
    write_at(place, 60, "\0\0\0\x63", 4); /* user_version */
}

static void make_it_of_another_program(const struct place *place)
{
    write_at(place, 68, "oops", 4); /* application_id */
}

static void make_it_of_nobody(const struct place *place)
{
    write_at(place, 68, "\0\0\0\0", 4);
}

static const struct {
    const char *name;
    void (*change)(const struct place *place);
    int problem;
} strange[] = {
    {"no database", damage_the_head, STORE_DAMAGED},
    {"damaged pages", damage_all_pages_but_the_first, STORE_DAMAGED},
    {"cut", cut_it, STORE_DAMAGED},
    {"newer", make_it_newer, STORE_NEWER},
    {"another program's", make_it_of_another_program, STORE_NEWER},
    {"foreign", make_it_of_nobody, STORE_NEWER},
};

static void empty_place(const struct place *place)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s/deep", place->top);
    assert_int_equal(system(command), 0);
}

static void refuses_strange_files(void **state)
{
    for (size_t i = 0; i < COUNT(strange); i++) {
        struct queue *queue = NULL;
        empty_place(*state);
        make_database(*state);
        strange[i].change(*state);
        for (int create = 0; create < 2; create++) {
            int problem = try_open(*state, create, &queue);
            if (problem != strange[i].problem)
                fail_msg("%s: %d, not %d", strange[i].name, problem, strange[i].problem);
            assert_null(queue);
        }
    }
}

/* ---- a byte that changed on the disk ---- */

#define FLIPS 200
#define FLIP_JOBS 40

/** A sound queue of jobs in all states; what each says. */
static void make_full_database(const struct place *place, int64_t sums[FLIP_JOBS])
{
    struct queue *queue = open_at(place);
    begin(queue);
    for (int i = 0; i < FLIP_JOBS; i++) {
        char path[40];
        snprintf(path, sizeof(path), "in/document %d.pdf", i);
        int64_t id = add(queue, path, file(1000 + i));
        struct job *job = load(queue, id);
        fill(job);
        job->state = i % JOB_STATES;
        store_update(queue_store(queue), job);
        sums[i] = checksum_job(job);
        job_free(job);
    }
    commit(queue);
    queue_close(queue);
}

/** Whether each job is there and says what it said; a reading that fails is no lie. */
static bool tells_the_truth(struct queue *queue, const int64_t sums[FLIP_JOBS])
{
    bool is_true = true;
    queue_begin(queue);
    for (int i = 0; i < FLIP_JOBS; i++) {
        struct identity identity = file(1000 + i);
        struct job *by_id = store_load(queue_store(queue), i + 1);
        struct job *found = store_find(queue_store(queue), "scans", &identity, NULL);
        is_true &= by_id && checksum_job(by_id) == sums[i];
        is_true &= found && checksum_job(found) == sums[i];
        job_free(by_id);
        job_free(found);
    }
    return queue_commit(queue) < 0 || is_true;
}

static void never_believes_a_byte_that_changed(void **state)
{
    const struct place *place = *state;
    static unsigned char sound[400000];
    int64_t sums[FLIP_JOBS];
    int refused = 0;
    make_full_database(place, sums);
    int fd = open(place->database, O_RDONLY | O_CLOEXEC);
    ssize_t size = read(fd, sound, sizeof(sound));
    close(fd);
    assert_true(size > 0 && (size_t)size < sizeof(sound));
    srand(4);
    for (int i = 0; i < FLIPS; i++) {
        off_t at = rand() % size;
        unsigned char flipped = sound[at] ^ (1U << (rand() % 8));
        struct queue *queue = NULL;
        write_at(place, 0, sound, (size_t)size);
        write_at(place, at, &flipped, 1);
        int problem = try_open(place, true, &queue);
        refused += problem != 0;
        if (problem == 0 && !tells_the_truth(queue, sums))
            fail_msg("byte %lld, made %#x, was believed", (long long)at, flipped);
        queue_close(queue);
    }
    assert_true(refused > 0);
    print_message(
        "%d of %d changed bytes were noticed, the others harmed nothing\n", refused, FLIPS);
}

static void leaves_a_newer_database_as_it_is(void **state)
{
    const struct place *place = *state;
    static unsigned char before[200000], after[sizeof(before)];
    make_database(place);
    make_it_newer(place);
    for (int i = 0; i < 2; i++) {
        struct queue *queue = NULL;
        int fd = open(place->database, O_RDONLY | O_CLOEXEC);
        assert_true(read(fd, i ? after : before, sizeof(before)) > 0);
        close(fd);
        assert_int_equal(try_open(place, true, &queue), STORE_NEWER);
    }
    assert_memory_equal(before, after, sizeof(before));
}

static int count_aside(const struct place *place)
{
    DIR *stream = opendir(place->directory);
    assert_non_null(stream);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        count += strstr(entry->d_name, "queue.db.damaged-") == entry->d_name;
    closedir(stream);
    return count;
}

static void sets_a_damaged_store_aside(void **state)
{
    const struct place *place = *state;
    char *aside = NULL, head[10] = "";
    make_database(place);
    damage_the_head(place);
    assert_int_equal(store_set_aside(place->directory, &aside), 0);
    assert_int_equal(access(place->database, F_OK), -1);
    int fd = open(aside, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, head, 9), 9);
    close(fd);
    assert_string_equal(head, "this is n"); /* kept as it was */
    free(aside);
    queue_close(open_at(place));
}

/* set aside, never deleted: also not by the next one */
static void sets_a_second_one_aside_beside_the_first(void **state)
{
    const struct place *place = *state;
    for (int i = 1; i <= 2; i++) {
        char *aside = NULL;
        make_database(place);
        assert_int_equal(store_set_aside(place->directory, &aside), 0);
        free(aside);
        assert_int_equal(count_aside(place), i);
    }
}

#define ON_MEMORY(test) cmocka_unit_test_setup_teardown(test, open_queue, close_queue)
#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MEMORY(knows_a_file_from_its_job),
        ON_MEMORY(is_another_file_when_one_part_differs),
        ON_MEMORY(goes_from_queued_to_done),
        ON_MEMORY(takes_an_archived_file_back_as_a_new_job),
        ON_MEMORY(takes_a_deleted_file_from_a_backup_as_a_new_job),
        ON_MEMORY(knows_a_kept_file_while_it_lies_there),
        ON_MEMORY(knows_a_file_without_a_handle_by_its_path),
        ON_MEMORY(continues_a_failed_job_whose_file_comes_back),
        ON_MEMORY(continues_by_path_with_the_file_that_lies_there_now),
        ON_MEMORY(waits_for_a_failed_file_to_be_moved_away),
        ON_MEMORY(believes_a_person_who_brings_a_cut_off_file_back),
        ON_MEMORY(counts_what_was_discarded_no_more),
        ON_MEMORY(asks_of_what_a_person_must_judge_where_it_came_back),
        ON_MEMORY(knows_a_discarded_file_that_comes_back),
        ON_MEMORY(gives_the_failed_files_of_a_folder_one_page_after_the_other),
        ON_MEMORY(believes_a_person_who_brings_an_empty_file_back),
        ON_MEMORY(fails_again_what_can_still_not_be_sent),
        ON_MEMORY(supersedes_a_waiting_job_whose_file_was_rewritten),
        ON_MEMORY(knows_out_of_which_directories_files_were_put_away),
        ON_MEMORY(leaves_alone_what_was_forgotten_or_kept),
        ON_MEMORY(knows_a_job_that_took_over_a_path),
        ON_MEMORY(leaves_a_forgotten_file_alone_until_it_changes),
        ON_MEMORY(takes_a_forgotten_file_that_lay_in_failed),
        ON_MEMORY(takes_a_dropped_file_anew),
        ON_MEMORY(follows_a_waiting_file_that_is_renamed),
        ON_MEMORY(leaves_a_file_alone_just_where_it_was_put),
        ON_MEMORY(writes_an_outcome_whole),
        ON_MEMORY(writes_what_came_with_a_file_into_its_history),
        ON_MEMORY(keeps_a_claimed_job_when_its_file_moved),
        ON_MEMORY(knows_why_a_file_is_not_put_away),
        ON_MEMORY(ends_a_job_for_good),
        ON_MEMORY(counts_only_what_is_its_own_fault),
        ON_MEMORY(gives_back_no_attempt_that_was_not_counted),
        ON_MEMORY(retries_an_uploaded_job_without_its_bytes),
        ON_MEMORY(tries_again_to_put_a_file_away),
        ON_MEMORY(retries_by_hand_only_what_failed),
        ON_MEMORY(retries_all_that_failed),
        ON_MEMORY(leaves_out_what_a_person_must_judge),
        ON_MEMORY(retries_only_what_fits),
        ON_MEMORY(keeps_in_mind_that_a_file_was_refused_as_a_link),
        ON_MEMORY(claims_what_is_nearest_its_end_first),
        ON_MEMORY(sends_nothing_where_nothing_may_be_sent),
        ON_MEMORY(claims_by_lane_from_the_end_backwards),
        ON_MEMORY(passes_over_what_is_not_due),
        ON_MEMORY(wakes_what_waits_for_something),
        ON_MEMORY(wakes_what_other_rules_have_looked_up),
        ON_MEMORY(finds_what_other_rules_have_sorted),
        ON_MEMORY(changes_nothing_else_by_sorting),
        ON_MEMORY(knows_who_is_of_a_group),
        ON_MEMORY(gathers_by_path_and_no_more_than_asked_for),
        ON_MEMORY(intends_one_post_for_a_group),
        ON_MEMORY(gives_each_post_its_own_number),
        ON_MEMORY(finds_the_others_of_a_post),
        ON_MEMORY(takes_an_intent_back),
        ON_MEMORY(counts_each_that_is_tried_again_by_hand),
        ON_MEMORY(ends_a_post_when_it_is_done),
        ON_MEMORY(remembers_an_unclear_post_when_it_is_tried_again),
        ON_MEMORY(keeps_every_token_that_was_posted),
        ON_MEMORY(keeps_a_post_without_a_token),
        ON_MEMORY(fails_a_file_that_kills_the_program_three_times),
        ON_MEMORY(forgets_a_death_once_it_gets_through),
        ON_MEMORY(blames_nobody_where_several_were_claimed),
        ON_MEMORY(only_puts_away_what_had_its_outcome),
        ON_MEMORY(does_not_upload_again_what_was_uploaded),
        ON_MEMORY(waits_before_it_looks_for_what_was_posted),
        ON_MEMORY(counts_a_group_as_one_claimed),
        ON_MEMORY(blames_no_group_where_another_job_was_claimed),
        ON_MEMORY(remembers_the_post_of_a_group_that_kills_the_program),
        ON_MEMORY(goes_on_at_once_with_what_was_claimed_by_a_clock_ahead),
        ON_MEMORY(recovers_nothing_after_a_clean_end),
        ON_MEMORY(writes_down_every_change),
        ON_MEMORY(lists_and_counts),
        ON_MEMORY(keeps_numbers),
        ON_MEMORY(ends_on_wrong_moves),
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
        ON_DISK(reads_a_queue_of_format_1),
        ON_DISK(refuses_strange_files),
        ON_DISK(never_believes_a_byte_that_changed),
        ON_DISK(leaves_a_newer_database_as_it_is),
        ON_DISK(sets_a_damaged_store_aside),
        ON_DISK(sets_a_second_one_aside_beside_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
