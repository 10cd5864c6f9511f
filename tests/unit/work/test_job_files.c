/* What happens to the file of a job: put away, copied, kept, brought back, searched for where it
 * has gone, and let go where a person deleted it. */
#include "closedrop/base/array.h"
#include "closedrop/work/staging.h"
#include "work/world.h"

/** A user who owns nothing else. */
#define NOBODY 65534

static struct world world;

static const struct fake_answer refuses[] = {
    {.url = "POST files/upload/", .status = 400, .body = "{\"error\": \"no\"}"}, {0}};

static void open_with(const char *folder, const char *rules, const struct fake_answer *answers)
{
    const struct world_setting setting = {folder, rules, NULL};
    fake_reset(answers);
    world_open(&world, &setting);
}

/* ---- put away ---- */

/** What is next to a file that was put away. */
static void receipts_and_reasons_lie_beside_it(void **state)
{
    (void)state;
    open_with("receipts = true;", NULL, refuses);
    world_drop(&world, "bad.pdf", "refused");
    int64_t good = world_drop(&world, "good.pdf", "taken");
    world_run(&world, MINUTE_MS);
    assert_true(world_text_has(&world, "Failed/bad.pdf.error.txt", "Reason: "));
    assert_true(world_text_has(&world, "Failed/bad.pdf.error.txt",
        "move bad.pdf (not this message) to the folder above, the one that contains \"Failed\""));
    assert_true(world_text_has(&world, "Uploaded/good.pdf.close.json", "\"state\":\"done\"") ||
                world_text_has(&world, "Uploaded/good.pdf.close.json", "done"));
    struct job *job = world_job(&world, good);
    assert_string_equal(job->location, "Uploaded/good.pdf");
    job_free(job);
    world_close(&world);
}

/** From here on as a user whom permissions concern: root passes them all. */
static void become_nobody(void)
{
    char *in = world_path(&world, ""), *staging = world_path(&world, ".closedrop");
    if (geteuid() == 0) {
        assert_int_equal(chown(world.root, NOBODY, NOBODY), 0);
        assert_int_equal(chown(in, NOBODY, NOBODY), 0);
        assert_int_equal(chown(staging, NOBODY, NOBODY), 0);
        assert_int_equal(seteuid(NOBODY), 0);
    }
    free(in);
    free(staging);
}

/** Back to whom the test runs as. */
static void become_self(void)
{
    assert_int_equal(seteuid(getuid()), 0);
}

static void set_mode(const char *path, mode_t mode)
{
    char *full = world_path(&world, path);
    assert_int_equal(chmod(full, mode), 0);
    free(full);
}

static bool has_error_with(int64_t id, const char *words)
{
    struct job *job = world_job(&world, id);
    bool has = job_has_error(job, "not_put_away") && strstr(job->error_message, words);
    job_free(job);
    return has;
}

/** A file that its directory does not give away: the directory is named, and it goes later. */
static void a_directory_that_keeps_its_files_is_named(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL);
    become_nobody();
    char *sub = world_path(&world, "sub");
    assert_int_equal(mkdir(sub, 0700), 0);
    int64_t top = world_drop(&world, "a.pdf", "one"),
            below = world_drop(&world, "sub/b.pdf", "two");
    set_mode("sub", 0500);
    set_mode("", 0500);
    world_run(&world, 5 * SECOND_MS);
    assert_true(has_error_with(top, "/in "));
    assert_true(has_error_with(below, "/in/sub "));
    set_mode("", 0700);
    set_mode("sub", 0700);
    world_run(&world, MINUTE_MS);
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    assert_true(world_has(&world, "Uploaded/sub/b.pdf"));
    become_self();
    free(sub);
    world_close(&world);
}

static void a_taken_name_gets_a_number(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL);
    world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_drop(&world, "a.pdf", "two");
    world_run(&world, MINUTE_MS);
    assert_true(world_text_has(&world, "Uploaded/a.pdf", "one"));
    assert_true(world_text_has(&world, "Uploaded/a (2).pdf", "two"));
    world_close(&world);
}

static void marker_and_sidecar_go_with_it(void **state)
{
    (void)state;
    open_with("sidecar = true; marker = \"{name}.done\"; after_upload = \"archive\"; " RULES,
        RULE("note = { text = \"{meta.who}\"; };"), NULL);
    world_write(&world, "lead_a.pdf.json", "{\"who\": \"Ann\"}");
    world_write(&world, "lead_a.pdf.done", "");
    world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, MINUTE_MS);
    assert_true(world_has(&world, "Uploaded/lead_a.pdf.json"));
    assert_true(world_has(&world, "Uploaded/lead_a.pdf.done"));
    assert_non_null(strstr(str_text(&fake.posted), "Ann"));
    world_close(&world);
}

/** What is wrong with the sidecar of a failed file. */
static const struct {
    const char *sidecar, *words;
} sidecars[] = {
    {NULL, "cannot be read"},
    {"no JSON", "cannot be used"},
};

static void a_sidecar_must_be_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sidecars); i++) {
        open_with("sidecar = true; " RULES, RULE("note = { text = \"{meta.who}\"; };"), NULL);
        if (sidecars[i].sidecar)
            world_write(&world, "lead_a.pdf.json", sidecars[i].sidecar);
        int64_t id = world_drop(&world, "lead_a.pdf", "one");
        world_run(&world, MINUTE_MS);
        world_expect(&world, id, "failed sidecar");
        assert_true(world_text_has(&world, "Failed/lead_a.pdf.error.txt", sidecars[i].words));
        assert_true(world_text_has(&world, "Failed/lead_a.pdf.error.txt",
            "If you move lead_a.pdf, move lead_a.pdf.json with it"));
        world_close(&world);
    }
}

static void what_cannot_be_put_away_is_tried_again(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL);
    world_write(&world, "Uploaded", "no directory");
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done not_put_away");
    world_expect_requests("POST files/upload/", 1);
    world_remove(&world, "Uploaded");
    world_run(&world, 10 * MINUTE_MS);
    world_expect(&world, id, "done");
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    world_close(&world);
}

static void make_directory(const char *name)
{
    char *path = world_path(&world, name);
    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

static void remove_directory(const char *name)
{
    char *path = world_path(&world, name);
    assert_int_equal(rmdir(path), 0);
    free(path);
}

/** If the text next to a file cannot be written, the file is there already. */
static void what_is_there_already_is_found_there(void **state)
{
    (void)state;
    open_with(NULL, NULL, refuses);
    make_directory("Failed");
    make_directory("Failed/a.pdf.error.txt");
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    struct job *job = world_job(&world, id);
    assert_int_equal(job->put_away, JOB_NOT_PUT_AWAY);
    job_free(job);
    assert_true(world_has(&world, "Failed/a.pdf"));
    remove_directory("Failed/a.pdf.error.txt");
    world_run(&world, 10 * MINUTE_MS);
    job = world_job(&world, id);
    assert_string_equal(job->location, "Failed/a.pdf");
    job_free(job);
    assert_true(world_has(&world, "Failed/a.pdf.error.txt"));
    world_close(&world);
}

static void a_receipt_that_cannot_be_written_is_tried_again(void **state)
{
    (void)state;
    open_with("after_upload = \"keep\"; receipts = true;", NULL, NULL);
    make_directory("sub");
    make_directory("sub/a.pdf.close.json");
    int64_t id = world_drop(&world, "sub/a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done not_put_away");
    remove_directory("sub/a.pdf.close.json");
    world_run(&world, 10 * MINUTE_MS);
    world_expect(&world, id, "done");
    assert_true(world_has(&world, "sub/a.pdf.close.json"));
    world_close(&world);
}

static void a_folder_that_looks_unmounted_is_left_alone(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL);
    world_write(&world, "Uploaded", "no directory");
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    char *folder = str_format("%s/in", world.root), *away = str_format("%s/away", world.root);
    assert_int_equal(rename(folder, away), 0);
    world_run(&world, MINUTE_MS); /* there is none */
    world_expect(&world, id, "done not_put_away");
    assert_int_equal(mkdir(folder, 0700), 0);
    world_run(&world, MINUTE_MS); /* there is another */
    world_expect(&world, id, "done not_put_away");
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rename(away, folder), 0);
    world_remove(&world, "Uploaded");
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done");
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    free(folder);
    free(away);
    world_close(&world);
}

static void a_folder_that_is_gone_is_waited_for(void **state)
{
    (void)state;
    open_with(RULES, RULE(EMAIL), NULL);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    char *folder = str_format("%s/in", world.root), *away = str_format("%s/away", world.root);
    assert_int_equal(rename(folder, away), 0);
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "queued");
    assert_int_equal(mkdir(folder, 0700), 0);
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "queued");
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rename(away, folder), 0);
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done");
    free(folder);
    free(away);
    world_close(&world);
}

static void to_another_file_system_it_is_copied(void **state)
{
    (void)state;
    char elsewhere[SCRATCH_MAX]; /* world.h is in /dev/shm */
    assert_int_equal(scratch_make(elsewhere), 0);
    char *folder = str_format("failed = \"%s/Failed\";", elsewhere);
    open_with(folder, NULL, refuses);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "failed close_refused");
    assert_false(world_has(&world, "a.pdf"));
    struct job *job = world_job(&world, id);
    assert_int_equal(access(job->location, F_OK), 0);
    job_free(job);
    /* and back again */
    IN_QUEUE(&world, queue_retry_by_hand(world.queue, id));
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    world_close(&world);
    free(folder);
    assert_int_equal(scratch_remove(elsewhere), 0);
}

/* ---- brought back ---- */

static void a_failed_file_is_brought_back_and_filed(void **state)
{
    (void)state;
    open_with(NULL, NULL, refuses);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "failed close_refused");
    IN_QUEUE(&world, queue_retry_by_hand(world.queue, id));
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    assert_false(world_has(&world, "Failed/a.pdf.error.txt"));
    world_close(&world);
}

static void what_was_taken_out_of_failed_cannot_be_brought_back(void **state)
{
    (void)state;
    open_with(NULL, NULL, refuses);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_remove(&world, "Failed/a.pdf");
    IN_QUEUE(&world, queue_retry_by_hand(world.queue, id));
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "failed gone");
    world_close(&world);
}

static void rename_failed(void)
{
    world_rename(&world, "Failed", "Old");
}

static void rewrite_failed(void)
{
    world_write(&world, "Failed/a.pdf", "something else");
}

static void take_its_name(void)
{
    world_write(&world, "a.pdf", "another");
}

/** What was done before a person says that it is to be tried again. */
static const struct {
    void (*happens)(void);
    const char *state, *at;
} retries[] = {
    {rename_failed, "failed gone", "Old/a.pdf"},
    {rewrite_failed, "failed gone", "Failed/a.pdf"},
    {take_its_name, "done", "Uploaded/a (2).pdf"},
};

static void only_the_file_itself_is_brought_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(retries); i++) {
        open_with(NULL, NULL, refuses);
        int64_t id = world_drop(&world, "a.pdf", "one");
        world_run(&world, MINUTE_MS);
        retries[i].happens();
        IN_QUEUE(&world, queue_retry_by_hand(world.queue, id));
        world_run(&world, MINUTE_MS);
        world_expect(&world, id, retries[i].state);
        assert_true(world_has(&world, retries[i].at));
        world_close(&world);
    }
}

static void a_failed_file_that_was_deleted_needs_nobody(void **state)
{
    (void)state;
    for (int with_text = 0; with_text < 2; with_text++) {
        open_with(NULL, NULL, refuses);
        int64_t id = world_drop(&world, "a.pdf", "one");
        world_run(&world, MINUTE_MS);
        world_remove(&world, "Failed/a.pdf");
        if (with_text)
            world_remove(&world, "Failed/a.pdf.error.txt");
        world_ms += HOUR_MS;
        world.folder.complete_scans++;
        world_run(&world, MINUTE_MS);
        struct job *job = world_job(&world, id);
        assert_int_equal(job->put_away == JOB_DISCARDED, with_text);
        job_free(job);
        world_close(&world);
    }
}

static void a_failed_file_that_was_moved_is_known_there(void **state)
{
    (void)state;
    open_with(NULL, NULL, refuses);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    char *directory = world_path(&world, "Failed/done");
    assert_int_equal(mkdir(directory, 0700), 0);
    free(directory);
    world_rename(&world, "Failed/a.pdf", "Failed/done/a.pdf");
    world_remove(&world, "Failed/a.pdf.error.txt");
    world_ms += HOUR_MS;
    world.folder.complete_scans++;
    world_run(&world, MINUTE_MS);
    struct job *job = world_job(&world, id);
    assert_string_equal(job->location, "Failed/done/a.pdf");
    assert_int_equal(job->put_away, JOB_PUT_AWAY);
    job_free(job);
    world_close(&world);
}

static void all_of_failed_may_be_renamed(void **state)
{
    (void)state;
    open_with(NULL, NULL, refuses);
    int64_t id = world_drop(&world, "a.pdf", "one");
    bool came_with = false;
    world_run(&world, MINUTE_MS);
    world_rename(&world, "Failed", "Old");
    IN_QUEUE(&world, came_with = worker_came_with_failed(world.worker, id, "Old/a.pdf"));
    assert_true(came_with);
    world_rename(&world, "Old/a.pdf", "a.pdf");
    IN_QUEUE(&world, came_with = worker_came_with_failed(world.worker, id, "a.pdf"));
    assert_false(came_with);
    world_close(&world);
}

/* ---- gone and changed ---- */

static void remove_it(void)
{
    world_remove(&world, "a.pdf");
}

static void rewrite_it(void)
{
    world_write(&world, "a.pdf", "something else");
}

static void make_directory_of_it(void)
{
    char *path = world_path(&world, "a.pdf");
    world_remove(&world, "a.pdf");
    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

/** What happens to the file of a job before it is sent. */
static const struct {
    const char *name;
    void (*happens)(void);
    const char *state;
} befores[] = {
    {"it is taken away", remove_it, "dropped"},
    {"it is rewritten", rewrite_it, "superseded"},
    {"it is a directory now", make_directory_of_it, "dropped"},
};

static void what_changed_before_it_was_sent_is_not_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(befores); i++) {
        open_with(NULL, NULL, NULL);
        int64_t id = world_drop(&world, "a.pdf", "one");
        befores[i].happens();
        world_run(&world, MINUTE_MS);
        if (strcmp(world_state(&world, id), befores[i].state) != 0)
            fail_msg("%s: %s", befores[i].name, world_state(&world, id));
        world_expect_requests("POST files/upload/", 0);
        world_close(&world);
    }
}

static void what_changes_while_it_is_sent_is_settled_anew(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};
    open_with(NULL, NULL, answers);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    char *path = world_path(&world, "a.pdf"); /* to write to it would wait for its lease to end */
    assert_int_equal(utimensat(AT_FDCWD, path, NULL, 0), 0);
    free(path);
    fake_let_come();
    world_run(&world, SECOND_MS);
    world_expect(&world, id, "queued");
    assert_int_equal(world.resettled, 1);
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "superseded");
    world_close(&world);
}

static void what_is_gone_before_it_is_put_away_is_searched_for(void **state)
{
    (void)state;
    for (int cannot_scan = 0; cannot_scan < 2; cannot_scan++) {
        const struct fake_answer answers[] = {
            {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};
        open_with(NULL, NULL, answers);
        world.cannot_scan = cannot_scan;
        int64_t id = world_drop(&world, "a.pdf", "one");
        world_run(&world, SECOND_MS);
        remove_it();
        fake_let_come();
        world_run(&world, MINUTE_MS);
        world_expect(&world, id, cannot_scan ? "done gone" : "done");
        assert_true(cannot_scan || world.scan > 0);
        world_close(&world);
    }
}

static void another_file_of_its_name_stays(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};
    open_with(NULL, NULL, answers);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    remove_it();
    world_write(&world, "a.pdf", "another");
    fake_let_come();
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    assert_true(world_text_has(&world, "a.pdf", "another"));
    world_close(&world);
}

/* ---- renamed ---- */

static void follow(int64_t id, const char *from, const char *to)
{
    world_rename(&world, from, to);
    IN_QUEUE(&world, worker_follow(world.worker, id, to));
}

static void a_new_name_counts_until_it_is_filed(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {{.url = "GET lead/lead_a/",
                                              .status = 200,
                                              .body = "{\"id\": \"lead_a\"}",
                                              .never_comes = true},
        {0}};
    open_with(RULES, RULE(EMAIL), answers);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, SECOND_MS);
    follow(id, "lead_a.pdf", "lead_b.pdf");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    assert_non_null(strstr(str_text(&fake.posted), "lead_b"));
    assert_null(strstr(str_text(&fake.posted), "\"lead_id\":\"lead_a\""));
    world_close(&world);
}

static void a_new_name_after_that_is_told(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {{.url = "POST activity/email/",
                                              .status = 200,
                                              .body = "{\"id\": \"acti_1\"}",
                                              .never_comes = true},
        {0}};
    open_with(RULES " after_upload = \"delete\";", RULE(EMAIL), answers);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, SECOND_MS);
    follow(id, "lead_a.pdf", "lead_b.pdf");
    fake_let_come();
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    assert_true(world_text_has(&world, "Uploaded/lead_b.pdf.error.txt", "would belong to lead_b"));
    world_close(&world);
}

static void a_new_name_may_say_the_same(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {{.url = "POST activity/email/",
                                              .status = 200,
                                              .body = "{\"id\": \"acti_1\"}",
                                              .never_comes = true},
        {.url = "GET lead/lead_a/", .status = 200, .body = "{\"id\": \"lead_a\"}"},
        {.url = "GET lead/lead_a/", .status = 500}, {0}};
    open_with(RULES, RULE(EMAIL), answers);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, SECOND_MS);
    follow(id, "lead_a.pdf", "lead_a-2.pdf");
    fake_let_come();
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done");
    assert_true(world_has(&world, "Uploaded/lead_a-2.pdf"));
    assert_false(world_has(&world, "Uploaded/lead_a-2.pdf.error.txt"));
    world_close(&world);
}

static void what_is_searched_for_may_turn_up(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};
    open_with(NULL, NULL, answers);
    world.never_scans = true;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    world_rename(&world, "a.pdf", "b.pdf");
    fake_let_come();
    for (int i = 0; i < 5; i++)
        world_turn(&world);
    assert_int_equal(world.worker->tasks->step.kind, STEP_SEARCH);
    IN_QUEUE(&world, worker_follow(world.worker, id, "b.pdf"));
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    assert_true(world_has(&world, "Uploaded/b.pdf"));
    world_close(&world);
}

/* ---- kept ---- */

static void a_kept_file_that_was_touched_is_not_filed_again(void **state)
{
    (void)state;
    for (int is_new = 0; is_new < 2; is_new++) {
        open_with("after_upload = \"keep\"; " RULES, RULE(EMAIL), NULL);
        world_drop(&world, "lead_a.pdf", "one");
        world_run(&world, MINUTE_MS);
        world_write(&world, "lead_a.pdf", is_new ? "two" : "one");
        int64_t again = world_add(&world, "lead_a.pdf");
        world_run(&world, MINUTE_MS);
        world_expect_requests("POST activity/email/", is_new ? 2 : 1);
        assert_true(again != 0);
        world_close(&world);
    }
}

/* ---- after a crash ---- */

static void what_a_crash_left_in_staging_goes_on(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL);
    world_write(&world, "Uploaded", "no directory");
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    char staged[64];
    snprintf(staged, sizeof(staged), ".closedrop/%lld", (long long)id);
    assert_true(world_has(&world, staged));
    world_write(&world, ".closedrop/999", "of nobody");
    world_write(&world, ".closedrop/not-a-number", "stays");
    IN_QUEUE(&world, assert_int_equal(staging_recover(&world.config->folders[0], world.queue), 0));
    assert_true(world_has(&world, staged)); /* its job has still to put it away */
    assert_true(world_has(&world, "999"));
    assert_true(world_has(&world, ".closedrop/not-a-number"));
    world_close(&world);
}

static void without_its_folder_nothing_is_recovered(void **state)
{
    (void)state;
    bool came_with = false;
    open_with(NULL, NULL, NULL);
    char *folder = str_format("%s/in", world.root);
    assert_int_equal(scratch_remove(folder), 0);
    free(folder);
    IN_QUEUE(&world, assert_true(staging_recover(&world.config->folders[0], world.queue) < 0));
    IN_QUEUE(&world, came_with = worker_came_with_failed(world.worker, 99, "a.pdf"));
    assert_true(came_with); /* it cannot be told */
    world_close(&world);
}

static struct file_state state_of(const char *path)
{
    struct file_state state;
    int fd = open(path, O_PATH | O_CLOEXEC);
    assert_int_equal(file_state_read(fd, &state), 0);
    close(fd);
    return state;
}

static void an_emptied_directory_is_removed(void **state)
{
    (void)state;
    struct file_state seen;
    open_with("remove_empty = true;", NULL, NULL);
    world_ms = (int64_t)time(NULL) * 1000 + 1000; /* as the clock of the file system */
    char *path = world_path(&world, "sub"), *never = world_path(&world, "never");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mkdir(never, 0700), 0);
    world_drop(&world, "sub/a.pdf", "one");
    world_run(&world, 5 * SECOND_MS);
    seen = state_of(never);
    worker_remove_emptied(world.worker, 0, "never", &seen); /* nothing was ever in it */
    assert_int_equal(access(never, F_OK), 0);
    worker_remove_emptied(world.worker, 0, "sub", &seen); /* not as it was seen */
    assert_int_equal(access(path, F_OK), 0);
    seen = state_of(path);
    worker_remove_emptied(world.worker, 0, "sub", &seen);
    assert_int_not_equal(access(path, F_OK), 0);
    worker_remove_emptied(world.worker, 0, "sub", &seen); /* and again: it is not there */
    free(path);
    free(never);
    world_close(&world);
}

/** Empty, but its parent does not let it go: said once, and it stays. */
static void an_emptied_directory_that_cannot_be_removed_stays(void **state)
{
    (void)state;
    struct file_state seen;
    open_with("remove_empty = true;", NULL, NULL);
    world_ms = (int64_t)time(NULL) * 1000 + 1000; /* as the clock of the file system */
    become_nobody();
    char *above = world_path(&world, "above"), *path = world_path(&world, "above/sub");
    assert_int_equal(mkdir(above, 0700), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    world_drop(&world, "above/sub/a.pdf", "one");
    world_run(&world, 5 * SECOND_MS);
    seen = state_of(path);
    set_mode("above", 0500);
    worker_remove_emptied(world.worker, 0, "above/sub", &seen);
    assert_true(world.worker->folders[0].told_unremovable);
    worker_remove_emptied(world.worker, 0, "above/sub", &seen);
    assert_true(world_has(&world, "above/sub"));
    set_mode("above", 0700);
    worker_remove_emptied(world.worker, 0, "above/sub", &seen);
    assert_false(world_has(&world, "above/sub"));
    become_self();
    free(above);
    free(path);
    world_close(&world);
}

/* ---- limits that changed, and whoever still writes ---- */

/** A limit that came with a reload, and what happens to a file that waits. */
static const struct {
    const char *folder, *state;
} limits[] = {
    {"max_size = \"1\";", "failed too_large"},
    {"min_size = \"1K\";", "failed too_small"},
    {"max_size = \"1K\";", "done"},
};

static void a_limit_counts_from_the_reload_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(limits); i++) {
        struct str why = STR_INIT(4096);
        const struct world_setting other = {limits[i].folder, NULL, NULL};
        open_with(NULL, NULL, NULL);
        int64_t id = world_drop(&world, "a.pdf", "one");
        struct config *config = world_config(&world, &other);
        assert_int_equal(worker_configure(world.worker, config, &why), 0);
        config_release(config);
        str_release(&why);
        world_run(&world, MINUTE_MS);
        world_expect(&world, id, limits[i].state);
        world_close(&world);
    }
}

static void whoever_still_writes_is_waited_for(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL);
    int64_t id = world_drop(&world, "a.pdf", "one");
    char *path = world_path(&world, "a.pdf");
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    world_run(&world, MINUTE_MS);
    world_expect_requests("POST files/upload/", 0);
    world_expect(&world, id, "queued");
    close(fd);
    free(path);
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

static void what_closedrop_uses_itself_is_never_sent(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL);
    char *configuration = str_format("%s/conf", world.root), *path = world_path(&world, "a.pdf");
    assert_int_equal(link(configuration, path), 0);
    int64_t id = world_add(&world, "a.pdf");
    world_run(&world, MINUTE_MS);
    world_expect_requests("POST files/upload/", 0);
    world_expect(&world, id, "dropped");
    free(configuration);
    free(path);
    world_close(&world);
}

static void a_large_kept_file_is_compared_slice_by_slice(void **state)
{
    static char content[9 * 1024 * 1024 + 1];
    (void)state;
    memset(content, 'x', sizeof(content) - 1);
    for (int changes = 0; changes < 2; changes++) {
        open_with("after_upload = \"keep\";", NULL, NULL);
        world_drop(&world, "a.pdf", content);
        world_run(&world, MINUTE_MS);
        world_write(&world, "a.pdf", content);
        int64_t again = world_add(&world, "a.pdf");
        world_turn(&world);
        world_turn(&world);
        assert_int_equal(world.worker->tasks->step.kind, STEP_READING);
        char *path = world_path(&world, "a.pdf");
        if (changes)
            assert_int_equal(utimensat(AT_FDCWD, path, NULL, 0), 0);
        free(path);
        world_run(&world, MINUTE_MS);
        world_expect(&world, again, changes ? "superseded" : "dropped");
        world_expect_requests("POST files/upload/", 1);
        assert_int_equal(world.resettled, changes);
        world_close(&world);
    }
}

static void failed_files_elsewhere_are_missed_as_well(void **state)
{
    (void)state;
    char elsewhere[SCRATCH_MAX];
    assert_int_equal(scratch_make(elsewhere), 0);
    char *folder = str_format("failed = \"%s\";", elsewhere);
    open_with(folder, NULL, refuses);
    fake.answers[0].times = 2;
    int64_t stays = world_drop(&world, "a.pdf", "one"), goes = world_drop(&world, "b.pdf", "two");
    world_run(&world, MINUTE_MS);
    struct job *job = world_job(&world, goes);
    char *text = str_format("%s.error.txt", job->location);
    assert_int_equal(unlink(job->location), 0);
    assert_int_equal(unlink(text), 0);
    free(text);
    job_free(job);
    world_ms += HOUR_MS;
    world.folder.complete_scans++;
    world_run(&world, MINUTE_MS);
    job = world_job(&world, goes);
    assert_int_equal(job->put_away, JOB_DISCARDED);
    job_free(job);
    job = world_job(&world, stays);
    assert_int_equal(job->put_away, JOB_PUT_AWAY);
    job_free(job);
    world_close(&world);
    free(folder);
    assert_int_equal(scratch_remove(elsewhere), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receipts_and_reasons_lie_beside_it),
        cmocka_unit_test(a_directory_that_keeps_its_files_is_named),
        cmocka_unit_test(a_taken_name_gets_a_number),
        cmocka_unit_test(marker_and_sidecar_go_with_it),
        cmocka_unit_test(a_sidecar_must_be_good),
        cmocka_unit_test(what_cannot_be_put_away_is_tried_again),
        cmocka_unit_test(what_is_there_already_is_found_there),
        cmocka_unit_test(a_receipt_that_cannot_be_written_is_tried_again),
        cmocka_unit_test(a_folder_that_looks_unmounted_is_left_alone),
        cmocka_unit_test(a_folder_that_is_gone_is_waited_for),
        cmocka_unit_test(to_another_file_system_it_is_copied),
        cmocka_unit_test(a_failed_file_is_brought_back_and_filed),
        cmocka_unit_test(what_was_taken_out_of_failed_cannot_be_brought_back),
        cmocka_unit_test(only_the_file_itself_is_brought_back),
        cmocka_unit_test(a_failed_file_that_was_deleted_needs_nobody),
        cmocka_unit_test(a_failed_file_that_was_moved_is_known_there),
        cmocka_unit_test(all_of_failed_may_be_renamed),
        cmocka_unit_test(what_changed_before_it_was_sent_is_not_sent),
        cmocka_unit_test(what_changes_while_it_is_sent_is_settled_anew),
        cmocka_unit_test(what_is_gone_before_it_is_put_away_is_searched_for),
        cmocka_unit_test(another_file_of_its_name_stays),
        cmocka_unit_test(a_new_name_counts_until_it_is_filed),
        cmocka_unit_test(a_new_name_after_that_is_told),
        cmocka_unit_test(a_new_name_may_say_the_same),
        cmocka_unit_test(what_is_searched_for_may_turn_up),
        cmocka_unit_test(a_kept_file_that_was_touched_is_not_filed_again),
        cmocka_unit_test(what_a_crash_left_in_staging_goes_on),
        cmocka_unit_test(without_its_folder_nothing_is_recovered),
        cmocka_unit_test(an_emptied_directory_is_removed),
        cmocka_unit_test(an_emptied_directory_that_cannot_be_removed_stays),
        cmocka_unit_test(a_limit_counts_from_the_reload_on),
        cmocka_unit_test(whoever_still_writes_is_waited_for),
        cmocka_unit_test(what_closedrop_uses_itself_is_never_sent),
        cmocka_unit_test(a_large_kept_file_is_compared_slice_by_slice),
        cmocka_unit_test(failed_files_elsewhere_are_missed_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
