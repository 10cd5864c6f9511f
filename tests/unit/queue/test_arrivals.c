/** Which job a file belongs to: known, brought back, rewritten, renamed, discarded.
 */
#include "queue_fixture.h"

#include "closedrop/queue/reading.h"

#include <errno.h>

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

/* with `keep`, a file is also the same if its path, size and mtime are */
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
    assert_string_equal(job->location, "Failed/a.pdf"); /* for the text that is there */
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
    return queue_has_put_away(queue, "scans", directory, since_ms, INT64_MAX);
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
    assert_false(queue_has_put_away(queue, "other", "in", 0, INT64_MAX));
    assert_false(queue_has_put_away(queue, "scans", "in", 0, now - 1));
    add(queue, "kept/b.pdf", file(2));
    finish_next(queue, NULL);
    assert_false(has_put_away(queue, "kept", 0));
    add(queue, "deleted/c.pdf", file(3));
    finish_next(queue, "");
    assert_true(has_put_away(queue, "deleted", 0));
    add(queue, "bad/d.pdf", file(4));
    struct job *job = claim(queue);
    queue_fail(queue, job, "cut_off", "in words");
    assert_false(has_put_away(queue, "bad", 0)); /* it is still there */
    queue_set_put_away(queue, job, "Failed/bad/d.pdf", "moved");
    job_free(job);
    assert_true(has_put_away(queue, "bad", 0));
    commit(queue);
}

static void leaves_alone_what_was_forgotten_or_kept(void **state)
{
    struct queue *queue = *state;
    const struct identity identity = file(1);
    const struct seen seen = {
        .folder = "scans", .path = "a.pdf", .identity = &identity, .is_one_name = true};
    bool waits;
    begin(queue);
    assert_false(queue_leaves_alone(queue, &seen, &waits));
    int64_t id = add(queue, "a.pdf", file(1));
    assert_false(queue_leaves_alone(queue, &seen, &waits));
    assert_int_equal(queue_forget(queue, id, false), QUEUE_OK);
    assert_true(queue_leaves_alone(queue, &seen, &waits));
    const struct identity other = file(2);
    const struct seen kept = {
        .folder = "scans", .path = "b.pdf", .identity = &other, .is_one_name = true};
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
    assert_false(queue_has_successor(queue, old));
    struct job *new = load(queue, add(queue, "a.pdf", file(3)));
    assert_true(queue_has_successor(queue, old));
    assert_false(queue_has_successor(queue, new));
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

/* ---- several jobs of one file: kept, forgotten or dropped, one letter each, oldest first ---- */

static const struct {
    const char *jobs;
    int by; /* the one it is known by */
    enum known known;
} pasts[] = {
    {"", -1, KNOWN_NOT},
    {"k", 0, KNOWN_YES},
    {"d", 0, KNOWN_NOT},
    {"dd", 1, KNOWN_NOT},
    {"df", 1, KNOWN_YES},
    {"fd", 0, KNOWN_YES},
    {"kdd", 0, KNOWN_YES},
    {"dkd", 1, KNOWN_YES},
    {"kf", 1, KNOWN_YES},
};

static int64_t put_past(struct queue *queue, char *path, struct identity identity, char kind)
{
    struct job job = {.folder = (char[]){"scans"}, .path = path, .identity = identity};
    job.state = JOB_DONE;
    job.put_away = JOB_PUT_AWAY;
    job.ending = kind == 'd' ? JOB_DROPPED : kind == 'f' ? JOB_FORGOTTEN : JOB_NOT_ENDED;
    queue_put(queue, &job);
    return job.id;
}

enum { FILES = 4 * COUNT(pasts) };

static void knows_each_of_many_files_by_the_newest_job_that_counts(void **state)
{
    struct queue *queue = *state;
    static struct identity identities[FILES];
    static char paths[FILES][16];
    struct seen seen[FILES];
    int64_t ids[FILES] = {0};
    begin(queue);
    for (int i = 0; i < FILES; i++) {
        const char *jobs = pasts[i % COUNT(pasts)].jobs;
        identities[i] = file(1 + i);
        if (i >= FILES / 2)
            identities[i].handle_length = 0; /* these are found by their paths */
        snprintf(paths[i], sizeof(paths[i]), "%d.pdf", i);
        for (int n = 0; jobs[n]; n++) {
            int64_t id = put_past(queue, paths[i], identities[i], jobs[n]);
            ids[i] = n == pasts[i % COUNT(pasts)].by ? id : ids[i];
        }
        seen[i] = (struct seen){.folder = "scans", .path = paths[i], .identity = &identities[i]};
    }
    assert_int_equal(queue_known(queue, seen, FILES), FILES);
    commit(queue);
    for (int i = 0; i < FILES; i++)
        if (seen[i].known != pasts[i % COUNT(pasts)].known || seen[i].job != ids[i])
            fail_msg("%d, \"%s\": %d, by job %d", i, pasts[i % COUNT(pasts)].jobs,
                (int)seen[i].known, (int)seen[i].job);
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
    assert_int_equal(
        seen_at(queue, "c.pdf"), KNOWN_RENAMED); /* whoever has claimed it is informed */
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

/* ---- discarded ---- */

/** A failed job whose file was deleted from Failed. */
static int64_t discarded(struct queue *queue, const char *code)
{
    int64_t id = add(queue, "a.pdf", file(1));
    fail_next(queue, code, "Failed/a.pdf");
    struct job *job = queue_load(queue, id);
    queue_discard(queue, job);
    job_free(job);
    return id;
}

static void counts_what_was_discarded_no_more(void **state)
{
    struct queue *queue = *state;
    struct queue_counts counts;
    struct retried retried;
    struct lines lines = {""};
    int64_t ids[2];
    begin(queue);
    int64_t id = discarded(queue, "too_large");
    queue_list(queue, &(struct job_filter){0}, &(struct job_page){.limit = 10}, add_id, &lines);
    assert_string_equal(lines.text, "");
    queue_count(queue, "scans", &counts);
    assert_int_equal(counts.by_state[JOB_FAILED], 0);
    assert_int_equal(counts.not_put_away, 0);
    assert_int_equal(queue_list_in_failed(queue, "scans", 0, ids, 2), 0);
    queue_retry_all(queue, &(struct job_filter){0}, false, &retried);
    assert_int_equal(retried.queued, 0);
    assert_int_equal(queue_retry_by_hand(queue, id), QUEUE_JOB_DISCARDED);
    struct job *job = queue_load(queue, id);
    assert_string_equal(job_ended_as(job), "discarded");
    job_free(job);
    commit(queue);
}

static enum known ask(struct queue *queue, struct seen *seen)
{
    assert_int_equal(queue_known(queue, seen, 1), 1);
    return seen->known;
}

static void asks_of_what_a_person_must_judge_where_it_came_back(void **state)
{
    struct queue *queue = *state;
    begin(queue);
    for (int i = 0; i < JOB_JUDGED; i++) {
        int64_t id = discarded(queue, job_judged_codes[i]);
        const struct identity identity = file(1);
        struct seen seen = {
            .folder = "scans", .path = "Failed-October/a.pdf", .identity = &identity};
        assert_int_equal(ask(queue, &seen), KNOWN_JUDGED);
        assert_int_equal(seen.job, id);
        struct job *failed = queue_load(queue, id);
        queue_set_location_in_failed(queue, failed, seen.path); /* renamed with all of Failed */
        assert_string_equal(job_ended_as(failed), "");
        assert_int_equal(ask(queue, &seen), KNOWN_YES);
        seen.path = "a.pdf";
        assert_int_equal(ask(queue, &seen), KNOWN_JUDGED);
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
    struct job *job = queue_load(queue, id);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_string_equal(job_ended_as(job), "");
    job_free(job);
    finish_next(queue, "Uploaded/other.pdf");
    commit(queue);
}

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
        ON_MEMORY(believes_a_person_who_brings_an_empty_file_back),
        ON_MEMORY(fails_again_what_can_still_not_be_sent),
        ON_MEMORY(supersedes_a_waiting_job_whose_file_was_rewritten),
        ON_MEMORY(knows_out_of_which_directories_files_were_put_away),
        ON_MEMORY(leaves_alone_what_was_forgotten_or_kept),
        ON_MEMORY(knows_a_job_that_took_over_a_path),
        ON_MEMORY(leaves_a_forgotten_file_alone_until_it_changes),
        ON_MEMORY(takes_a_forgotten_file_that_lay_in_failed),
        ON_MEMORY(takes_a_dropped_file_anew),
        ON_MEMORY(knows_each_of_many_files_by_the_newest_job_that_counts),
        ON_MEMORY(follows_a_waiting_file_that_is_renamed),
        ON_MEMORY(leaves_a_file_alone_just_where_it_was_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
