/* A file for a template of Close: which one it is, whether it takes the file, and what becomes of
 * the requests (work/close_template.h, work/replacing.h). */
#include "closedrop/base/array.h"
#include "work/world.h"

#define TO_TEMPLATE(activity) "{ name = \"r\"; " activity " }"
#define BY_ID TO_TEMPLATE("email_template = { id = \"tmpl_1\"; };")
#define BY_NAME TO_TEMPLATE("email_template = { name = \"Prices\"; };")
#define LIST(objects) "{\"data\": [" objects "], \"has_more\": false}"
#define NAMED(id) "{\"id\": \"" id "\", \"name\": \"Prices\"}"
#define HOLDS(id, files) "{\"id\": \"" id "\", \"name\": \"Prices\", \"attachments\": [" files "]}"
#define FILE_(name) "{\"filename\": \"" name "\"}"

/** What Close answers, and what happens to a file "a.pdf". */
static const struct row {
    const char *name, *rule;
    struct fake_answer answers[6];
    const char *state, *template;
    int posts, puts;
} rows[] = {
    {"one that is empty", BY_ID, {{0}}, "done", "tmpl_1", 0, 1},
    {"none of the name", BY_NAME, {{0}}, "done", "tmpl_new", 1, 0},
    {"one of the name", BY_NAME,
        {{.url = "GET email_template/?",
            .status = 200,
            .times = -1,
            .body = LIST("{}, " NAMED("lead_1") ", " NAMED("tmpl_7"))}},
        "done", "tmpl_7", 0, 1},
    {"it is on the second page", BY_NAME,
        {{.url = "_skip=0",
             .status = 200,
             .times = -1,
             .body = "{\"data\": [], \"has_more\": true}"},
            {.url = "_skip=100", .status = 200, .times = -1, .body = LIST(NAMED("tmpl_7"))}},
        "done", "tmpl_7", 0, 1},
    {"two of the name", BY_NAME,
        {{.url = "GET email_template/?",
            .status = 200,
            .body = LIST(NAMED("tmpl_7") ", " NAMED("tmpl_7") ", " NAMED("tmpl_8"))}},
        "failed several", NULL, 0, 0},
    {"an archived one does not count", BY_NAME,
        {{.url = "GET email_template/?",
            .status = 200,
            .times = -1,
            .body = LIST("{\"id\": \"tmpl_8\", \"name\": \"Prices\", \"is_archived\": true}")}},
        "done", "tmpl_new", 1, 0},
    {"there is no end of pages", BY_NAME,
        {{.url = "_skip=",
            .status = 200,
            .times = -1,
            .body = "{\"data\": [], \"has_more\": true}"}},
        "failed no_target", NULL, 0, 0},
    {"it is created by another one meanwhile", BY_NAME,
        {{.url = "GET email_template/?", .status = 200, .body = LIST("")},
            {.url = "GET email_template/?",
                .status = 200,
                .times = -1,
                .body = LIST(NAMED("tmpl_7"))}},
        "done", "tmpl_7", 0, 1},
    {"the list is no list, the template another one, which it is not for long", BY_NAME,
        {{.url = "GET email_template/?", .status = 200, .body = "[]"},
            {.url = "GET email_template/?",
                .status = 200,
                .times = -1,
                .body = LIST(NAMED("tmpl_7"))},
            {.url = "GET email_template/tmpl_7/", .status = 200, .body = HOLDS("tmpl_8", "")}},
        "done", "tmpl_7", 0, 1},
    {"it is gone", BY_ID, {{.url = "GET email_template/tmpl_1/", .status = 404, .body = "{}"}},
        "failed no_target", NULL, 0, 0},
    {"it is gone after the upload", BY_ID,
        {{.url = "GET email_template/tmpl_1/", .status = 200, .body = HOLDS("tmpl_1", "")},
            {.url = "GET email_template/tmpl_1/", .status = 404, .times = -1, .body = "{}"}},
        "failed no_target", NULL, 0, 0},
    {"the ID is none", TO_TEMPLATE("email_template = { id = \"{stem}\"; };"), {{0}},
        "failed no_target", NULL, 0, 0},
    {"neither ID nor name is there",
        "{ name = \"r\"; match = { path = \"(?<n>x*)\"; }; email_template = { name = \"{n}\"; }; }",
        {{0}}, "failed no_target", NULL, 0, 0},
    {"a file of its name is in it", BY_ID,
        {{.url = "GET email_template/tmpl_1/",
            .status = 200,
            .times = -1,
            .body = HOLDS("tmpl_1", FILE_("a.pdf"))}},
        "done", "tmpl_1", 0, 1},
    {"a file of another name is in it", BY_ID,
        {{.url = "GET email_template/tmpl_1/",
            .status = 200,
            .times = -1,
            .body = HOLDS("tmpl_1", FILE_("b.pdf"))}},
        "failed other_files", "tmpl_1", 0, 0},
    {"a second file is in it", BY_ID,
        {{.url = "GET email_template/tmpl_1/",
            .status = 200,
            .times = -1,
            .body = HOLDS("tmpl_1", FILE_("a.pdf") ", " FILE_("b.pdf"))}},
        "failed other_files", NULL, 0, 0},
    {"what is no list of files holds none", BY_ID,
        {{.url = "GET email_template/tmpl_1/",
            .status = 200,
            .times = -1,
            .body = "{\"id\": \"tmpl_1\", \"attachments\": null}"}},
        "done", "tmpl_1", 0, 1},
    {"the answer is lost", BY_ID, {{.url = "PUT email_template/", .status = 500}}, "done", "tmpl_1",
        0, 2},
    {"the answer is garbage", BY_ID,
        {{.url = "PUT email_template/", .status = 200, .body = "garbage"}}, "done", "tmpl_1", 0, 2},
    {"no answer ever comes", BY_ID,
        {{.url = "PUT email_template/", .end = TRANSFER_TIMED_OUT, .times = -1}},
        "failed no_answer", "tmpl_1", 0, 4},
    {"Close keeps the file before it", BY_ID,
        {{.url = "PUT email_template/",
            .status = 200,
            .body = HOLDS("tmpl_1", FILE_("old.pdf") ", " FILE_("a.pdf"))}},
        "failed other_files", "tmpl_1", 0, 1},
    {"Close refuses it", BY_ID,
        {{.url = "PUT email_template/", .status = 400, .body = "{\"error\": \"no\"}"}},
        "failed close_refused", "tmpl_1", 0, 1},
};

static bool is_as_wanted(struct world *world, const struct row *row, int64_t id)
{
    struct job *job = world_job(world, id);
    bool is_it = row->template ? job->lead_id && strcmp(job->lead_id, row->template) == 0
                               : !job->lead_id || strcmp(row->state, "done") != 0;
    bool is_right = strcmp(world_state(world, id), row->state) == 0 && is_it &&
                    fake_count("POST email_template/") == row->posts &&
                    fake_count("PUT email_template/") == row->puts;
    if (!is_right)
        print_error("%s: %s, %s (%s)\n%s\n", row->name, world_state(world, id),
            job->lead_id ? job->lead_id : "none", job->error_message ? job->error_message : "",
            str_text(&fake.log));
    job_free(job);
    return is_right;
}

static void gets_its_file_whatever_becomes_of_the_requests(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct world_setting setting = {RULES, rows[i].rule, "max_attempts = 4;"};
        struct world world;
        fake_reset(rows[i].answers);
        world_open(&world, &setting);
        int64_t id = world_drop(&world, "a.pdf", "one");
        world_run(&world, 12 * HOUR_MS);
        wrong += !is_as_wanted(&world, &rows[i], id);
        world_close(&world);
    }
    assert_int_equal(wrong, 0);
}

/** What is in it is ours: the next file, of another name, takes its place. */
static void knows_what_it_has_put_there(void **state)
{
    (void)state;
    const struct world_setting setting = {RULES, BY_ID, ""};
    struct world world;
    fake_reset(NULL);
    world_open(&world, &setting);
    world_expect(&world, world_drop(&world, "a.pdf", "one"), "queued");
    world_run(&world, HOUR_MS);
    fake.answers[0] = (struct fake_answer){.url = "GET email_template/tmpl_1/",
        .status = 200,
        .times = -1,
        .body = HOLDS("tmpl_1", FILE_("a.pdf"))};
    int64_t id = world_drop(&world, "b.pdf", "two");
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done");
    world_expect_requests("PUT email_template/", 2);
    world_close(&world);
}

/** While the request of one may still arrive, the next one waits; and then it is the last. */
static void files_take_turns(void **state)
{
    (void)state;
    const struct world_setting setting = {RULES, BY_ID, "max_attempts = 4;"};
    const struct fake_answer answers[] = {{.url = "PUT email_template/", .status = 500}, {0}};
    struct world world;
    fake_reset(answers);
    world_open(&world, &setting);
    int64_t first = world_drop(&world, "a.pdf", "one");
    world_run(&world, 2000);
    world_expect(&world, first, "attaching");
    int64_t second = world_drop(&world, "b.pdf", "two");
    world_run(&world, 20000);
    world_expect(&world, second, "uploaded");
    world_expect_requests("PUT email_template/", 1);
    world_run(&world, HOUR_MS);
    world_expect(&world, first, "done");
    world_expect(&world, second, "done");
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_its_file_whatever_becomes_of_the_requests),
        cmocka_unit_test(knows_what_it_has_put_there),
        cmocka_unit_test(files_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
