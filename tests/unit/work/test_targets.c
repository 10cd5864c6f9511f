/* From a rule to a lead that Close knows: each row a rule, what Close answers, and what is said
 * where it has no target. */
#include "closedrop/base/array.h"
#include "work/world.h"

#define NAMED(keys) "{ name = \"r\"; " keys " }"
#define PATH(pattern) "match = { path = \"" pattern "\"; }; "
#define NOTE "note = { text = \"{stem}\"; };"
#define NOTED(keys)                                                                                \
    {                                                                                              \
        RULES, NAMED(keys NOTE), NULL                                                              \
    }

#define FOUND(list) "{\"data\": [" list "], \"cursor\": null}"
#define CONTACT(id, email)                                                                         \
    "{\"id\": \"" id "\", \"name\": \"" id                                                         \
    "\", \"lead_id\": \"lead_a\", \"emails\": [{\"email\": "                                       \
    "\"" email "\"}]}"

static const struct target {
    const char *name;
    struct world_setting setting;
    const char *file;
    const char *table; /* "customers.csv", next to the configuration */
    struct fake_answer answers[8];
    const char *state;
    const char *words; /* in the text next to the file; or, if it is done, in what was posted */
} targets[] = {
    /* ids */
    {"a lead and its contact", NOTED("lead_id = \"lead_a\"; contact_id = \"cont_1\"; "), "a.pdf",
        NULL, {{0}}, "done", "cont_1"},
    {"a contact alone says the lead", NOTED("contact_id = \"cont_1\"; "), "a.pdf", NULL, {{0}},
        "done", "lead_a"},
    {"a contact of another lead", NOTED("lead_id = \"lead_b\"; contact_id = \"cont_1\"; "), "a.pdf",
        NULL, {{0}}, "failed wrong_contact", "lead_b but on lead_a"},
    {"a contact that is not there", NOTED("contact_id = \"cont_1\"; "), "a.pdf", NULL,
        {{.url = "GET contact/", .status = 404}}, "failed no_target", "cont_1"},
    {"a contact of no lead", NOTED("contact_id = \"cont_1\"; "), "a.pdf", NULL,
        {{.url = "GET contact/", .status = 200, .body = "{\"id\": \"cont_1\"}"}},
        "failed no_target", "does not belong to a lead"},
    {"a contact of something else", NOTED("contact_id = \"cont_1\"; "), "a.pdf", NULL,
        {{.url = "GET contact/",
            .status = 200,
            .body = "{\"id\": \"cont_1\", \"lead_id\": \"no id\"}"}},
        "done", "lead_a"},
    {"an answer about another contact", NOTED("contact_id = \"cont_1\"; "), "a.pdf", NULL,
        {{.url = "GET contact/", .status = 200, .body = "{\"id\": \"cont_2\"}"}}, "done", "cont_1"},
    {"an answer about another lead", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/", .status = 200, .body = "{\"id\": \"lead_b\"}"}}, "done", "lead_a"},
    {"no id at all", NOTED(PATH("^(?<v>.*).pdf") "lead_id = \"{v}\"; "), "Smith.pdf", NULL, {{0}},
        "failed no_target", "Smith"},
    {"an id of a contact for a lead", NOTED(PATH("^(?<v>.*).pdf") "contact_id = \"{v}\"; "),
        "lead_a.pdf", NULL, {{0}}, "failed no_target", "contact"},
    {"nothing comes out", NOTED(PATH("^(?<v>lead_.)?x") "lead_id = \"{v}\"; "), "x.pdf", NULL,
        {{0}}, "failed no_target", "neither a lead_id nor a contact_id"},
    {"a field that comes out too long",
        {RULES,
            NAMED(PATH("^(?<v>.*).pdf") "lead_id = \"lead_a\"; email = { subject = "
                                        "\"{stem}{stem}{stem}{stem}{stem}{stem}{stem}{stem}{stem}"
                                        "{stem}{stem}{stem}{stem}{stem}{stem}{stem}\"; };"),
            NULL},
        "a name that is quite long so that all of it together is more than a line may have.pdf",
        NULL, {{0}}, "failed template", "subject"},
    /* tables */
    {"a row names the lead",
        NOTED(PATH("^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; "),
        "12.pdf", "key,lead_id\n12,lead_a\n", {{0}}, "done", "lead_a"},
    {"a row names a contact",
        NOTED(PATH("^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; "),
        "12.pdf", "key,contact_id\n12,cont_1\n", {{0}}, "done", "cont_1"},
    {"a row names neither",
        NOTED(PATH("^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; "),
        "12.pdf", "key,lead_id,contact_id\n12,,\n", {{0}}, "failed no_target", "neither"},
    {"no row has the key",
        NOTED(PATH("^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; "),
        "13.pdf", "key,lead_id\n12,lead_a\n", {{0}}, "failed no_target", "13"},
    {"a cell that a search needs is empty",
        NOTED(PATH("^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; find = "
                                    "{ contact_email = \"{row.mail}\"; }; "),
        "12.pdf", "key,mail\n12,\n", {{0}}, "failed no_target", "\"mail\" is empty"},
    {"a cell that an id needs is empty",
        NOTED(PATH("^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; lead_id "
                                    "= \"{row.lead}\"; "),
        "12.pdf", "key,lead\n12,\n", {{0}}, "failed no_target", "\"lead\" is empty"},
    {"the table is not there",
        NOTED(PATH("^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; "),
        "12.pdf", NULL, {{0}}, "failed table", "customers.csv"},
    /* searches */
    {"the one that has the address",
        NOTED(PATH("^(?<v>[a-z]+)") "find = { contact_email = \"{v}@example.com\"; }; "), "ann.pdf",
        NULL,
        {{.url = "POST data/search/",
             .status = 200,
             .body = FOUND(CONTACT("cont_1", "ann@example.com"))},
            {.url = "GET contact/cont_1/",
                .status = 200,
                .body = CONTACT("cont_1", "ann@example.com")}},
        "done", "cont_1"},
    {"the index was behind",
        NOTED(PATH("^(?<v>[a-z]+)") "find = { contact_email = \"{v}@example.com\"; }; "), "ann.pdf",
        NULL,
        {{.url = "POST data/search/",
             .status = 200,
             .body = FOUND(CONTACT("cont_1", "ann@example.com"))},
            {.url = "GET contact/cont_1/",
                .status = 200,
                .body = CONTACT("cont_1", "bob@example.com")}},
        "failed no_target", "ann@example.com"},
    {"it finds others as well, which are not meant",
        NOTED(PATH("^(?<v>[a-z]+)") "find = { contact_email = \"{v}@example.com\"; }; "), "ann.pdf",
        NULL,
        {{.url = "POST data/search/",
             .status = 200,
             .body = "{\"data\": [" CONTACT(
                 "cont_2", "joann@example.com") ", {\"id\": \"lead_x\"},"
                                                " {}], \"cursor\": \"more\"}"},
            {.url = "POST data/search/",
                .status = 200,
                .body = FOUND(CONTACT("cont_1", "ann@example.com"))},
            {.url = "GET contact/cont_1/",
                .status = 200,
                .body = CONTACT("cont_1", "ann@example.com")}},
        "done", "cont_1"},
    {"more than six have the name",
        NOTED(PATH("^(?<v>[a-z]+)") "find = { contact_name = \"{v}\"; }; "), "ann.pdf", NULL,
        {{.url = "POST data/search/",
            .status = 200,
            .body = FOUND("{\"id\": \"cont_1\", \"name\": \"ann\"}, {\"id\": \"cont_2\", \"name\": "
                          "\"ann\"}, {\"id\": \"cont_3\", \"name\": \"ann\"}, {\"id\": \"cont_4\", "
                          "\"name\": \"ann\"}, {\"id\": \"cont_5\", \"name\": \"ann\"}, {\"id\": "
                          "\"cont_6\", \"name\": \"ann\"}")}},
        "failed several", "and others"},
    {"one has the name as it is written",
        NOTED(PATH("^(?<v>[A-Za-z]+)") "find = { lead_name = \"{v}\"; }; "), "Ann.pdf", NULL,
        {{.url = "POST data/search/",
             .status = 200,
             .body =
                 FOUND("{\"id\": \"lead_b\", \"name\": \"ANN\"}, {\"id\": \"lead_a\", \"name\": "
                       "\"Ann\"}")},
            {.url = "GET lead/lead_a/",
                .status = 200,
                .body = "{\"id\": \"lead_a\", \"name\": \"Ann\"}"}},
        "done", "lead_a"},
    {"the lead has another name by now",
        NOTED(PATH("^(?<v>[A-Za-z]+)") "find = { lead_name = \"{v}\"; }; "), "Ann.pdf", NULL,
        {{.url = "POST data/search/",
             .status = 200,
             .body = FOUND("{\"id\": \"lead_a\", \"name\": \"Ann\"}")},
            {.url = "GET lead/lead_a/",
                .status = 200,
                .body = "{\"id\": \"lead_a\", \"name\": \"Bob\"}"}},
        "failed no_target", "Ann"},
    {"Close refuses the size of the page",
        NOTED(PATH("^(?<v>[A-Za-z]+)") "find = { lead_name = \"{v}\"; }; "), "Ann.pdf", NULL,
        {{.url = "POST data/search/", .status = 400, .body = "{\"error\": \"_limit\"}"},
            {.url = "POST data/search/",
                .status = 200,
                .body = FOUND("{\"id\": \"lead_a\", \"name\": \"Ann\"}")},
            {.url = "GET lead/lead_a/",
                .status = 200,
                .body = "{\"id\": \"lead_a\", \"name\": \"Ann\"}"}},
        "done", "lead_a"},
    {"there is no end of pages",
        NOTED(PATH("^(?<v>[A-Za-z]+)") "find = { lead_name = \"{v}\"; }; "), "Ann.pdf", NULL,
        {{.url = "POST data/search/",
            .status = 200,
            .body = "{\"data\": [], \"cursor\": \"more\"}",
            .times = -1}},
        "failed several", "too many"},
    {"an answer that is no page",
        NOTED(PATH("^(?<v>[A-Za-z]+)") "find = { lead_name = \"{v}\"; }; "), "Ann.pdf", NULL,
        {{.url = "POST data/search/", .status = 200, .body = "{}"},
            {.url = "POST data/search/",
                .status = 200,
                .body = FOUND("{\"id\": \"lead_a\", \"name\": \"Ann\"}")},
            {.url = "GET lead/lead_a/",
                .status = 200,
                .body = "{\"id\": \"lead_a\", \"name\": \"Ann\"}"}},
        "done", "lead_a"},
    {"nobody is searched for by a value that is none",
        NOTED(PATH("^(?<v>[a-z]+)") "find = { contact_email = \"{v}\"; }; "), "ann.pdf", NULL,
        {{0}}, "failed no_target", "ann"},
    {"a custom field needs the whole lead",
        NOTED(PATH("^(?<v>[0-9]+)") "find = { custom_field = { id = \"cf_Number\"; value = "
                                    "\"{v}\"; }; }; "),
        "12.pdf", NULL,
        {{.url = "POST data/search/",
             .status = 200,
             .body = FOUND("{\"id\": \"lead_a\", \"custom.cf_Number\": \"12\"}")},
            {.url = "GET lead/lead_a/",
                .status = 200,
                .body = "{\"id\": \"lead_a\", \"custom.cf_Number\": \"12\"}"}},
        "done", "lead_a"},
    /* leads that are gone */
    {"events are refused, and the merges tell", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}"},
            {.url = "GET event/", .status = 403, .body = "{}"},
            {.url = "GET activity/lead_merge/?_limit",
                .status = 200,
                .body = "{\"data\": [{\"source_lead_id\": \"lead_a\", \"destination_lead_id\": "
                        "\"lead_b\", \"merge_status\": \"completed\"}], \"has_more\": true}"}},
        "done", "lead_b"},
    {"no merge tells of it", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}"}}, "failed no_target",
        "it was deleted, or the ID is wrong"},
    {"the list of merges has no end", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}"},
            {.url = "GET activity/lead_merge/",
                .status = 200,
                .body = "{\"data\": [], \"has_more\": true}",
                .times = -1}},
        "failed no_target", "latest 5000 merges"},
    {"it is just being merged", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}", .times = 2},
            {.url = "GET activity/lead_merge/",
                .status = 200,
                .body = "{\"data\": [{\"source_lead_id\": \"lead_a\", \"destination_lead_id\": "
                        "\"lead_b\", \"merge_status\": \"queued\"}], \"has_more\": false}"},
            {.url = "GET activity/lead_merge/",
                .status = 200,
                .body = "{\"data\": [{\"source_lead_id\": \"lead_a\", \"destination_lead_id\": "
                        "\"lead_b\"}], \"has_more\": false}"}},
        "done", "lead_b"},
    {"merges go round in a circle", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/", .status = 404, .body = "{}", .times = -1},
            {.url = "GET event/?object_id=lead_a",
                .status = 200,
                .body =
                    "{\"data\": [{\"object_id\": \"lead_a\", \"action\": \"deleted\", \"meta\": "
                    "{\"merge_destination_lead_id\": \"lead_b\"}}]}",
                .times = -1},
            {.url = "GET event/?object_id=lead_b",
                .status = 200,
                .body =
                    "{\"data\": [{\"object_id\": \"lead_b\", \"action\": \"deleted\", \"meta\": "
                    "{\"merge_destination_lead_id\": \"lead_a\"}}]}",
                .times = -1}},
        "failed no_target", "more than 10 merges"},
    {"the events are no page", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}", .times = 2},
            {.url = "GET event/", .status = 200, .body = "{}"},
            {.url = "GET event/",
                .status = 200,
                .body = "{\"data\": [{\"object_id\": \"lead_a\", \"action\": \"deleted\", "
                        "\"date_created\": \"2026-11-22T10:00:00\"}]}"}},
        "failed no_target", "deleted on 2026-11-22"},
    {"the merges are no page", NOTED("lead_id = \"lead_a\"; "), "a.pdf", NULL,
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}", .times = -1},
            {.url = "GET activity/lead_merge/", .status = 500}},
        "failed no_target", "lead_a"},
    /* which rule */
    {"size and type count",
        NOTED("match = { min_size = \"1\"; max_size = \"1M\"; content_type = "
              "\"application/*\"; }; "
              "lead_id = \"lead_a\"; "),
        "a.pdf", NULL, {{0}}, "done", "lead_a"},
    {"a pattern that is too much for its limits", NOTED(PATH("^(a+)+$") "lead_id = \"lead_a\"; "),
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!.pdf",
        NULL, {{0}}, "failed pattern", ""},
    {"a group whose key comes out empty",
        NOTED(PATH("^a(?<k>b)?") "lead_id = \"lead_a\"; group = { by = \"{k}\"; wait = \"1s\"; "
                                 "}; "),
        "a.pdf", NULL, {{0}}, "failed template", "group.by"},
};

static void write_table(const struct world *world, const char *text)
{
    char *path = str_format("%s/customers.csv", world->root);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    free(path);
}

static void find_their_target_or_say_why_not(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(targets); i++) {
        const struct target *target = &targets[i];
        struct world world;
        fake_reset(target->answers);
        world_open(&world, &target->setting);
        if (target->table)
            write_table(&world, target->table);
        int64_t id = world_drop(&world, target->file, "%PDF-1.4 content");
        world_run(&world, 6 * HOUR_MS);
        char *beside = str_format("Failed/%s.error.txt", target->file);
        bool is_done = strcmp(target->state, "done") == 0;
        bool has_words = is_done ? strstr(str_text(&fake.posted), target->words) ||
                                       strstr(str_text(&fake.log), target->words)
                                 : world_text_has(&world, beside, target->words);
        if (strcmp(world_state(&world, id), target->state) != 0 || !has_words) {
            struct job *job = world_job(&world, id);
            wrong++;
            print_error("%s: %s (%s)\n%s\n", target->name, world_state(&world, id),
                job->error_message ? job->error_message : "", str_text(&fake.log));
            job_free(job);
        }
        free(beside);
        world_close(&world);
    }
    assert_int_equal(wrong, 0);
}

/* ---- tables that are written ---- */

static void a_table_that_is_not_there_yet_is_waited_for(void **state)
{
    (void)state;
    struct world world;
    const struct world_setting setting = {RULES " incomplete = \"2h\";",
        NAMED(PATH(
            "^(?<n>[0-9]+)") "table = { file = \"customers.csv\"; key = \"{n}\"; }; group = { by "
                             "= \"{n}\"; wait = \"1s\"; }; " NOTE),
        NULL};
    fake_reset(NULL);
    world_open(&world, &setting);
    int64_t id = world_drop(&world, "12.pdf", "one");
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "queued table");
    write_table(&world, "key,lead_id\n12,lead_a\n");
    world_run(&world, HOUR_MS);
    world_expect(&world, id, "done");
    world_close(&world);
}

/* ---- one reads the list of merges for all ---- */

static void one_reads_the_merges_for_all(void **state)
{
    (void)state;
    struct world world;
    const struct world_setting setting = {
        RULES, NAMED(PATH("(?<l>lead_[a-z]+)") "lead_id = \"{l}\"; " NOTE), NULL};
    const struct fake_answer answers[] = {
        {.url = "GET lead/lead_a/", .status = 404, .body = "{}", .times = -1},
        {.url = "GET lead/lead_b/", .status = 404, .body = "{}", .times = -1},
        {.url = "GET activity/lead_merge/?_limit",
            .status = 200,
            .never_comes = true,
            .body = "{\"data\": [{\"source_lead_id\": \"lead_a\", \"destination_lead_id\": "
                    "\"lead_c\"}, {\"source_lead_id\": \"lead_b\", \"destination_lead_id\": "
                    "\"lead_c\"}], \"has_more\": false}"},
        {0}};
    fake_reset(answers);
    world_open(&world, &setting);
    int64_t a = world_drop(&world, "lead_a.pdf", "one"),
            b = world_drop(&world, "lead_b.pdf", "two");
    world_run(&world, 5000);
    world_expect_requests("GET activity/lead_merge/?_limit", 1);
    fake_let_come();
    world_run(&world, HOUR_MS);
    world_expect(&world, a, "done");
    world_expect(&world, b, "done");
    world_expect_requests("GET activity/lead_merge/?_limit", 1);
    world_close(&world);
}

/* ---- what Close calls them is kept, for people ---- */

static void keeps_the_names_of_lead_and_contact(void **state)
{
    (void)state;
    struct world world;
    const struct world_setting setting = {"rules = [ \"r\", \"s\" ];",
        NAMED(PATH("^with") "contact_id = \"cont_1\"; " NOTE) ", { name = \"s\"; lead_id = "
                                                              "\"lead_a\"; " NOTE " }",
        NULL};
    fake_reset(NULL);
    world_open(&world, &setting);
    int64_t with = world_drop(&world, "with.pdf", "one"), alone = world_drop(&world, "a.pdf", "2");
    world_run(&world, HOUR_MS);
    struct job *job = world_job(&world, with);
    assert_string_equal(job->lead_name, "ACME");
    assert_string_equal(job->contact_name, "Ann");
    job_free(job);
    job = world_job(&world, alone);
    assert_string_equal(job->lead_name, "ACME");
    assert_null(job->contact_name);
    job_forget_target(job);
    assert_null(job->lead_name);
    job_free(job);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_their_target_or_say_why_not),
        cmocka_unit_test(a_table_that_is_not_there_yet_is_waited_for),
        cmocka_unit_test(one_reads_the_merges_for_all),
        cmocka_unit_test(keeps_the_names_of_lead_and_contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
