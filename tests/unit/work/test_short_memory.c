/* Memory that runs out once, at any moment: the job comes to the end that it comes to otherwise; or
 * the queue cannot keep what was done, and the agent ends before anything depends on it. */
#include "failing_calls.h"

#define FAKE_ENTER                                                                                 \
    int calls_kept = calls_left;                                                                   \
    calls_left = NEVER
#define FAKE_LEAVE calls_left = calls_kept

#include "closedrop/base/array.h"
#include "work/world.h"

FAILING_CALL(void *, calloc, NULL, (size_t count, size_t size), (count, size))
FAILING_CALL(void *, realloc, NULL, (void *pointer, size_t size), (pointer, size))
FAILING_CALL(
    void *, reallocarray, NULL, (void *pointer, size_t count, size_t size), (pointer, count, size))
FAILING_CALL(char *, strdup, NULL, (const char *text), (text))
FAILING_CALL(char *, strndup, NULL, (const char *text, size_t length), (text, length))

#define SENT                                                                                       \
    "email = { status = \"outbox\"; sender = \"me@example.com\"; to = [ \"a@example.com\" ];"      \
    " subject = \"{stem}\"; body_text = \"x\"; };"

/** How many moments of each way are tried. */
#define MOMENTS 16

static const struct way {
    const char *name;
    struct world_setting setting;
    const char *files[3]; /* each with its name as its content, or with `content` */
    const char *content;
    struct fake_answer answers[8];
} ways[] = {
    {"an upload", {"receipts = true;", NULL, NULL}, {"a.pdf"}, NULL, {{0}}},
    {"a group with a sidecar",
        {RULES " sidecar = true; marker = \"{name}.done\";",
            RULE("group = { by = \"{l}\"; wait = \"1s\"; };" EMAIL), NULL},
        {"lead_a-1.pdf", "lead_a-2.pdf"}, NULL, {{0}}},
    {"a search",
        {RULES,
            "{ name = \"r\"; match = { path = \"^(?<v>[a-z]+)\"; }; find = { contact_email = "
            "\"{v}@example.com\"; }; note = { text = \"{contact.name}\"; }; }",
            NULL},
        {"ann.pdf"}, NULL,
        {{.url = "POST data/search/",
             .status = 200,
             .times = -1,
             .body = "{\"data\": [{\"id\": \"cont_1\", \"emails\": [{\"email\": "
                     "\"ann@example.com\"}]}], \"cursor\": null}"},
            {.url = "GET contact/cont_1/",
                .status = 200,
                .times = -1,
                .body = "{\"id\": \"cont_1\", \"lead_id\": \"lead_a\", \"name\": \"Ann\","
                        " \"emails\": [{\"email\": \"ann@example.com\"}]}"}}},
    {"a merged lead", {RULES, RULE(EMAIL), NULL}, {"lead_a.pdf"}, NULL,
        {{.url = "GET lead/lead_a/", .status = 404, .body = "{}", .times = -1},
            {.url = "GET activity/lead_merge/?_limit",
                .status = 200,
                .times = -1,
                .body = "{\"data\": [{\"source_lead_id\": \"lead_a\", \"destination_lead_id\": "
                        "\"lead_b\"}], \"has_more\": false}"}}},
    {"a POST that was unclear", {RULES, RULE(EMAIL), NULL}, {"lead_a.pdf"}, NULL,
        {{.url = "POST activity/", .status = 500},
            {.url = "GET activity/email/",
                .status = 200,
                .times = -1,
                .body = "{\"data\": [{\"id\": \"acti_9\", \"date_created\": \"2026\", "
                        "\"attachments\": [{\"url\": \"https://c/token1/a\"}]}]}"}}},
    {"a file that fails", {RULES, RULE(EMAIL), NULL}, {"lead_a.pdf"}, NULL,
        {{.url = "POST activity/", .status = 400, .body = "{\"error\": \"no\"}", .times = -1}}},
    {"what leaves the house", {RULES, RULE(SENT), "sends = { gap = \"1m\"; };"},
        {"lead_a.pdf", "lead_b.pdf"}, NULL, {{0}}},
    {"the same bytes", {RULES " duplicates = \"skip\";", RULE(EMAIL), NULL},
        {"lead_a-1.pdf", "lead_a-2.pdf"}, "same", {{0}}},
};

/** Go that way; memory runs out at a moment. The states that its jobs have come to, or "ended". */
static void go(const struct way *way, int moment, char *ret_states, size_t room)
{
    struct world world;
    int64_t ids[3] = {0};
    size_t length = 0;
    fake_reset(way->answers);
    world_open(&world, &way->setting);
    for (size_t i = 0; i < COUNT(way->files) && way->files[i]; i++) {
        if (way->setting.folder && strstr(way->setting.folder, "sidecar")) {
            char *sidecar = str_format("%s.json", way->files[i]);
            world_write(&world, sidecar, "{\"a\": 1}");
            free(sidecar);
        }
        ids[i] = world_drop(&world, way->files[i], way->content ? way->content : way->files[i]);
    }
    calls_left = moment;
    bool has_ended = !world_try_run(&world, 6 * HOUR_MS);
    calls_left = calls_left == moment ? NEVER : calls_left;
    int left = calls_left;
    calls_left = NEVER;
    snprintf(ret_states, room, "%s", has_ended ? "ended" : "");
    for (size_t i = 0; !has_ended && i < COUNT(ids) && ids[i]; i++)
        length += (size_t)snprintf(
            ret_states + length, room - length, "%s, ", world_state(&world, ids[i]));
    world_close(&world);
    calls_left = left;
}

static void comes_to_its_end_whenever_memory_runs_out(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(ways); i++) {
        char expected[512], states[512];
        go(&ways[i], NEVER - 1, expected, sizeof(expected));
        const int calls = NEVER - 1 - calls_left;
        calls_left = NEVER;
        for (int j = 0; j < MOMENTS; j++) {
            int moment = (int)((int64_t)calls * j / MOMENTS);
            go(&ways[i], moment, states, sizeof(states));
            calls_left = NEVER;
            bool is_right = strcmp(states, expected) == 0 || strcmp(states, "ended") == 0;
            if (!is_right)
                print_error("%s, call %d of %d: %s not %s\n", ways[i].name, moment, calls, states,
                    expected);
            wrong += !is_right;
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_to_its_end_whenever_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
