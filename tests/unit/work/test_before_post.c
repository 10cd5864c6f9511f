/* What stands between an upload and the POST of its activity: its group, the same bytes filed
 * before, the guard on what is really sent. */
#include "closedrop/base/array.h"
#include "work/world.h"

#include <stdatomic.h>

#define SENT                                                                                       \
    "email = { status = \"outbox\"; sender = \"Me <me@example.com>\"; to = [ \"a@example.com\" ];" \
    " subject = \"{stem}\"; body_text = \"x\"; };"
#define GROUP "group = { by = \"{l}\"; wait = \"10s\"; };"

static struct world world;

static void open_with(
    const char *folder, const char *rules, const char *limits, const struct fake_answer *answers)
{
    const struct world_setting setting = {folder, rules, limits};
    fake_reset(answers);
    world_open(&world, &setting);
}

/* ---- groups ---- */

static void a_group_goes_as_one(void **state)
{
    (void)state;
    open_with(RULES, RULE(GROUP EMAIL), NULL, NULL);
    int64_t a = world_drop(&world, "lead_a-2.pdf", "two");
    int64_t b = world_drop(&world, "lead_a-1.pdf", "one");
    int64_t c = world_drop(&world, "lead_b-1.pdf", "other");
    world_run(&world, 9 * SECOND_MS);
    world_expect_requests("POST activity/email/", 0);
    world_run(&world, MINUTE_MS);
    world_expect(&world, a, "done");
    world_expect(&world, b, "done");
    world_expect(&world, c, "done");
    world_expect_requests("POST activity/email/", 2);
    const char *first = strstr(str_text(&fake.posted), "lead_a-1.pdf\",\"");
    assert_null(first ? strstr(first, "no such") : NULL);
    world_close(&world);
}

static void a_late_file_makes_another(void **state)
{
    (void)state;
    open_with(RULES, RULE(GROUP EMAIL), NULL, NULL);
    world_drop(&world, "lead_a-1.pdf", "one");
    world_run(&world, MINUTE_MS);
    int64_t late = world_drop(&world, "lead_a-2.pdf", "two");
    world_run(&world, MINUTE_MS);
    world_expect(&world, late, "done");
    world_expect_requests("POST activity/email/", 2);
    world_close(&world);
}

static void a_group_that_is_too_large_fails_as_one(void **state)
{
    (void)state;
    open_with(RULES, RULE(GROUP EMAIL), "max_attached = \"5\";", NULL);
    int64_t a = world_drop(&world, "lead_a-1.pdf", "one");
    int64_t b = world_drop(&world, "lead_a-2.pdf", "two");
    world_run(&world, MINUTE_MS);
    world_expect(&world, a, "failed too_much");
    world_expect(&world, b, "failed too_much");
    assert_true(
        world_has(&world, "Failed/lead_a-1.pdf") && world_has(&world, "Failed/lead_a-2.pdf"));
    world_close(&world);
}

static void what_close_refuses_fails_the_whole_group(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "POST activity/email/", .status = 400, .body = "{\"error\": \"no\"}"}, {0}};
    open_with(RULES, RULE(GROUP EMAIL), NULL, answers);
    int64_t a = world_drop(&world, "lead_a-1.pdf", "one");
    int64_t b = world_drop(&world, "lead_a-2.pdf", "two");
    world_run(&world, MINUTE_MS);
    world_expect(&world, a, "failed close_refused");
    world_expect(&world, b, "failed close_refused");
    world_close(&world);
}

static void of_an_unclear_group_each_finds_out_by_itself(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {{.url = "POST activity/email/", .status = 502},
        {.url = "GET activity/email/",
            .status = 200,
            .body = "{\"data\": [{\"id\": \"acti_9\", \"date_created\": \"2026\", \"attachments\":"
                    " [{\"url\": \"https://c/token1/a\"}]}], \"has_more\": false}",
            .times = -1},
        {0}};
    open_with(RULES, RULE(GROUP EMAIL), NULL, answers);
    int64_t a = world_drop(&world, "lead_a-1.pdf", "one");
    int64_t b = world_drop(&world, "lead_a-2.pdf", "two");
    world_run(&world, HOUR_MS);
    world_expect(&world, a, "done");
    world_expect(&world, b, "done");
    world_expect_requests("POST activity/email/", 2); /* the second is for the other alone */
    world_close(&world);
}

static void a_group_waits_for_a_member_that_is_not_uploaded(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "POST files/upload/", .status = 429, .headers = "Retry-After: 60"}, {0}};
    open_with(RULES, RULE(GROUP EMAIL), NULL, answers);
    world_drop(&world, "lead_a-1.pdf", "one");
    world_drop(&world, "lead_a-2.pdf", "two");
    world_run(&world, 59 * SECOND_MS);
    world_expect_requests("POST activity/email/", 0);
    world_run(&world, MINUTE_MS);
    world_expect_requests("POST activity/email/", 1);
    world_close(&world);
}

static void a_group_does_not_wait_for_ever_for_one_that_fails(void **state)
{
    (void)state;
    open_with(RULES, RULE(GROUP EMAIL), NULL, NULL);
    int64_t a = world_drop(&world, "lead_a-1.pdf", "one");
    int64_t b = world_drop(&world, "lead_a-2.pdf", "two");
    char *path = world_path(&world, "lead_a-2.pdf");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/nowhere", path), 0);
    free(path);
    world_run(&world, 5 * MINUTE_MS);
    world_expect(&world, a, "done");
    world_expect(&world, b, "dropped");
    world_close(&world);
}

static void an_upload_that_is_too_old_is_made_again(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "POST activity/email/", .status = 429, .headers = "Retry-After: 86400"}, {0}};
    open_with(RULES, RULE(GROUP EMAIL), NULL, answers);
    int64_t a = world_drop(&world, "lead_a-1.pdf", "one");
    int64_t b = world_drop(&world, "lead_a-2.pdf", "two");
    world_run(&world, MINUTE_MS);
    world_ms += 25 * HOUR_MS;
    world_run(&world, 25 * HOUR_MS);
    world_expect(&world, a, "done");
    world_expect(&world, b, "done");
    world_expect_requests("POST files/upload/", 4);
    world_close(&world);
}

/* ---- the same bytes ---- */

static void the_same_bytes_are_not_filed_twice(void **state)
{
    (void)state;
    open_with(RULES, RULE(EMAIL), NULL, NULL);
    world_drop(&world, "lead_a-1.pdf", "the same");
    world_run(&world, MINUTE_MS);
    int64_t again = world_drop(&world, "lead_a-2.pdf", "the same");
    int64_t other_lead = world_drop(&world, "lead_b.pdf", "the same");
    world_run(&world, MINUTE_MS);
    world_expect(&world, again, "failed already_filed");
    world_expect(&world, other_lead, "done");
    world_expect_requests("POST activity/email/", 2);
    assert_true(world_text_has(&world, "Failed/lead_a-2.pdf.error.txt",
        "content, lead_a-1.pdf, was already added to the lead \"ACME\" (lead_a) on "));
    /* a person drags it back: it must be filed again */
    world_rename(&world, "Failed/lead_a-2.pdf", "lead_a-2.pdf");
    int64_t brought_back = world_add(&world, "lead_a-2.pdf");
    world_run(&world, MINUTE_MS);
    world_expect(&world, brought_back, "done");
    world_expect_requests("POST activity/email/", 3);
    world_close(&world);
}

static void a_copy_of_a_failed_duplicate_is_no_approval(void **state)
{
    (void)state;
    open_with(RULES, RULE(EMAIL), NULL, NULL);
    world_drop(&world, "lead_a-1.pdf", "the same");
    world_run(&world, MINUTE_MS);
    world_drop(&world, "lead_a-2.pdf", "the same");
    world_run(&world, MINUTE_MS);
    int64_t copy = world_drop(&world, "lead_a-3.pdf", "the same");
    world_run(&world, MINUTE_MS);
    world_expect(&world, copy, "failed already_filed");
    /* but one that left Failed for it is */
    world_remove(&world, "Failed/lead_a-3.pdf");
    int64_t approved = world_drop(&world, "lead_a-4.pdf", "the same");
    world_run(&world, MINUTE_MS);
    world_expect(&world, approved, "done");
    world_close(&world);
}

static void set_other_folder(bool healthy)
{
    const struct folder_state state = {.healthy = healthy};
    IN_QUEUE(&world, worker_set_folder(world.worker, 1, &state));
}

/** A copy of what was filed fails in the other folder, and a person takes it out of there. */
static void take_failed_out_of_other_folder(void)
{
    struct file_state state;
    char *folder = str_format("%s/other", world.root),
         *staging = str_format("%s/.closedrop", folder),
         *file = str_format("%s/lead_a-2.pdf", folder),
         *failed = str_format("%s/Failed/lead_a-2.pdf", folder);
    assert_int_equal(mkdir(folder, 0700) | mkdir(staging, 0700), 0);
    world_write(&world, "../other/lead_a-2.pdf", "the same");
    int fd = open(file, O_PATH | O_CLOEXEC);
    assert_int_equal(file_state_read(fd, &state), 0);
    close(fd);
    const struct arrival arrival = {
        .folder = "other", .path = "lead_a-2.pdf", .identity = state.identity};
    set_other_folder(true);
    IN_QUEUE(&world, queue_add(world.queue, &arrival));
    world_run(&world, MINUTE_MS);
    assert_int_equal(unlink(failed), 0);
    free(failed);
    free(file);
    free(staging);
    free(folder);
}

static void a_folder_that_does_not_answer_is_not_asked_what_left_it(void **state)
{
    (void)state;
    for (int is_away = 0; is_away < 2; is_away++) {
        open_with(
            RULES "}, { path = \"other\"; archive = \"Uploaded\"; " RULES, RULE(EMAIL), NULL, NULL);
        world_drop(&world, "lead_a-1.pdf", "the same");
        world_run(&world, MINUTE_MS);
        take_failed_out_of_other_folder();
        atomic_store(&world.config->folders[1].is_elsewhere, is_away);
        set_other_folder(!is_away);
        int64_t copy = world_drop(&world, "lead_a-3.pdf", "the same");
        world_run(&world, MINUTE_MS);
        world_expect(&world, copy, is_away ? "failed already_filed" : "done");
        world_close(&world);
    }
}

static const struct {
    const char *folder;
    const char *state;
    int posts;
} wishes[] = {
    {RULES " duplicates = \"skip\";", "done", 1},
    {RULES " duplicates = \"file\";", "done", 2},
    {RULES " after_upload = \"keep\";", "done", 1},
};

static void the_folder_says_what_becomes_of_duplicates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wishes); i++) {
        open_with(wishes[i].folder, RULE(EMAIL), NULL, NULL);
        world_drop(&world, "lead_a-1.pdf", "the same");
        world_run(&world, MINUTE_MS);
        int64_t again = world_drop(&world, "lead_a-2.pdf", "the same");
        world_run(&world, MINUTE_MS);
        world_expect(&world, again, wishes[i].state);
        world_expect_requests("POST activity/email/", wishes[i].posts);
        world_close(&world);
    }
}

static void a_lead_is_the_same_as_those_merged_into_it(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "GET activity/lead_merge/?lead_id=lead_a",
            .status = 200,
            .body = "{\"data\": [{\"source_lead_id\": \"lead_b\", \"destination_lead_id\":"
                    " \"lead_a\", \"merge_status\": \"completed\"}], \"has_more\": false}",
            .times = -1},
        {0}};
    open_with(RULES, RULE(EMAIL), NULL, answers);
    world_drop(&world, "lead_b.pdf", "the same");
    world_run(&world, MINUTE_MS);
    int64_t again = world_drop(&world, "lead_a.pdf", "the same");
    world_run(&world, MINUTE_MS);
    world_expect(&world, again, "failed already_filed");
    assert_true(world_text_has(
        &world, "Failed/lead_a.pdf.error.txt", "lead_b, which was merged into lead_a"));
    world_close(&world);
}

/** What Close says about merges, and whether that makes the leads one. */
static const struct {
    const char *name;
    struct fake_answer first, second;
    const char *state;
} merges[] = {
    {"this key may not list them", {.status = 403, .times = -1}, {0}, "done"},
    {"the answer is no list", {.status = 200, .body = "{}"},
        {.status = 200, .body = "{\"data\": []}"}, "done"},
    {"Close is busy", {.status = 503}, {.status = 200, .body = "{\"data\": []}"}, "done"},
    {"a merge that went wrong",
        {.status = 200,
            .times = -1,
            .body = "{\"data\": [{\"source_lead_id\": \"lead_b\", \"destination_lead_id\": "
                    "\"lead_a\", \"merge_status\": \"errored\"}, {\"source_lead_id\": \"lead_b\"}, "
                    "{\"source_lead_id\": \"lead_b\", \"destination_lead_id\": \"lead_x\"}]}"},
        {0}, "done"},
    {"a chain, told newest first, on the second page",
        {.status = 200, .body = "{\"data\": [], \"has_more\": true}"},
        {.status = 200,
            .times = -1,
            .body = "{\"data\": [{\"source_lead_id\": \"lead_b\", \"destination_lead_id\": "
                    "\"lead_c\"}, {\"source_lead_id\": \"lead_c\", \"destination_lead_id\": "
                    "\"lead_a\"}, {\"source_lead_id\": \"lead_c\", \"destination_lead_id\": "
                    "\"lead_a\"}]}"},
        "failed already_filed"},
    {"there is no end of pages",
        {.status = 200, .times = -1, .body = "{\"data\": [], \"has_more\": true}"}, {0}, "done"},
};

static void what_close_says_of_merges_decides(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(merges); i++) {
        struct fake_answer answers[] = {merges[i].first, merges[i].second, {0}};
        answers[0].url = "GET activity/lead_merge/";
        answers[1].url = merges[i].second.status ? "GET activity/lead_merge/" : NULL;
        open_with(RULES, RULE(EMAIL), NULL, answers);
        world_drop(&world, "lead_b.pdf", "the same");
        world_run(&world, MINUTE_MS);
        int64_t again = world_drop(&world, "lead_a.pdf", "the same");
        world_run(&world, HOUR_MS);
        if (strcmp(world_state(&world, again), merges[i].state) != 0)
            fail_msg("%s: %s", merges[i].name, world_state(&world, again));
        world_close(&world);
    }
}

static void a_group_goes_without_what_was_filed_before(void **state)
{
    (void)state;
    open_with(RULES, RULE(GROUP EMAIL), NULL, NULL);
    world_drop(&world, "lead_a-1.pdf", "one");
    world_run(&world, MINUTE_MS);
    int64_t two = world_drop(&world, "lead_a-2.pdf", "two");
    int64_t again = world_drop(&world, "lead_a-3.pdf", "one");
    world_run(&world, 5 * MINUTE_MS);
    world_expect(&world, two, "done");
    world_expect(&world, again, "failed already_filed");
    world_close(&world);
}

static void the_end_of_a_twin_is_waited_for(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {{.url = "POST activity/email/",
                                              .status = 200,
                                              .body = "{\"id\": \"acti_1\"}",
                                              .never_comes = true},
        {0}};
    open_with(RULES, RULE(EMAIL), NULL, answers);
    int64_t first = world_drop(&world, "lead_a-1.pdf", "the same");
    int64_t twin = world_drop(&world, "lead_a-2.pdf", "the same");
    world_run(&world, MINUTE_MS);
    world_expect(&world, first, "attaching");
    world_expect(&world, twin, "uploaded");
    fake_let_come();
    world_run(&world, MINUTE_MS);
    world_expect(&world, first, "done");
    world_expect(&world, twin, "failed already_filed");
    world_close(&world);
}

/* ---- what is really sent ---- */

static void too_much_waits_for_a_person(void **state)
{
    (void)state;
    open_with(RULES, RULE(SENT), "ask_above = 1;", NULL);
    int64_t ids[3];
    ids[0] = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, MINUTE_MS);
    ids[1] = world_drop(&world, "lead_b.pdf", "two");
    ids[2] = world_drop(&world, "lead_c.pdf", "three");
    world_run(&world, 10 * MINUTE_MS);
    world_expect(&world, ids[0], "done");
    world_expect(&world, ids[1], "uploaded held");
    world_expect(&world, ids[2], "uploaded held");
    IN_QUEUE(&world, queue_release(world.queue, ids[1]));
    IN_QUEUE(&world, queue_recall(world.queue, ids[2]));
    world_run(&world, MINUTE_MS);
    world_expect(&world, ids[1], "done");
    world_expect(&world, ids[2], "failed recalled");
    world_expect_requests("POST activity/email/", 2);
    world_close(&world);
}

static void a_rule_is_released_or_recalled_as_a_whole(void **state)
{
    (void)state;
    for (int recalls = 0; recalls < 2; recalls++) {
        bool more = true;
        open_with(RULES, RULE(SENT), "ask_above = 1;", NULL);
        world_drop(&world, "lead_a.pdf", "one");
        world_run(&world, MINUTE_MS);
        int64_t held = world_drop(&world, "lead_b.pdf", "two");
        world_run(&world, MINUTE_MS);
        int64_t with_it = world_drop(&world, "lead_c.pdf", "three");
        if (recalls)
            IN_QUEUE(&world, queue_recall_rule(world.queue, "r", &more));
        else
            IN_QUEUE(&world, queue_release_rule(world.queue, "r"));
        world_run(&world, MINUTE_MS);
        world_expect(&world, held, recalls ? "failed recalled" : "done");
        world_expect(&world, with_it, recalls ? "uploaded held" : "done"); /* it came after that */
        world_close(&world);
    }
}

/** What is done to the file of what is held, and whether its folder can be searched. */
static const struct {
    const char *name;
    bool removes, rewrites, cannot_scan;
    const char *state;
} absences[] = {
    {"it was taken away", true, false, false, "dropped"},
    {"it was taken away, and cannot be searched for", true, false, true, "dropped"},
    {"it was rewritten", false, true, false, "superseded"},
    {"it is there", false, false, false, "done"},
};

static void what_was_taken_away_is_never_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(absences); i++) {
        open_with(RULES, RULE(SENT), "ask_above = 1;", NULL);
        world_drop(&world, "lead_a.pdf", "one");
        world_run(&world, MINUTE_MS);
        int64_t held = world_drop(&world, "lead_b.pdf", "two");
        world_run(&world, MINUTE_MS);
        world_expect(&world, held, "uploaded held");
        world.cannot_scan = absences[i].cannot_scan;
        if (absences[i].removes)
            world_remove(&world, "lead_b.pdf");
        if (absences[i].rewrites)
            world_write(&world, "lead_b.pdf", "something else");
        IN_QUEUE(&world, queue_release(world.queue, held));
        world_run(&world, MINUTE_MS);
        if (strcmp(world_state(&world, held), absences[i].state) != 0)
            fail_msg("%s: %s", absences[i].name, world_state(&world, held));
        world_expect_requests("POST activity/email/", strcmp(absences[i].state, "done") ? 1 : 2);
        world_close(&world);
    }
}

static void a_held_group_goes_without_what_was_taken_away(void **state)
{
    (void)state;
    for (int rewrites = 0; rewrites < 2; rewrites++) {
        open_with(RULES, RULE(GROUP SENT), "ask_above = 1;", NULL);
        world_drop(&world, "lead_a.pdf", "one");
        world_run(&world, MINUTE_MS);
        int64_t stays = world_drop(&world, "lead_b-1.pdf", "two");
        int64_t leaves = world_drop(&world, "lead_b-2.pdf", "three");
        world_run(&world, MINUTE_MS);
        world_expect(&world, stays, "uploaded held");
        world_expect(&world, leaves, "uploaded held");
        if (rewrites)
            world_write(&world, "lead_b-2.pdf", "something else");
        else
            world_remove(&world, "lead_b-2.pdf");
        IN_QUEUE(&world, queue_release_rule(world.queue, "r"));
        world_run(&world, 5 * MINUTE_MS);
        world_expect(&world, stays, "done");
        world_expect(&world, leaves, rewrites ? "superseded" : "dropped");
        assert_null(strstr(str_text(&fake.posted), "token3"));
        world_close(&world);
    }
}

static void each_sender_goes_at_its_pace(void **state)
{
    (void)state;
    open_with(RULES, RULE(SENT), "sends = { gap = \"1m\"; };", NULL);
    int64_t ids[4];
    ids[0] = world_drop(&world, "lead_a.pdf", "one");
    ids[1] = world_drop(&world, "lead_b.pdf", "two");
    ids[2] = world_drop(&world, "lead_c.pdf", "three");
    ids[3] = world_drop(&world, "lead_d.pdf", "four");
    world_run(&world, 30 * SECOND_MS);
    world_expect_requests("POST activity/email/", 1);
    world_expect(&world, ids[3], "uploaded paced");
    world_run(&world, MINUTE_MS);
    world_expect_requests("POST activity/email/", 2);
    world_run(&world, 10 * MINUTE_MS);
    for (size_t i = 0; i < COUNT(ids); i++)
        world_expect(&world, ids[i], "done");
    world_close(&world);
}

/** The first in the row has to wait for something else: the next of its sender goes. */
static void who_must_wait_for_something_else_makes_way(void **state)
{
    (void)state;
    const struct fake_answer answers[] = {
        {.url = "POST activity/email/", .status = 200, .body = "{\"id\": \"acti_1\"}"},
        {.url = "POST activity/email/", .status = 429, .headers = "Retry-After: 100"}, {0}};
    open_with(RULES, RULE(SENT), "sends = { gap = \"1m\"; };", answers);
    int64_t ids[3];
    ids[0] = world_drop(&world, "lead_a.pdf", "one");
    ids[1] = world_drop(&world, "lead_b.pdf", "two");
    ids[2] = world_drop(&world, "lead_c.pdf", "three");
    world_run(&world, 30 * MINUTE_MS);
    for (size_t i = 0; i < COUNT(ids); i++)
        world_expect(&world, ids[i], "done");
    world_close(&world);
}

static void other_limits_are_asked_anew(void **state)
{
    (void)state;
    struct str why = STR_INIT(4096);
    open_with(RULES, RULE(SENT), "sends = { gap = \"1h\"; };", NULL);
    world_drop(&world, "lead_a.pdf", "one");
    int64_t paced = world_drop(&world, "lead_b.pdf", "two");
    world_run(&world, MINUTE_MS);
    world_expect(&world, paced, "uploaded paced");
    const struct world_setting faster = {RULES, RULE(SENT), NULL};
    struct config *config = world_config(&world, &faster);
    assert_int_equal(worker_configure(world.worker, config, &why), 0);
    config_release(config);
    str_release(&why);
    world_run(&world, MINUTE_MS);
    world_expect(&world, paced, "done");
    world_close(&world);
}

static void what_is_held_is_told(void **state)
{
    (void)state;
    open_with(RULES, RULE(SENT), "ask_above = 1;", NULL);
    for (int i = 0; i < 5; i++) {
        char name[32], content[32];
        snprintf(name, sizeof(name), "lead_%c.pdf", 'a' + i);
        snprintf(content, sizeof(content), "number %d", i);
        world_drop(&world, name, content);
        world_run(&world, 2 * SECOND_MS);
    }
    assert_non_null(world.worker->news);
    world_run(&world, MINUTE_MS);
    assert_null(world.worker->news);
    worker_log_held(world.worker);
    world_close(&world);
}

/* ---- an earlier queue is lost ---- */

static const struct {
    const char *name;
    const char *list; /* the files that the lead has */
    const char *state;
    int posts;
} lost[] = {
    {"it is not there", "", "done", 1},
    {"it is there",
        "{\"id\": \"file_1\", \"name\": \"lead_a.pdf\", \"size\": 3, \"date_created\": \"2026\","
        " \"checksum\": \"f97c5d29941bfb1b2fdab0874906ab82\"}",
        "done", 0},
    {"it may be there",
        "{\"id\": \"file_1\", \"name\": \"lead_a.pdf\", \"size\": 3, \"date_created\": \"2026\"}",
        "failed doubtful", 0},
    {"another is there",
        "{\"id\": \"file_1\", \"name\": \"lead_a.pdf\", \"size\": 3, \"date_created\": \"2026\","
        " \"checksum\": \"00000000000000000000000000000000\"}",
        "done", 1},
};

static void what_an_earlier_queue_filed_is_looked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lost); i++) {
        char body[1024];
        snprintf(body, sizeof(body), "{\"data\": [%s], \"has_more\": false}", lost[i].list);
        const struct fake_answer answers[] = {
            {.url = "GET lead/lead_a/files/", .status = 200, .body = body, .times = -1}, {0}};
        open_with(RULES, RULE(EMAIL), NULL, answers);
        world_write(&world, "lead_a.pdf", "one");
        IN_QUEUE(&world, queue_set_predecessor_lost(world.queue));
        world_ms += HOUR_MS;
        int64_t id = world_add(&world, "lead_a.pdf");
        world_run(&world, MINUTE_MS);
        world_expect(&world, id, lost[i].state);
        world_expect_requests("GET lead/lead_a/files/", 1);
        world_expect_requests("POST activity/email/", lost[i].posts);
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_goes_as_one),
        cmocka_unit_test(a_late_file_makes_another),
        cmocka_unit_test(a_group_that_is_too_large_fails_as_one),
        cmocka_unit_test(what_close_refuses_fails_the_whole_group),
        cmocka_unit_test(of_an_unclear_group_each_finds_out_by_itself),
        cmocka_unit_test(a_group_waits_for_a_member_that_is_not_uploaded),
        cmocka_unit_test(a_group_does_not_wait_for_ever_for_one_that_fails),
        cmocka_unit_test(an_upload_that_is_too_old_is_made_again),
        cmocka_unit_test(the_same_bytes_are_not_filed_twice),
        cmocka_unit_test(a_copy_of_a_failed_duplicate_is_no_approval),
        cmocka_unit_test(a_folder_that_does_not_answer_is_not_asked_what_left_it),
        cmocka_unit_test(the_folder_says_what_becomes_of_duplicates),
        cmocka_unit_test(a_lead_is_the_same_as_those_merged_into_it),
        cmocka_unit_test(what_close_says_of_merges_decides),
        cmocka_unit_test(a_group_goes_without_what_was_filed_before),
        cmocka_unit_test(the_end_of_a_twin_is_waited_for),
        cmocka_unit_test(too_much_waits_for_a_person),
        cmocka_unit_test(a_rule_is_released_or_recalled_as_a_whole),
        cmocka_unit_test(what_was_taken_away_is_never_sent),
        cmocka_unit_test(a_held_group_goes_without_what_was_taken_away),
        cmocka_unit_test(each_sender_goes_at_its_pace),
        cmocka_unit_test(who_must_wait_for_something_else_makes_way),
        cmocka_unit_test(other_limits_are_asked_anew),
        cmocka_unit_test(what_is_held_is_told),
        cmocka_unit_test(what_an_earlier_queue_filed_is_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
