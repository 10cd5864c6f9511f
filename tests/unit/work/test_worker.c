/* The worker, from a file in its folder to an activity: each row a way that things may go. */
#include "closedrop/base/array.h"
#include "work/world.h"

#define EMAIL_RULE                                                                                 \
    "{ name = \"r\"; match = { path = \"(?<l>lead_[a-z]+)\"; }; lead_id = \"{l}\";"                \
    " email = { status = \"draft\"; subject = \"{stem}\"; }; }"
#define NOTE_RULE                                                                                  \
    "{ name = \"r\"; match = { path = \"(?<l>lead_[a-z]+)\"; }; lead_id = \"{l}\";"                \
    " note = { text = \"{stem}\"; }; }"
#define FILE_RULE                                                                                  \
    "{ name = \"r\"; match = { path = \"(?<l>lead_[a-z]+)\"; }; lead_id = \"{l}\"; lead_file = "   \
    "{}; }"
#define FIND_RULE                                                                                  \
    "{ name = \"r\"; match = { path = \"^(?<who>[a-z]+)\"; };"                                     \
    " find = { contact_email = \"{who}@example.com\"; }; note = { text = \"{contact.name}\"; }; }"

#define OUT_OF_REACH(where, how)                                                                   \
    {                                                                                              \
        .url = where, .end = how, .reads_nothing = true                                            \
    }

/** One file, and its outcome. */
static const struct scenario {
    const char *name;
    struct world_setting setting;
    const char *file;
    struct fake_answer answers[8];
    const char *state;  /* as world_state() */
    const char *at;     /* where it lies then, NULL: nowhere in the folder */
    const char *logged; /* a request that was made */
    int times;          /* and how often */
} scenarios[] = {
    {"without rules it is uploaded", {0}, "a.pdf", {{.url = NULL}}, "done", "Uploaded/a.pdf",
        "POST files/upload/", 1},
    {"a rule files it by email", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf", {{.url = NULL}}, "done",
        "Uploaded/lead_a.pdf", "POST activity/email/", 1},
    {"or by a note", {RULES, NOTE_RULE, NULL}, "lead_a.pdf", {{.url = NULL}}, "done",
        "Uploaded/lead_a.pdf", "POST activity/note/", 1},
    {"or as a file of its lead", {RULES, FILE_RULE, NULL}, "lead_a.pdf", {{.url = NULL}}, "done",
        "Uploaded/lead_a.pdf", "POST lead/lead_a/files/", 1},
    {"no rule takes it: it is only uploaded", {RULES, EMAIL_RULE, NULL}, "a.pdf", {{.url = NULL}},
        "done", "Uploaded/a.pdf", "POST activity", 0},
    {"no rule takes it, and one must", {RULES " no_match = \"fail\";", EMAIL_RULE, NULL}, "a.pdf",
        {{.url = NULL}}, "failed no_rule", "Failed/a.pdf", "POST files/upload/", 0},
    {"it is deleted after its upload", {"after_upload = \"delete\";", NULL, NULL}, "a.pdf",
        {{.url = NULL}}, "done", NULL, "POST files/upload/", 1},
    {"it is kept", {"after_upload = \"keep\"; receipts = true;", NULL, NULL}, "a.pdf",
        {{.url = NULL}}, "done", "a.pdf", "POST files/upload/", 1},
    {"the lead is not there", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}"}}, "failed no_target",
        "Failed/lead_a.pdf", "POST files/upload/", 0},
    {"the lead was merged into another", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}"},
            {.url = "GET event/",
                .status = 200,
                .body = "{\"data\": [{\"object_id\": \"lead_a\", \"action\": \"deleted\","
                        " \"meta\": {\"merge_destination_lead_id\": \"lead_b\"}}]}"}},
        "done", "Uploaded/lead_a.pdf", "GET lead/lead_b/", 1},
    {"the lead was deleted", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}"},
            {.url = "GET event/",
                .status = 200,
                .body = "{\"data\": [{\"object_id\": \"lead_a\", \"action\": \"deleted\"}]}"}},
        "failed no_target", "Failed/lead_a.pdf", "GET activity/lead_merge/", 0},
    /* tickets */
    {"a 500 costs a try", {0}, "a.pdf", {{.url = "POST files/upload/", .status = 500}}, "done",
        "Uploaded/a.pdf", "POST files/upload/", 2},
    {"500 for ever fails", {NULL, NULL, "max_attempts = 3;"}, "a.pdf",
        {{.url = "POST files/upload/", .status = 500, .times = -1}}, "failed no_answer",
        "Failed/a.pdf", "POST files/upload/", 3},
    {"a ticket that is none is asked for again", {0}, "a.pdf",
        {{.url = "POST files/upload/", .status = 200, .body = "{}"}}, "done", "Uploaded/a.pdf",
        "GET me/", 1},
    {"a form for a foreign host is never filled", {NULL, NULL, "max_attempts = 2;"}, "a.pdf",
        {{.url = "POST files/upload/",
            .status = 200,
            .body =
                "{\"download\": {\"url\": \"https://c/\"}, \"upload\": {\"url\": \"https://evil/\","
                " \"fields\": {\"key\": \"k\"}}}",
            .times = -1}},
        "failed foreign_host", "Failed/a.pdf", "POST files/upload/", 2},
    {"Close asks to wait a second", {0}, "a.pdf",
        {{.url = "POST files/upload/", .status = 429, .headers = "Retry-After: 1"}}, "done",
        "Uploaded/a.pdf", "POST files/upload/", 2},
    {"Close asks to wait ten minutes", {0}, "a.pdf",
        {{.url = "POST files/upload/", .status = 429, .headers = "Retry-After: 600"}}, "done",
        "Uploaded/a.pdf", "POST files/upload/", 2},
    {"Close refuses the file", {0}, "a.pdf",
        {{.url = "POST files/upload/", .status = 400, .body = "{\"error\": \"no such type\"}"}},
        "failed close_refused", "Failed/a.pdf", "POST files/upload/", 1},
    {"the connection breaks, and Close is there", {0}, "a.pdf",
        {OUT_OF_REACH("POST files/upload/", TRANSFER_CUT)}, "done", "Uploaded/a.pdf",
        "POST files/upload/", 2},
    {"Close is away for a while", {0}, "a.pdf",
        {OUT_OF_REACH("POST files/upload/", TRANSFER_UNREACHABLE),
            {.url = "GET me/", .end = TRANSFER_UNREACHABLE, .is_unsent = true, .times = 3}},
        "done", "Uploaded/a.pdf", "POST files/upload/", 2},
    {"the key is refused", {0}, "a.pdf",
        {{.url = "POST files/upload/", .status = 401, .body = "{}", .times = -1},
            {.url = "GET me/", .status = 401, .body = "{}", .times = -1}},
        "queued", "a.pdf", "POST files/upload/", 1},
    /* S3 */
    {"S3 is down for a while", {0}, "a.pdf", {{.url = FAKE_FORMS, .status = 503, .times = 2}},
        "done", "Uploaded/a.pdf", "POST " FAKE_FORMS, 3},
    {"the connection to S3 breaks", {0}, "a.pdf", {OUT_OF_REACH(FAKE_FORMS, TRANSFER_CUT)}, "done",
        "Uploaded/a.pdf", "POST " FAKE_FORMS, 2},
    {"a form that has run out is asked for anew", {0}, "a.pdf",
        {{.url = FAKE_FORMS,
            .status = 403,
            .body = "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy "
                    "expired.</Message></Error>"}},
        "done", "Uploaded/a.pdf", "POST files/upload/", 2},
    {"S3 blames the account", {0}, "a.pdf",
        {{.url = FAKE_FORMS,
            .status = 403,
            .body = "<Error><Code>InvalidAccessKeyId</Code></Error>",
            .times = 3}},
        "done", "Uploaded/a.pdf", "POST " FAKE_FORMS, 4},
    {"S3 has stored other bytes once", {0}, "a.pdf",
        {{.url = FAKE_FORMS,
            .status = 204,
            .headers = "ETag: \"00000000000000000000000000000000\""}},
        "done", "Uploaded/a.pdf", "POST " FAKE_FORMS, 2},
    {"S3's ETags are no MD5s", {0}, "a.pdf",
        {{.url = FAKE_FORMS,
            .status = 204,
            .headers = "ETag: \"00000000000000000000000000000000\"",
            .times = -1}},
        "done", "Uploaded/a.pdf", "POST " FAKE_FORMS, 2},
    {"a page in between says 200", {0}, "a.pdf",
        {{.url = FAKE_FORMS,
            .status = 200,
            .body = "<html>",
            .headers = "ETag: ",
            .reads_nothing = true}},
        "done", "Uploaded/a.pdf", "POST " FAKE_FORMS, 2},
    /* activities */
    {"Close refuses the activity", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "POST activity/email/",
            .status = 400,
            .body = "{\"field-errors\": {\"subject\": \"too long\"}}"}},
        "failed close_refused", "Failed/lead_a.pdf", "POST activity/email/", 1},
    {"Close refuses its lead, which is looked up again", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "POST activity/email/",
            .status = 400,
            .body = "{\"field-errors\": {\"lead_id\": \"gone\"}}"}},
        "done", "Uploaded/lead_a.pdf", "GET lead/lead_a/", 2},
    {"the POST was never sent", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "POST activity/email/", .end = TRANSFER_UNREACHABLE, .is_unsent = true}}, "done",
        "Uploaded/lead_a.pdf", "POST activity/email/", 2},
    {"its end is unclear, and it was not created", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "POST activity/email/", .status = 500}}, "done", "Uploaded/lead_a.pdf",
        "POST activity/email/", 2},
    {"it is looked for twice before that is certain", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "POST activity/email/", .status = 500}}, "done", "Uploaded/lead_a.pdf",
        "GET activity/email/?lead_id=lead_a", 2},
    {"its end is unclear, and it was created", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "POST activity/email/", .status = 500},
            {.url = "GET activity/email/",
                .status = 200,
                .body =
                    "{\"data\": [{\"id\": \"acti_9\", \"date_created\": \"2026-01-01T00:00:00\","
                    " \"attachments\": [{\"url\": \"https://c/token1/a.pdf\"}]}], \"has_more\": "
                    "false}"}},
        "done", "Uploaded/lead_a.pdf", "POST activity/email/", 1},
    {"an answer that names nothing is unclear", {RULES, EMAIL_RULE, NULL}, "lead_a.pdf",
        {{.url = "POST activity/email/", .status = 200, .body = "{}"}}, "done",
        "Uploaded/lead_a.pdf", "POST activity/email/", 2},
    {"tries are bounded though each was unclear", {RULES, EMAIL_RULE, "max_attempts = 2;"},
        "lead_a.pdf", {{.url = "POST activity/email/", .status = 500, .times = -1}},
        "failed no_answer", "Failed/lead_a.pdf", "POST activity/email/", 2},
    {"what cannot be found out fails as unclear", {RULES, EMAIL_RULE, "max_attempts = 2;"},
        "lead_a.pdf",
        {{.url = "POST activity/email/", .status = 500, .times = -1},
            {.url = "GET activity/email/", .status = 400, .body = "{}", .times = -1}},
        "failed unclear", "Failed/lead_a.pdf", "POST activity/email/", 1},
    /* targets */
    {"a contact is found by its address", {RULES, FIND_RULE, NULL}, "ann.pdf",
        {{.url = "POST data/search/",
             .status = 200,
             .body = "{\"data\": [{\"id\": \"cont_1\", \"emails\": [{\"email\": "
                     "\"ann@example.com\"}]}],"
                     " \"cursor\": null}"},
            {.url = "GET contact/cont_1/",
                .status = 200,
                .body = "{\"id\": \"cont_1\", \"lead_id\": \"lead_a\", \"name\": \"Ann\","
                        " \"emails\": [{\"email\": \"ann@example.com\"}]}"}},
        "done", "Uploaded/ann.pdf", "POST activity/note/", 1},
    {"nobody is found", {RULES, FIND_RULE, NULL}, "ann.pdf", {{.url = NULL}}, "failed no_target",
        "Failed/ann.pdf", "POST files/upload/", 0},
    {"two are found", {RULES, FIND_RULE, NULL}, "ann.pdf",
        {{.url = "POST data/search/",
            .status = 200,
            .body =
                "{\"data\": [{\"id\": \"cont_1\", \"emails\": [{\"email\": \"ann@example.com\"}]},"
                " {\"id\": \"cont_2\", \"emails\": [{\"email\": \"ann@example.com\"}]}],"
                " \"cursor\": null}"}},
        "failed several", "Failed/ann.pdf", "POST files/upload/", 0},
};

static void goes_as_it_should(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        const struct scenario *scenario = &scenarios[i];
        struct world world;
        fake_reset(scenario->answers);
        world_open(&world, &scenario->setting);
        int64_t id = world_drop(&world, scenario->file, "content");
        world_run(&world, 3 * HOUR_MS);
        if (strcmp(world_state(&world, id), scenario->state) != 0) {
            struct job *job = world_job(&world, id);
            wrong++, print_error("%s: %s (%s)\n%s\n", scenario->name, world_state(&world, id),
                         job->error_message ? job->error_message : "", str_text(&fake.log));
        }
        if (fake_count(scenario->logged) != scenario->times)
            wrong++, print_error("%s: %d times %s\n%s\n", scenario->name,
                         fake_count(scenario->logged), scenario->logged, str_text(&fake.log));
        if (!world_has(&world, scenario->at ? scenario->at : "."))
            wrong++, print_error("%s: it is not at %s\n", scenario->name, scenario->at);
        if (!scenario->at && world_has(&world, scenario->file))
            wrong++, print_error("%s: it is still there\n", scenario->name);
        world_close(&world);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_as_it_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
