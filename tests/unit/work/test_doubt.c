/* After a POST whose end was unclear: what is found in Close, and what is made of it
 * (work/in_doubt.c, verify.h). */
#include "closedrop/base/array.h"
#include "work/world.h"

#define LIST(objects) "{\"data\": [" objects "], \"has_more\": false}"
#define CREATED(id, when, token)                                                                   \
    "{\"id\": \"" id "\", \"date_created\": \"" when                                               \
    "\", \"attachments\": [{\"url\": \"https://c/"                                                 \
    "go/file/" token "/a.pdf/\"}]}"
#define LEAD_FILE(id, when, checksum)                                                              \
    "{\"id\": \"" id "\", \"name\": \"lead_a.pdf\", \"size\": 3, \"date_created\": \"" when        \
    "\", \"checksum\": \"" checksum "\", \"download_url\": \"https://c/other/\"}"
#define MD5_OF_ONE "f97c5d29941bfb1b2fdab0874906ab82"
#define LATE "2999-01-01T00:00:00"

/** A POST that ends with 500, and what is there afterwards. */
static const struct doubt {
    const char *name, *rule;
    struct fake_answer answers[8];
    const char *state, *activity_id;
    int posts;
} doubts[] = {
    {"nothing is there", RULE(EMAIL), {{0}}, "done", "acti_1", 2},
    {"it is there", RULE(EMAIL),
        {{.url = "GET activity/email/",
            .status = 200,
            .body = LIST(CREATED("acti_9", "2026", "token1"))}},
        "done", "acti_9", 1},
    {"that of another is there", RULE(EMAIL),
        {{.url = "GET activity/email/",
            .status = 200,
            .times = -1,
            .body = LIST(CREATED("acti_9", "2026", "token12") ", {}, {\"id\": \"\"}")}},
        "done", "acti_1", 2},
    {"it is there twice: the oldest counts", RULE(EMAIL),
        {{.url = "GET activity/email/",
            .status = 200,
            .body = LIST(CREATED("acti_8", "2026-02", "token1") ", " CREATED(
                "acti_7", "2026-01", "token1"))}},
        "done", "acti_7", 1},
    {"the oldest counts, in whichever order", RULE(EMAIL),
        {{.url = "GET activity/email/",
            .status = 200,
            .body = LIST(CREATED("acti_7", "2026-01", "token1") ", " CREATED(
                "acti_8", "2026-02", "token1"))}},
        "done", "acti_7", 1},
    {"it is there the second time", RULE(EMAIL),
        {{.url = "GET activity/email/", .status = 200, .body = LIST("")},
            {.url = "GET activity/email/",
                .status = 200,
                .body = LIST(CREATED("acti_9", "2026", "token1"))}},
        "done", "acti_9", 1},
    {"it is on the second page", RULE(EMAIL),
        {{.url = "_skip=0",
             .status = 200,
             .times = -1,
             .body = "{\"data\": [], \"has_more\": true}"},
            {.url = "_skip=100", .status = 200, .body = LIST(CREATED("acti_9", "2026", "token1"))}},
        "done", "acti_9", 1},
    {"there is no end of pages", RULE(EMAIL),
        {{.url = "_skip=",
            .status = 200,
            .times = -1,
            .body = "{\"data\": [], \"has_more\": true}"}},
        "failed unclear", NULL, 1},
    {"the list is refused for a while", RULE(EMAIL),
        {{.url = "GET activity/email/", .status = 400, .body = "{}"},
            {.url = "GET activity/email/",
                .status = 200,
                .body = LIST(CREATED("acti_9", "2026", "token1"))}},
        "done", "acti_9", 1},
    {"the list is no list", RULE(EMAIL),
        {{.url = "GET activity/email/", .status = 200, .body = "{}"},
            {.url = "GET activity/email/",
                .status = 200,
                .body = LIST(CREATED("acti_9", "2026", "token1"))}},
        "done", "acti_9", 1},
    {"its lead was merged meanwhile", RULE(EMAIL),
        {{.url = "GET lead/lead_a/", .status = 200, .body = "{\"id\": \"lead_a\"}"},
            {.url = "GET lead/lead_a/", .status = 404, .body = "{}"},
            {.url = "GET event/",
                .status = 200,
                .body =
                    "{\"data\": [{\"object_id\": \"lead_a\", \"action\": \"deleted\", \"meta\": "
                    "{\"merge_destination_lead_id\": \"lead_b\"}}]}"},
            {.url = "GET activity/email/?lead_id=lead_b",
                .status = 200,
                .body = LIST(CREATED("acti_9", "2026", "token1"))}},
        "done", "acti_9", 1},
    {"its lead was deleted meanwhile", RULE(EMAIL),
        {{.url = "GET lead/lead_a/", .status = 200, .body = "{\"id\": \"lead_a\"}"},
            {.url = "GET lead/lead_a/", .status = 404, .body = "{}", .times = -1},
            {.url = "POST activity/",
                .status = 400,
                .body = "{\"field-errors\": {\"lead_id\": \"gone\"}}"}},
        "failed no_target", NULL, 2},
    {"its lead cannot be asked for at once", RULE(EMAIL),
        {{.url = "GET lead/lead_a/", .status = 200, .body = "{\"id\": \"lead_a\"}"},
            {.url = "GET lead/lead_a/", .status = 503}},
        "done", "acti_1", 2},
    {"the upload has no token to be known by", RULE(EMAIL),
        {{.url = "POST files/upload/",
            .status = 200,
            .times = -1,
            .body = "{\"download\": {\"url\": \"https://close/x/\"}, \"upload\": {\"url\": "
                    "\"" FAKE_FORMS "\", \"fields\": {\"key\": \"k\"}}}"}},
        "failed unclear", NULL, 1},
    /* lead files have no token of ours where they were created by their bytes */
    {"a lead file with the same bytes is there", RULE("lead_file = {};"),
        {{.url = "GET lead/lead_a/files/",
            .status = 200,
            .body = LIST(LEAD_FILE("file_9", LATE, MD5_OF_ONE))}},
        "done", "file_9", 1},
    {"one that is older is another's", RULE("lead_file = {};"),
        {{.url = "GET lead/lead_a/files/",
            .status = 200,
            .times = -1,
            .body = LIST(LEAD_FILE("file_9", "2020-01-01T00:00:00", MD5_OF_ONE))}},
        "done", "acti_1", 2},
    {"one with other bytes is another's", RULE("lead_file = {};"),
        {{.url = "GET lead/lead_a/files/",
            .status = 200,
            .times = -1,
            .body = LIST(LEAD_FILE("file_9", LATE, "00000000000000000000000000000000"))}},
        "done", "acti_1", 2},
    {"a note", RULE("note = { text = \"x\"; };"),
        {{.url = "GET activity/note/",
            .status = 200,
            .body = LIST(CREATED("acti_9", "2026", "token1"))}},
        "done", "acti_9", 1},
};

static void is_created_once_whatever_became_of_its_post(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(doubts); i++) {
        const struct doubt *doubt = &doubts[i];
        const struct world_setting setting = {RULES, doubt->rule, "max_attempts = 4;"};
        struct fake_answer answers[16] = {
            {.url = "POST activity/", .status = 500}, {.url = "POST lead/", .status = 500}};
        struct world world;
        for (size_t j = 0; doubt->answers[j].url; j++)
            answers[2 + j] = doubt->answers[j];
        fake_reset(answers);
        world_open(&world, &setting);
        int64_t id = world_drop(&world, "lead_a.pdf", "one");
        world_run(&world, 12 * HOUR_MS);
        struct job *job = world_job(&world, id);
        int posts = fake_count("POST activity/") + fake_count("POST lead/");
        bool is_it = doubt->activity_id
                         ? job->activity_id && !strcmp(job->activity_id, doubt->activity_id)
                         : !job->activity_id;
        if (strcmp(world_state(&world, id), doubt->state) != 0 || posts != doubt->posts || !is_it) {
            wrong++;
            print_error("%s: %s, %d posts, %s (%s)\n%s\n", doubt->name, world_state(&world, id),
                posts, job->activity_id ? job->activity_id : "none",
                job->error_message ? job->error_message : "", str_text(&fake.log));
        }
        job_free(job);
        world_close(&world);
    }
    assert_int_equal(wrong, 0);
}

/** A POST waits for nobody's attempt to be spent while Close is away. */
static void is_verified_only_once_close_is_back(void **state)
{
    (void)state;
    struct world world;
    const struct world_setting setting = {RULES, RULE(EMAIL), "max_attempts = 2;"};
    const struct fake_answer answers[] = {{.url = "POST activity/", .end = TRANSFER_TIMED_OUT},
        {.url = "GET me/", .end = TRANSFER_UNREACHABLE, .is_unsent = true, .times = 20}, {0}};
    fake_reset(answers);
    world_open(&world, &setting);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, 60 * HOUR_MS);
    world_expect(&world, id, "done");
    world_expect_requests("POST activity/email/", 2);
    world_close(&world);
}

/** The same file, of whom it cannot be said whether its email exists, is retried by a person. */
static void a_retry_verifies_before_it_posts(void **state)
{
    (void)state;
    struct world world;
    const struct world_setting setting = {RULES, RULE(EMAIL), "max_attempts = 2;"};
    const struct fake_answer answers[] = {{.url = "POST activity/", .status = 500},
        {.url = "GET activity/email/", .status = 400, .body = "{}", .times = 3}, {0}};
    fake_reset(answers);
    world_open(&world, &setting);
    int64_t id = world_drop(&world, "lead_a.pdf", "one");
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "failed unclear");
    fake_reset(NULL);
    fake.answers[0] = (struct fake_answer){.url = "GET activity/email/",
        .status = 200,
        .body = LIST(CREATED("acti_9", "2026", "token1"))};
    IN_QUEUE(&world, queue_retry_by_hand(world.queue, id));
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done");
    world_expect_requests("POST activity/email/", 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_created_once_whatever_became_of_its_post),
        cmocka_unit_test(is_verified_only_once_close_is_back),
        cmocka_unit_test(a_retry_verifies_before_it_posts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
