/* A folder whose files are touched by its file process, as the worker sees it: what is put away and
 * what is sent, while the process answers, hangs, or says what cannot be. */
#include "work/world.h"

#include "closedrop/base/array.h"
#include "closedrop/files/remote.h"
#include "closedrop/work/assignment.h"
#include "closedrop/work/open_files.h"
#include "work/block_wire.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define FORMS "POST " FAKE_FORMS
#define BIG (5 * BLOCK_SIZE + 7)

static struct world world;

/* ---- the file process ---- */

struct given {
    enum order order;
    int64_t number;
    struct str bytes;
};

static struct given given[64], errands[64];
static size_t given_count, done_count, errand_count, errands_run;
static struct open_files files;
static bool is_unreachable;
static int stages, closed; /* orders so far */
static void (*spoil)(struct block *block);

static bool take_order(void *context, const char *folder, enum order order, int64_t number,
    const char *bytes, size_t length)
{
    (void)context;
    assert_string_equal(folder, "in");
    if (is_unreachable)
        return false;
    struct wire wire = {.at = bytes, .left = length};
    bool is_stage = order == ORDER_STAGE || order == ORDER_PUT_AWAY;
    bool is_errand = is_stage && wire_number(&wire) < 0;
    assert_true(given_count < COUNT(given) && errand_count < COUNT(errands));
    struct given *new = is_errand ? &errands[errand_count++] : &given[given_count++];
    *new = (struct given){order, number, STR_INIT(FRAME_MAX)};
    str_add_bytes(&new->bytes, bytes, length);
    if (is_errand)
        return true;
    stages += is_stage;
    closed += order == ORDER_CLOSE;
    return true;
}

static void do_stage(int64_t number, struct wire *wire)
{
    struct str result = STR_INIT(FRAME_MAX);
    void *begun = assignment_begin(&files, number, world.config, 0, wire, &result);
    while (begun && !assignment_step(&files, begun, &result))
        ;
    IN_QUEUE(
        &world, worker_take_result(world.worker, "in", number, str_text(&result), result.length));
    str_release(&result);
}

static void send_block(int64_t number, const struct block *block)
{
    struct str bytes = STR_INIT(FRAME_MAX);
    block_add(&bytes, block);
    worker_take_block(world.worker, number, bytes.bytes, bytes.length);
    str_release(&bytes);
}

static void do_read(int64_t number, struct wire *wire)
{
    struct str result = STR_INIT(FRAME_MAX);
    struct block block;
    open_files_read(&files, number, wire, &result);
    struct wire read = {.at = result.bytes, .left = result.length};
    assert_true(block_read(&read, &block));
    if (spoil)
        spoil(&block);
    send_block(number, &block);
    str_release(&result);
}

/** The next thing that it was told to do. */
static void do_next(void)
{
    struct given *next = &given[done_count++];
    struct wire wire = {.at = next->bytes.bytes, .left = next->bytes.length};
    if (next->order == ORDER_STAGE || next->order == ORDER_PUT_AWAY)
        do_stage(next->number, &wire);
    else if (next->order == ORDER_READ)
        do_read(next->number, &wire);
    else
        open_files_forget(&files, next->number);
    str_release(&next->bytes);
}

/** The next thing that it was asked besides. */
static void do_errand(void)
{
    struct given *next = &errands[errands_run++];
    struct wire wire = {.at = next->bytes.bytes, .left = next->bytes.length};
    do_stage(next->number, &wire);
    str_release(&next->bytes);
}

/** Answer until nothing is left to be done. */
static void run(void)
{
    do {
        world_run(&world, SECOND_MS);
        while (done_count < given_count)
            do_next();
        while (errands_run < errand_count)
            do_errand();
        world_run(&world, SECOND_MS);
    } while (done_count < given_count || errands_run < errand_count);
}

/** It is replaced: nobody does what it was ordered to do. */
static void replace(void)
{
    while (done_count < given_count)
        str_release(&given[done_count++].bytes);
    while (errands_run < errand_count)
        str_release(&errands[errands_run++].bytes);
    open_files_close(&files);
}

static void be_away(bool is_away)
{
    world.folder.healthy = !is_away;
    world_run(&world, MINUTE_MS);
}

static void begin(const char *folder, const char *rules, const char *limits)
{
    const struct world_setting setting = {folder, rules, limits};
    fake_reset(NULL);
    given_count = done_count = errand_count = errands_run = 0;
    stages = closed = 0;
    is_unreachable = false;
    spoil = NULL;
    world_open(&world, &setting);
    world.worker->order = take_order;
    atomic_store(&world.config->folders[0].is_elsewhere, true);
}

static int setup(void **state)
{
    (void)state;
    begin(NULL, NULL, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    world_close(&world);
    replace();
    return 0;
}

static void expect(int64_t id, const char *state_wanted, int attempts)
{
    struct job *job = world_job(&world, id);
    world_expect(&world, id, state_wanted);
    assert_int_equal(job->attempts, attempts);
    job_free(job);
}

/** It is filed once, put away, and nothing is left open. */
static void expect_filed(int64_t id)
{
    run();
    expect(id, "done", 1);
    assert_true(world_has(&world, "Uploaded/a.pdf"));
    assert_null(files.first);
}

static int64_t drop_big(void)
{
    static char text[BIG + 1];
    for (size_t i = 0; i < BIG; i++)
        text[i] = (char)('a' + i * 7 / 5 % 26);
    return world_drop(&world, "a.pdf", text);
}

/* ---- sent ---- */

static void its_file_process_opens_reads_and_puts_it_away(void **state)
{
    (void)state;
    int64_t id = drop_big();
    expect_filed(id);
    world_expect_requests(FORMS, 1);
    assert_int_equal(stages, 2);
    assert_int_equal(closed, 1);
}

static void while_it_hangs_in_opening_the_file_waits_and_spends_no_attempt(void **state)
{
    (void)state;
    int64_t id = drop_big();
    world_run(&world, SECOND_MS);
    assert_int_equal(stages, 1);
    be_away(true);
    expect(id, "queued", 0);
    world_expect_requests("POST", 0);
    replace();
    be_away(false);
    expect_filed(id);
    assert_int_equal(stages, 3);
}

static void what_it_opens_for_nobody_is_closed(void **state)
{
    (void)state;
    int64_t id = drop_big();
    world_run(&world, SECOND_MS);
    be_away(true); /* though its process answers */
    do_next();
    assert_non_null(files.first);
    while (done_count < given_count)
        do_next();
    assert_null(files.first);
    be_away(false);
    expect_filed(id);
}

static void while_it_hangs_in_reading_the_transfer_ends_and_spends_no_attempt(void **state)
{
    (void)state;
    int64_t id = drop_big();
    world_run(&world, SECOND_MS);
    do_next(); /* opens it */
    world_run(&world, SECOND_MS);
    do_next(); /* its first block */
    world_run(&world, MINUTE_MS);
    world_expect_requests(FORMS, 1);
    be_away(true);
    expect(id, "queued", 0);
    replace();
    be_away(false);
    expect_filed(id);
    world_expect_requests(FORMS, 2);
}

static void while_no_block_comes_though_it_answers_the_transfer_ends_and_spends_no_attempt(
    void **state)
{
    (void)state;
    int64_t id = drop_big();
    world_run(&world, SECOND_MS);
    do_next(); /* opens it */
    world_run(&world, SECOND_MS);
    do_next(); /* its first block */
    world_run(&world, 2 * world.config->limits.timeout_ms - SECOND_MS);
    assert_int_equal(worker_count_claimed(world.worker), 1);
    world_run(&world, 2 * SECOND_MS);
    expect(id, "queued", 0);
    replace();
    world_run(&world, MINUTE_MS);
    expect_filed(id);
    world_expect_requests(FORMS, 2);
}

static const struct fake_answer slow_form[] = {
    {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};

static void a_file_that_was_read_to_its_end_is_sent_while_the_folder_is_away(void **state)
{
    (void)state;
    fake_reset(slow_form);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    do_next();
    world_run(&world, SECOND_MS);
    do_next(); /* all of it, while S3 has not answered */
    be_away(true);
    fake_let_come();
    world_run(&world, SECOND_MS);
    expect(id, "done", 1);
    assert_int_equal(stages, 1); /* its process would not put it away */
    assert_int_equal(worker_count_claimed(world.worker), 0);
    be_away(false);
    expect_filed(id);
    world_expect_requests(FORMS, 1);
}

static void another_process_does_not_know_what_was_opened(void **state)
{
    (void)state;
    int64_t id = drop_big();
    world_run(&world, SECOND_MS);
    do_next();
    open_files_close(&files);
    expect_filed(id);
}

/** Another configuration, in which the folder has a process, or none. */
static void reload(bool is_elsewhere)
{
    const struct world_setting setting = {.folder = NULL};
    struct str why = STR_INIT(4096);
    struct config *config = world_config(&world, &setting);
    atomic_store(&config->folders[0].is_elsewhere, is_elsewhere);
    assert_int_equal(worker_configure(world.worker, config, &why), 0);
    config_release(world.config);
    world.config = config;
    str_release(&why);
}

static void reload_while_reading(bool stays, int forms)
{
    int64_t id = drop_big();
    world_run(&world, SECOND_MS);
    do_next(); /* opens it */
    world_run(&world, SECOND_MS);
    do_next(); /* its first block */
    reload(stays);
    world_run(&world, stays ? SECOND_MS : MINUTE_MS);
    expect_filed(id);
    world_expect_requests(FORMS, forms);
}

static void after_a_reload_it_is_read_to_its_end(void **state)
{
    (void)state;
    reload_while_reading(true, 1);
}

static void if_a_reload_leaves_its_process_it_is_sent_again(void **state)
{
    (void)state;
    reload_while_reading(false, 2);
}

static void a_file_that_changes_while_it_is_read_is_settled_again(void **state)
{
    (void)state;
    int64_t id = drop_big();
    world_run(&world, SECOND_MS);
    do_next();
    world_run(&world, SECOND_MS);
    do_next();
    world_write(&world, "a.pdf", "shorter");
    run();
    assert_int_equal(world.resettled, 1);
    assert_null(files.first);
    assert_string_not_equal(world_state(&world, id), "done");
}

static void an_empty_file_is_not_read(void **state)
{
    (void)state;
    int64_t id = world_drop(&world, "a.pdf", "");
    expect_filed(id);
}

/* ---- a hostile process ---- */

static void cut(struct block *block)
{
    block->length--;
}

static void too_many(struct block *block)
{
    if (block->offset == BLOCK_SIZE)
        block->offset = 0;
}

static void ahead(struct block *block)
{
    block->offset += BLOCK_SIZE;
}

static void too_early(struct block *block)
{
    memset(block->sha256, 'a', sizeof(block->sha256) - 1);
    memset(block->md5, 'a', sizeof(block->md5) - 1);
}

static void fails(struct block *block)
{
    block->error = EIO;
}

static void what_cannot_be_a_block_fails_the_file_and_nothing_else(void **state)
{
    (void)state;
    static void (*const spoils[])(struct block *) = {cut, too_many, ahead, too_early, fails};
    int64_t id = drop_big();
    for (size_t i = 0; i < COUNT(spoils); i++) {
        spoil = spoils[i];
        world_run(&world, MINUTE_MS);
        do_next(); /* opens it */
        world_run(&world, 0);
        while (done_count < given_count)
            do_next();
        world_run(&world, 0);
        expect(id, "queued unreadable", (int)i + 1);
        replace();
        given_count = done_count = 0;
    }
    spoil = NULL;
    world_run(&world, MINUTE_MS);
    run();
    expect(id, "done", COUNT(spoils) + 1);
}

static void blocks_that_are_broken_or_nobodys_are_refused(void **state)
{
    (void)state;
    const struct block nobodys = {.bytes = "x", .length = 1};
    int64_t id = drop_big();
    send_block(99, &nobodys);
    world_run(&world, SECOND_MS);
    do_next();
    world_run(&world, SECOND_MS);
    worker_take_block(world.worker, given[0].number, "broken", 6);
    run();
    expect(id, "done", 2);
}

/* ---- other stages ---- */

static void its_file_process_reads_the_sidecar(void **state)
{
    (void)state;
    begin("sidecar = true; " RULES, RULE("note = { text = \"{meta.who}\"; };"), NULL);
    world_write(&world, "lead_a.pdf.json", "{\"who\": \"Ann\"}");
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, SECOND_MS);
    be_away(true);
    expect(id, "queued", 0);
    replace();
    be_away(false);
    world_rename(&world, "lead_a.pdf", "lead_b.pdf"); /* while its process is at it */
    world_rename(&world, "lead_a.pdf.json", "lead_b.pdf.json");
    IN_QUEUE(&world, worker_follow(world.worker, id, "lead_b.pdf"));
    run();
    expect(id, "done", 1);
    assert_non_null(strstr(str_text(&fake.posted), "Ann"));
    world_expect_requests("GET lead/lead_a/", 0);
    assert_true(world_has(&world, "Uploaded/lead_b.pdf.json"));
    assert_int_equal(stages, 5); /* twice in vain */
}

static void its_file_process_compares_what_is_kept(void **state)
{
    (void)state;
    begin("after_upload = \"keep\";", NULL, NULL);
    for (int i = 0; i < 2; i++) {
        world_write(&world, "a.pdf", i ? "two" : "one");
        int64_t first = world_add(&world, "a.pdf");
        run();
        world_write(&world, "a.pdf", i ? "two" : "one");
        int64_t again = world_add(&world, "a.pdf");
        run();
        world_expect(&world, first, "done");
        world_expect(&world, again, "dropped");
        world_expect_requests(FORMS, i + 1);
    }
}

static void its_file_process_looks_for_what_was_held(void **state)
{
    (void)state;
    begin(RULES,
        RULE("group = { by = \"{l}\"; wait = \"10s\"; }; email = { status = \"outbox\"; sender = "
             "\"Me <me@example.com>\"; to = [ \"a@example.com\" ]; subject = \"{stem}\"; "
             "body_text = \"x\"; };"),
        "ask_above = 1;");
    world_drop(&world, "lead_a.pdf", "one");
    int64_t stays = world_drop(&world, "lead_b-1.pdf", "two");
    int64_t leaves = world_drop(&world, "lead_b-2.pdf", "three");
    for (int i = 0; i < 30; i++)
        run();
    world_expect(&world, stays, "uploaded held");
    world_remove(&world, "lead_b-2.pdf");
    IN_QUEUE(&world, queue_release_rule(world.queue, "r"));
    for (int i = 0; i < 30; i++)
        run();
    world_expect(&world, stays, "done");
    world_expect(&world, leaves, "dropped");
}

/* ---- put away ---- */

/** Sent, and to be put away. */
static int64_t drop_sent(void)
{
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    do_next();
    world_run(&world, SECOND_MS);
    do_next();
    world_run(&world, SECOND_MS);
    do_next(); /* closes it */
    expect(id, "done", 1);
    assert_int_equal(stages, 2);
    assert_true(world_has(&world, "a.pdf"));
    return id;
}

static void while_the_folder_is_away_it_is_put_away_later(void **state)
{
    (void)state;
    int64_t id = drop_sent(), late = given[done_count].number;
    be_away(true);
    assert_int_equal(stages, 2);
    be_away(false);
    assert_int_equal(stages, 3);
    IN_QUEUE(&world, worker_take_result(world.worker, "in", late, "", 0)); /* nobody waits for it */
    do_next();
    expect_filed(id); /* it is found where it is by now */
}

/* ---- errands ---- */

static const struct fake_answer refuses[] = {
    {.url = "POST files/upload/", .status = 400, .body = "{\"error\": \"no\"}"}, {0}};

/** Done, whatever else it was asked. */
static void do_errands(void)
{
    while (errands_run < errand_count)
        do_errand();
    world_run(&world, SECOND_MS);
}

/** A file in Failed. */
static int64_t fail_one(void)
{
    fake_reset(refuses);
    int64_t id = world_drop(&world, "a.pdf", "one");
    run();
    assert_true(world_has(&world, "Failed/a.pdf"));
    return id;
}

static bool came_with_failed(int64_t id, const char *path)
{
    bool result = false;
    IN_QUEUE(&world, result = worker_came_with_failed(world.worker, id, path));
    return result;
}

static void the_directory_for_failed_files_is_known_by_whatever_name(void **state)
{
    (void)state;
    int64_t id = fail_one();
    world_rename(&world, "Failed", "Old");
    assert_true(came_with_failed(id, "Old/a.pdf")); /* nobody knows yet */
    do_errands();
    struct job *job = world_job(&world, id);
    assert_string_equal(job->location, "Old/a.pdf");
    job_free(job);
    assert_int_equal(world.resettled, 0);
}

static void a_failed_file_that_comes_back_by_itself_is_settled_once_that_is_known(void **state)
{
    (void)state;
    int64_t id = fail_one();
    world_rename(&world, "Failed/a.pdf", "b.pdf");
    assert_true(came_with_failed(id, "b.pdf"));
    be_away(true);
    replace(); /* nobody answers */
    be_away(false);
    assert_true(came_with_failed(id, "b.pdf"));
    do_errands();
    assert_int_equal(world.resettled, 1);
    assert_false(came_with_failed(id, "b.pdf"));
    assert_true(came_with_failed(id, "b.pdf")); /* it may have left since */
}

/** All of the folder was scanned, long after the last time. */
static void scan_all(void)
{
    world_run(&world, 24 * HOUR_MS);
    world.folder.complete_scans++;
    world_run(&world, SECOND_MS);
}

static void a_failed_file_that_was_deleted_is_missed_by_its_file_process(void **state)
{
    (void)state;
    int64_t id = fail_one();
    world_remove(&world, "Failed/a.pdf");
    world_remove(&world, "Failed/a.pdf.error.txt");
    scan_all();
    be_away(true);
    replace();
    world_expect(&world, id, "failed close_refused");
    be_away(false); /* it is asked again */
    do_errands();
    struct job *job = world_job(&world, id);
    assert_int_equal(job->put_away, JOB_DISCARDED);
    job_free(job);
}

static void a_failed_file_is_found_where_it_was_sorted(void **state)
{
    (void)state;
    int64_t id = fail_one();
    world_remove(&world, "Failed/a.pdf.error.txt");
    world_rename(&world, "Failed/a.pdf", "Failed/sorted.pdf");
    scan_all();
    do_errands();
    struct job *job = world_job(&world, id);
    assert_string_equal(job->location, "Failed/sorted.pdf");
    assert_int_equal(job->put_away, JOB_PUT_AWAY);
    job_free(job);
}

static void what_no_errand_would_answer_changes_nothing(void **state)
{
    (void)state;
    int64_t id = fail_one();
    struct str answer = STR_INIT(FRAME_MAX);
    scan_all();
    for (int64_t code = -16; code <= 0; code++)
        for (int values = 0; values < 12; values++) {
            str_clear(&answer);
            wire_add_number(&answer, code);
            for (int i = 0; i < values; i++)
                wire_add_number(&answer, i == 6 ? id : 1);
            IN_QUEUE(&world,
                worker_take_result(world.worker, "in", 1, str_text(&answer), answer.length));
            replace();
            given_count = done_count = 0;
        }
    str_release(&answer);
    world_expect(&world, id, "failed close_refused");
    struct job *job = world_job(&world, id);
    assert_string_equal(job->location, "Failed/a.pdf");
    job_free(job);
}

static struct file_state state_of(const char *path)
{
    struct file_state state;
    char *full = world_path(&world, path);
    int fd = open(full, O_PATH | O_CLOEXEC);
    assert_int_equal(file_state_read(fd, &state), 0);
    close(fd);
    free(full);
    return state;
}

static void an_emptied_directory_is_removed_by_its_file_process(void **state)
{
    (void)state;
    char *directory = world_path(&world, "sub");
    assert_int_equal(mkdir(directory, 0700), 0);
    world_drop(&world, "sub/a.pdf", "one");
    run();
    const struct timespec times[2] = {{.tv_sec = world_ms / 1000}, {.tv_sec = world_ms / 1000}};
    assert_int_equal(utimensat(AT_FDCWD, directory, times, 0), 0);
    for (int i = 0; i < 2; i++) {
        const struct file_state seen = state_of("sub");
        IN_QUEUE(&world, worker_remove_emptied(world.worker, 0, "sub", &seen));
        assert_true(world_has(&world, "sub"));
        if (i == 0)
            replace();
    }
    do_errands(); /* since when is it there */
    do_errands(); /* then it goes */
    assert_false(world_has(&world, "sub"));
    free(directory);
}

static void an_end_marker_is_put_away_by_its_file_process(void **state)
{
    (void)state;
    world_write(&world, "READY", "");
    const struct file_state seen = state_of("READY");
    IN_QUEUE(&world, worker_put_away_end_marker(world.worker, 0, "READY", &seen));
    assert_true(world_has(&world, "READY"));
    do_errands();
    assert_false(world_has(&world, "READY"));
}

static void files_of_a_group_are_classified_by_their_file_process(void **state)
{
    (void)state;
    begin(RULES, RULE("group = { by = \"{l}\"; wait = \"1s\"; }; " EMAIL), NULL);
    int64_t first = world_drop(&world, "lead_a-1.pdf", "one");
    int64_t second = world_drop(&world, "lead_a-2.pdf", "two");
    world_run(&world, MINUTE_MS);
    assert_int_equal(stages, 0); /* nothing goes before all are known */
    be_away(true);
    replace();
    be_away(false);
    IN_QUEUE(
        &world, worker_take_result(world.worker, "in", errands[errands_run].number, "broken", 6));
    world_run(&world, HOUR_MS);
    for (int i = 0; i < 8; i++)
        run();
    world_expect(&world, first, "done");
    world_expect(&world, second, "done");
    world_expect_requests("POST activity/email/", 1);
}

static void a_failed_duplicate_that_was_taken_out_is_found_by_its_file_process(void **state)
{
    (void)state;
    begin(RULES, RULE(EMAIL), NULL);
    world_drop(&world, "lead_a-1.pdf", "the same");
    run();
    int64_t copy = world_drop(&world, "lead_a-2.pdf", "the same");
    run();
    world_expect(&world, copy, "failed already_filed");
    world_remove(&world, "Failed/lead_a-2.pdf");
    int64_t again = world_drop(&world, "lead_a-3.pdf", "the same");
    for (int i = 0; i < 3; i++) { /* opened, sent, and then it is asked */
        world_run(&world, SECOND_MS);
        while (done_count < given_count)
            do_next();
    }
    be_away(true); /* before it has answered */
    world_expect(&world, again, "uploaded");
    replace();
    be_away(false);
    run();
    world_expect(&world, again, "done");
    world_expect_requests("POST activity/email/", 2);
}

static void one_whose_result_is_broken_is_assigned_again(void **state)
{
    (void)state;
    int64_t id = drop_sent();
    IN_QUEUE(&world, worker_take_result(world.worker, "in", given[done_count].number, "broken", 6));
    world_run(&world, MINUTE_MS);
    assert_int_equal(stages, 3);
    expect_filed(id);
}

static void one_whose_process_cannot_be_reached_is_assigned_later(void **state)
{
    (void)state;
    is_unreachable = true;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    expect(id, "queued", 0);
    is_unreachable = false;
    world_run(&world, MINUTE_MS);
    expect_filed(id);
}

static void an_assignment_that_is_broken_has_no_result(void **state)
{
    (void)state;
    struct wire wire = {.at = "broken", .left = 6}, question = wire;
    struct str result = STR_INIT(FRAME_MAX);
    assert_null(assignment_begin(&files, 1, world.config, 0, &wire, &result));
    open_files_read(&files, 1, &question, &result);
    assert_int_equal(result.length, 0);
    str_release(&result);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_file_process_opens_reads_and_puts_it_away),
        TEST(while_it_hangs_in_opening_the_file_waits_and_spends_no_attempt),
        TEST(what_it_opens_for_nobody_is_closed),
        TEST(while_it_hangs_in_reading_the_transfer_ends_and_spends_no_attempt),
        TEST(while_no_block_comes_though_it_answers_the_transfer_ends_and_spends_no_attempt),
        TEST(a_file_that_was_read_to_its_end_is_sent_while_the_folder_is_away),
        TEST(another_process_does_not_know_what_was_opened),
        TEST(after_a_reload_it_is_read_to_its_end),
        TEST(if_a_reload_leaves_its_process_it_is_sent_again),
        TEST(a_file_that_changes_while_it_is_read_is_settled_again),
        TEST(an_empty_file_is_not_read),
        TEST(what_cannot_be_a_block_fails_the_file_and_nothing_else),
        TEST(blocks_that_are_broken_or_nobodys_are_refused),
        cmocka_unit_test_teardown(its_file_process_reads_the_sidecar, teardown),
        cmocka_unit_test_teardown(its_file_process_compares_what_is_kept, teardown),
        cmocka_unit_test_teardown(its_file_process_looks_for_what_was_held, teardown),
        TEST(while_the_folder_is_away_it_is_put_away_later),
        TEST(the_directory_for_failed_files_is_known_by_whatever_name),
        TEST(a_failed_file_that_comes_back_by_itself_is_settled_once_that_is_known),
        TEST(a_failed_file_that_was_deleted_is_missed_by_its_file_process),
        TEST(a_failed_file_is_found_where_it_was_sorted),
        TEST(what_no_errand_would_answer_changes_nothing),
        TEST(an_emptied_directory_is_removed_by_its_file_process),
        TEST(an_end_marker_is_put_away_by_its_file_process),
        cmocka_unit_test_teardown(files_of_a_group_are_classified_by_their_file_process, teardown),
        cmocka_unit_test_teardown(
            a_failed_duplicate_that_was_taken_out_is_found_by_its_file_process, teardown),
        TEST(one_whose_result_is_broken_is_assigned_again),
        TEST(one_whose_process_cannot_be_reached_is_assigned_later),
        TEST(an_assignment_that_is_broken_has_no_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
