/* The worker while it is stopped, paused, reloaded or asked, and what a crash has left to it. */
#include "closedrop/base/array.h"
#include "work/world.h"

static struct world world;

static void open_with(
    const char *folder, const char *rules, const char *limits, const struct fake_answer *answers)
{
    const struct world_setting setting = {folder, rules, limits};
    fake_reset(answers);
    world_open(&world, &setting);
}

static void configure(const char *folder, const char *rules)
{
    struct str why = STR_INIT(4096);
    const struct world_setting setting = {folder, rules, NULL};
    struct config *config = world_config(&world, &setting);
    if (worker_configure(world.worker, config, &why) < 0)
        fail_msg("%s", str_text(&why));
    str_release(&why);
    config_release(config);
}

/* ---- stopped ---- */

/** Where a job is when it is given up, and what it is afterwards. */
static const struct {
    const char *name, *file;
    struct fake_answer answer;
    int64_t run_ms;
    const char *state;
    bool waits_for_doubt;
} stops[] = {
    {"its target is asked for", "lead_a.pdf", {.url = "GET lead/", .never_comes = true}, 1000,
        "queued", false},
    {"it is sent", "a.pdf", {.url = FAKE_FORMS, .never_comes = true}, 1000, "queued", false},
    {"it is posted", "lead_a.pdf", {.url = "POST activity/", .never_comes = true}, 1000,
        "attaching", true},
    {"it is in doubt", "a.pdf", {.url = "POST files/upload/", .end = TRANSFER_CUT, .times = -1}, 0,
        "queued", false},
};

static void what_is_given_up_goes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stops); i++) {
        const struct fake_answer answers[] = {
            stops[i].answer, {.url = "GET me/", .never_comes = true}, {0}};
        open_with(RULES, RULE(EMAIL), NULL, answers);
        int64_t id = world_drop(&world, stops[i].file, "one");
        world_run(&world, stops[i].run_ms);
        assert_int_equal(worker_count_claimed(world.worker), 1);
        worker_stop_claiming(world.worker);
        IN_QUEUE(&world, worker_abandon(world.worker));
        assert_int_equal(worker_count_claimed(world.worker), 0);
        struct job *job = world_job(&world, id);
        if (strcmp(world_state(&world, id), stops[i].state) != 0)
            fail_msg("%s: %s", stops[i].name, world_state(&world, id));
        assert_int_equal(job->due_ms > world_ms, stops[i].waits_for_doubt);
        assert_int_equal(job->attempts, 0);
        job_free(job);
        world_close(&world);
    }
}

static void a_doubt_does_not_hold_up_the_stop(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {{.url = "POST files/upload/", .end = TRANSFER_CUT},
        {.url = "GET me/", .never_comes = true}, {0}};
    open_with(NULL, NULL, NULL, answers);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    assert_true(worker_is_asking(world.worker));
    worker_stop_claiming(world.worker);
    world_turn(&world);
    world_expect(&world, id, "queued");
    assert_int_equal(worker_count_claimed(world.worker), 0);
    world_close(&world);
}

static void what_is_under_way_ends_though_nothing_new_is_claimed(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};
    open_with(NULL, NULL, "transfers = 1;", answers);
    int64_t first = world_drop(&world, "a.pdf", "one");
    int64_t second = world_drop(&world, "b.pdf", "two");
    world_run(&world, SECOND_MS);
    worker_stop_claiming(world.worker);
    fake_let_come();
    world_run(&world, MINUTE_MS);
    world_expect(&world, first, "done");
    world_expect(&world, second, "queued");
    world_close(&world);
}

/* ---- held up ---- */

static void nothing_is_sent_while_it_is_paused(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL, NULL);
    worker_set_paused(world.worker, true);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "queued");
    worker_set_paused(world.worker, false);
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

static void nothing_is_claimed_while_the_disk_is_short(void **state)
{
    (void)state;
    open_with(RULES, RULE("group = { by = \"{l}\"; wait = \"1s\"; };" EMAIL), NULL, NULL);
    worker_set_disk_short(world.worker, "no room");
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "queued");
    worker_set_disk_short(world.worker, NULL);
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

static void a_folder_that_is_away_is_left_alone(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL, NULL);
    world.folder.healthy = false;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "queued");
    world.folder.healthy = true;
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

/* ---- status ---- */

static char *status(void)
{
    struct json *json = json_object();
    assert_int_equal(worker_add_status(world.worker, json), 0);
    char *text = json_print(json);
    json_free(json);
    return text;
}

static void expect_status(const char *words)
{
    char *text = status();
    if (!strstr(text, words))
        fail_msg("%s is not in %s", words, text);
    free(text);
}

static void status_says_what_goes_on_and_why_nothing_does(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 503, .times = -1, .never_comes = true}, {0}};
    open_with(NULL, NULL, NULL, answers);
    expect_status("\"blocked\":null");
    world_drop(&world, "a.pdf", "onetwo");
    world_run(&world, SECOND_MS);
    expect_status("\"stage\":\"send\"");
    expect_status("\"sent\":3");
    expect_status("\"speed\":");
    expect_status("\"seconds_left\":");
    fake_let_come();
    world_turn(&world);
    expect_status("s3_down");
    worker_set_disk_short(world.worker, "no room");
    expect_status("disk_full");
    world_close(&world);
}

static void status_says_that_s3_takes_nothing(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS,
            .status = 403,
            .body = "<Error><Code>InvalidAccessKeyId</Code></Error>",
            .times = -1},
        {0}};
    open_with(NULL, NULL, NULL, answers);
    int64_t ids[7];
    for (int i = 0; i < 7; i++) {
        char name[32], content[32];
        snprintf(name, sizeof(name), "%d.pdf", i);
        snprintf(content, sizeof(content), "number %d", i);
        ids[i] = world_drop(&world, name, content);
    }
    world_run(&world, 2 * MINUTE_MS);
    expect_status("s3_refused");
    for (int i = 0; i < 7; i++)
        world_expect(&world, ids[i], "queued s3_refused");
    fake_reset(NULL);
    world_run(&world, HOUR_MS);
    for (int i = 0; i < 7; i++)
        world_expect(&world, ids[i], "done");
    expect_status("\"blocked\":null");
    world_close(&world);
}

static void status_says_that_close_is_away(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {{.url = "POST files/upload/", .status = 401, .times = -1},
        {.url = "GET me/", .status = 401, .times = -1}, {0}};
    open_with(NULL, NULL, NULL, answers);
    world_drop(&world, "a.pdf", "one");
    world_run(&world, MINUTE_MS);
    expect_status("key_refused");
    assert_int_equal(worker_blocked(world.worker), BREAKER_KEY_REFUSED);
    fake_reset(NULL);
    configure(NULL, NULL); /* a reload asks at once */
    world_run(&world, MINUTE_MS);
    assert_int_equal(worker_blocked(world.worker), BREAKER_FINE);
    assert_int_equal(worker_failures(world.worker), 0);
    world_close(&world);
}

/* ---- the key file ---- */

static void write_key(const char *key)
{
    char *path = str_format("%s/key", world.root);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "%s\n", key);
    fclose(out);
    assert_int_equal(chmod(path, 0600), 0);
    free(path);
}

static void another_key_is_tried_as_soon_as_it_is_there(void **state)
{
    (void)state;
    struct str why = STR_INIT(4096);
    const struct fake_answer answers[] = {{.url = "POST files/upload/", .status = 401},
        {.url = "GET me/", .status = 401, .body = "{}", .times = 2}, {0}};
    open_with(NULL, NULL, NULL, answers);
    write_key("api_old");
    free(world.config->close.api_key_file);
    world.config->close.api_key_file = str_format("%s/key", world.root);
    assert_int_equal(worker_configure(world.worker, world.config, &why), 0);
    str_release(&why);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, 100);
    expect_status("key_refused");
    write_key("'in quotes'");
    world_ms += 2 * SECOND_MS;
    world_turn(&world);
    expect_status("key_unusable");
    write_key("api_new");
    world_ms += 2 * SECOND_MS;
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

/* ---- reloaded ---- */

static void a_job_waits_for_its_rule_to_return(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "POST activity/", .status = 429, .headers = "Retry-After: 100"}, {0}};
    open_with(RULES, RULE(EMAIL), NULL, answers);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "uploaded");
    configure(NULL, NULL);
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "uploaded rule_gone");
    configure(RULES, RULE(EMAIL));
    IN_QUEUE(&world, queue_wake(world.queue, "rule_gone"));
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

static void a_rule_that_changed_is_asked_again(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "POST activity/", .status = 429, .headers = "Retry-After: 100"}, {0}};
    open_with(RULES, RULE(EMAIL), NULL, answers);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, MINUTE_MS);
    configure(RULES, RULE("note = { text = \"x\"; };"));
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done");
    world_expect_requests("POST activity/note/", 1);
    world_close(&world);
}

static void a_search_is_begun_again_after_a_reload(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};
    open_with(NULL, NULL, NULL, answers);
    world.never_scans = true;
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    world_remove(&world, "a.pdf");
    fake_let_come();
    for (int i = 0; i < 5; i++)
        world_turn(&world);
    assert_int_equal(world.scan, 1);
    configure(NULL, NULL);
    for (int i = 0; i < 5; i++)
        world_turn(&world);
    assert_int_equal(world.scan, 2);
    world.folder.healthy = false; /* nothing is decided while the folder is away */
    world_turn(&world);
    world_turn(&world);
    world_expect(&world, id, "done");
    assert_int_equal(worker_count_claimed(world.worker), 0);
    world_close(&world);
}

/* ---- after a crash ---- */

static void suspects_go_one_at_a_time(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 204, .times = 3, .never_comes = true}, {0}};
    open_with(NULL, NULL, NULL, answers);
    for (int i = 0; i < 3; i++) {
        char name[32], content[32];
        snprintf(name, sizeof(name), "%d.pdf", i);
        snprintf(content, sizeof(content), "number %d", i);
        world_drop(&world, name, content);
    }
    world_run(&world, SECOND_MS);
    assert_int_equal(worker_count_claimed(world.worker), 3);
    /* as after a crash: another worker, and the queue as it is on disk */
    worker_free(world.worker);
    struct str why = STR_INIT(4096);
    IN_QUEUE(&world, assert_int_equal(queue_recover(world.queue, 30000), 3));
    assert_int_equal(setenv("CLOSE_API_KEY", "api_key", 1), 0); /* it was taken out before */
    world.worker =
        worker_new(world.queue, NULL, world.config, world_resettle, world_scan, NULL, &world);
    assert_int_equal(worker_configure(world.worker, world.config, &why), 0);
    str_release(&why);
    world_tell_folder(&world);
    fake_reset(NULL);
    fake.answers[0] =
        (struct fake_answer){.url = FAKE_FORMS, .status = 204, .times = -1, .never_comes = true};
    world_drop(&world, "new.pdf", "new");
    world_run(&world, SECOND_MS);
    assert_int_equal(worker_count_claimed(world.worker), 1);
    for (int i = 0; i < 20; i++) {
        fake_let_come();
        world_run(&world, SECOND_MS);
    }
    assert_int_equal(fake_count("POST " FAKE_FORMS), 4);
    world_close(&world);
}

/* ---- leases ---- */

static void a_file_that_is_written_to_is_given_up_at_once(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 204, .never_comes = true}, {0}};
    open_with(NULL, NULL, NULL, answers);
    int64_t id = world_drop(&world, "a.pdf", "one");
    world_run(&world, SECOND_MS);
    worker_check_leases(world.worker); /* nobody writes */
    assert_int_equal(world.worker->tasks->step.kind, STEP_ASKING);
    char *path = world_path(&world, "a.pdf");
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    bool was_leased = fd < 0;
    worker_check_leases(world.worker);
    if (was_leased) {
        assert_int_equal(world.worker->tasks->step.kind, STEP_ENDED);
        world_turn(&world);
        world_expect(&world, id, "queued");
    }
    if (fd >= 0)
        close(fd);
    free(path);
    world_close(&world);
}

/* ---- rates ---- */

static void a_request_that_must_wait_is_held_or_put_back(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "POST files/upload/",
            .status = 200,
            .body = "{}",
            .headers = "RateLimit: limit=10, remaining=0, reset=1"},
        {.url = "POST files/upload/", .status = 429, .headers = "Retry-After: 300"}, {0}};
    open_with(NULL, NULL, NULL, answers);
    int64_t a = world_drop(&world, "a.pdf", "one");
    int64_t b = world_drop(&world, "b.pdf", "two");
    world_run(&world, HOUR_MS);
    world_expect(&world, a, "done");
    world_expect(&world, b, "done");
    world_close(&world);
}

static void what_cannot_even_be_started_is_read_at_once(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL, NULL);
    int64_t id = world_drop(&world, "a.pdf", "one");
    fake.refuses = 1;
    world_run(&world, MINUTE_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

/* ---- whose fault it is ---- */

static void where_others_get_through_it_is_the_files_own_fault(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = FAKE_FORMS, .status = 503, .never_comes = true}, {0}};
    open_with(NULL, NULL, NULL, answers);
    int64_t bad = world_drop(&world, "bad.pdf", "one");
    world_run(&world, SECOND_MS);
    int64_t good = world_drop(&world, "good.pdf", "two");
    world_run(&world, SECOND_MS);
    world_expect(&world, good, "done");
    fake_let_come();
    world_turn(&world);
    struct job *job = world_job(&world, bad);
    assert_string_equal(job->error_code, "s3_down");
    assert_int_equal(job->attempts, 1);
    job_free(job);
    world_run(&world, MINUTE_MS);
    world_expect(&world, bad, "done");
    world_close(&world);
}

static void what_arrives_damaged_is_kept_and_tried_again(void **state)
{
    (void)state;
    open_with(NULL, NULL, NULL, NULL);
    int64_t good = world_drop(&world, "good.pdf", "one");
    world_run(&world, MINUTE_MS);
    world_expect(&world, good, "done");
    fake_reset(NULL);
    fake.answers[0] = (struct fake_answer){.url = FAKE_FORMS,
        .status = 204,
        .headers = "ETag: \"00000000000000000000000000000000\"",
        .times = 60};
    int64_t bad = world_drop(&world, "bad.pdf", "two");
    world_run(&world, 3 * SECOND_MS);
    world_expect(&world, bad, "queued damaged");
    world_run(&world, HOUR_MS);
    world_expect(&world, bad, "done");
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_given_up_goes_back),
        cmocka_unit_test(a_doubt_does_not_hold_up_the_stop),
        cmocka_unit_test(what_is_under_way_ends_though_nothing_new_is_claimed),
        cmocka_unit_test(nothing_is_sent_while_it_is_paused),
        cmocka_unit_test(nothing_is_claimed_while_the_disk_is_short),
        cmocka_unit_test(a_folder_that_is_away_is_left_alone),
        cmocka_unit_test(status_says_what_goes_on_and_why_nothing_does),
        cmocka_unit_test(status_says_that_s3_takes_nothing),
        cmocka_unit_test(status_says_that_close_is_away),
        cmocka_unit_test(another_key_is_tried_as_soon_as_it_is_there),
        cmocka_unit_test(a_job_waits_for_its_rule_to_return),
        cmocka_unit_test(a_rule_that_changed_is_asked_again),
        cmocka_unit_test(a_search_is_begun_again_after_a_reload),
        cmocka_unit_test(suspects_go_one_at_a_time),
        cmocka_unit_test(a_file_that_is_written_to_is_given_up_at_once),
        cmocka_unit_test(a_request_that_must_wait_is_held_or_put_back),
        cmocka_unit_test(what_cannot_even_be_started_is_read_at_once),
        cmocka_unit_test(where_others_get_through_it_is_the_files_own_fault),
        cmocka_unit_test(what_arrives_damaged_is_kept_and_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
