/* What a command may ask: a question becomes a request and the same question
 * again; unknown questions are refused; how a job looks; and the answers of a
 * queue. */
#include "json_rows.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/control/questions.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"
#include "closedrop/queue/view.h"

#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

/* ---- a small web server's reading of a query ---- */

struct query {
    const char *text; /* behind the "?" */
    char value[2000];
};

static char unescape(const char **at)
{
    unsigned byte = 0;
    if (**at != '%')
        return *(*at)++;
    assert_int_equal(sscanf(*at, "%%%2x", &byte), 1);
    *at += 3;
    return (char)byte;
}

static const char *parameter(void *context, const char *name)
{
    struct query *query = context;
    static char values[16][2000];
    static int next;
    size_t length = strlen(name);
    for (const char *at = query->text; at && *at;
         at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL) {
        if (strncmp(at, name, length) != 0 || at[length] != '=')
            continue;
        char *value = values[next++ % 16], *to = value;
        for (const char *from = at + length + 1; *from && *from != '&';)
            *to++ = unescape(&from);
        *to = '\0';
        return value;
    }
    return NULL;
}

static int read_query(const char *method, const char *url, struct question *question)
{
    char path[QUESTION_URL_MAX];
    snprintf(path, sizeof(path), "%s", url);
    char *mark = strchr(path, '?');
    struct query query = {mark ? mark + 1 : NULL, ""};
    if (mark)
        *mark = '\0';
    return question_parse(method, path, parameter, &query, question);
}

/* ---- there and back ---- */

#define HASH "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

static const struct {
    const char *name;
    struct question question;
} questions[] = {
    {"status", {.kind = ASK_STATUS, .state = -1}},
    {"show", {.kind = ASK_SHOW, .id = 17, .state = -1}},
    {"show the largest", {.kind = ASK_SHOW, .id = INT64_MAX, .state = -1}},
    {"retry", {.kind = ASK_RETRY, .id = 1, .state = -1}},
    {"retry all", {.kind = ASK_RETRY_ALL, .state = -1}},
    {"retry a folder", {.kind = ASK_RETRY_ALL, .state = -1, .folder = "a&b"}},
    {"retry a rule", {.kind = ASK_RETRY_ALL, .state = -1, .rule = "by lead?"}},
    {"retry a code", {.kind = ASK_RETRY_ALL, .state = -1, .code = "no_target"}},
    {"count what would be retried", {.kind = ASK_RETRY_ALL, .state = -1, .count = true}},
    {"forget what fits", {.kind = ASK_FORGET_ALL,
                             .state = JOB_FAILED,
                             .folder = "f",
                             .match = "50% off",
                             .since_ms = -1,
                             .until_ms = INT64_MAX}},
    {"retry what fits all",
        {.kind = ASK_RETRY_ALL, .state = -1, .folder = "f", .rule = "r", .code = "c"}},
    {"forget", {.kind = ASK_FORGET, .id = 9, .state = -1}},
    {"folders", {.kind = ASK_FOLDERS, .state = -1}},
    {"days", {.kind = ASK_DAYS, .state = -1, .days = DAYS_MAX}},
    {"explain what is there", {.kind = ASK_EXPLAIN,
                                  .state = -1,
                                  .folder = "scans",
                                  .name = "a.pdf",
                                  .path = "in/a.pdf",
                                  .identity = {{0xAB, 0, 0x7F}, 3, 4711, -1},
                                  .is_there = true,
                                  .by_path = true}},
    {"explain what has no handle", {.kind = ASK_EXPLAIN,
                                       .state = -1,
                                       .folder = "scans",
                                       .name = "a.pdf",
                                       .path = "a.pdf",
                                       .is_there = true}},
    {"how far it is, asked before", {.kind = ASK_PROGRESS,
                                        .state = -1,
                                        .folder = "scans",
                                        .name = "a.pdf",
                                        .path = "a.pdf",
                                        .asked = 17}},
    {"explain what is gone",
        {.kind = ASK_EXPLAIN, .state = -1, .name = "a.pdf", .path = "/srv/a.pdf"}},
    {"record", {.kind = ASK_RECORD, .state = -1}},
    {"filings", {.kind = ASK_FILINGS,
                    .state = -1,
                    .sha256 = HASH,
                    .activity = ACTIVITY_NOTE,
                    .lead_id = "lead_a"}},
    {"withdraw", {.kind = ASK_WITHDRAW,
                     .id = -1,
                     .state = -1,
                     .sha256 = HASH,
                     .activity = ACTIVITY_LEAD_FILE,
                     .lead_id = "lead_a"}},
    {"intend", {.kind = ASK_INTEND,
                   .id = INT64_MIN,
                   .state = -1,
                   .sha256 = HASH,
                   .activity = ACTIVITY_EMAIL,
                   .lead_id = "lead_a",
                   .rule = "by lead"}},
    {"prune", {.kind = ASK_PRUNE, .state = -1}},
    {"count what would be pruned, further on", {.kind = ASK_PRUNE,
                                                   .state = JOB_DONE,
                                                   .at_ms = 1795341600000,
                                                   .below = 4711,
                                                   .count = true}},
    {"pause", {.kind = ASK_PAUSE, .state = -1}},
    {"resume", {.kind = ASK_RESUME, .state = -1}},
    {"list all", {.kind = ASK_LIST, .state = -1, .limit = LIST_PAGE}},
    {"list some",
        {.kind = ASK_LIST, .state = JOB_FAILED, .limit = 1, .at_ms = 1795341600000, .below = 4711}},
    {"list what a filter has", {.kind = ASK_LIST,
                                   .state = -1,
                                   .limit = 10,
                                   .lead_id = "lead_1",
                                   .match = "\xC3\x84 & Co",
                                   .since_ms = 1795341600000,
                                   .until_ms = 1795341600001,
                                   .held = true,
                                   .all = true}},
    {"list what has a name",
        {.kind = ASK_LIST, .state = -1, .limit = 10, .name = "a.pdf", .path = "in/a.pdf"}},
    {"list queued", {.kind = ASK_LIST, .state = JOB_QUEUED, .limit = 10}},
    {"list a folder", {.kind = ASK_LIST, .state = -1, .limit = 10, .folder = "scans"}},
    {"list a rule",
        {.kind = ASK_LIST, .state = -1, .limit = 10, .folder = "scans", .rule = "by lead"}},
    {"list an odd folder",
        {.kind = ASK_LIST, .state = -1, .limit = 10, .folder = "a b&c=d%/?#\xC3\xA4+\x01\""}},
};

static void comes_back_as_it_was_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(questions); i++) {
        const struct question *asked = &questions[i].question;
        struct question read;
        char url[QUESTION_URL_MAX];
        question_url(asked, url);
        if (read_query(question_method(asked), url, &read) != 0)
            fail_msg("%s: %s is refused", questions[i].name, url);
        if (read.kind != asked->kind || read.id != asked->id || read.state != asked->state ||
            read.below != asked->below || read.limit != asked->limit ||
            strcmp(read.folder, asked->folder) != 0 || strcmp(read.rule, asked->rule) != 0 ||
            read.at_ms != asked->at_ms || read.since_ms != asked->since_ms ||
            read.until_ms != asked->until_ms || read.held != asked->held ||
            read.all != asked->all || read.count != asked->count ||
            strcmp(read.match, asked->match) != 0 || strcmp(read.name, asked->name) != 0 ||
            strcmp(read.path, asked->path) != 0 || strcmp(read.code, asked->code) != 0 ||
            strcmp(read.sha256, asked->sha256) != 0 || read.activity != asked->activity ||
            strcmp(read.lead_id, asked->lead_id) != 0 || read.is_there != asked->is_there ||
            read.by_path != asked->by_path || read.asked != asked->asked ||
            !identity_equal(&read.identity, &asked->identity))
            fail_msg("%s: %s", questions[i].name, url);
    }
}

static void has_room_for_the_longest_folder(void **state)
{
    (void)state;
    struct question asked = {.kind = ASK_LIST,
                        .state = JOB_UPLOADING,
                        .limit = LIST_PAGE,
                        .below = INT64_MAX},
                    read;
    char url[QUESTION_URL_MAX];
    memset(asked.folder, '\xC3', sizeof(asked.folder) - 1);
    question_url(&asked, url);
    assert_int_equal(read_query("GET", url, &read), 0);
    assert_string_equal(read.folder, asked.folder);
}

static void has_room_for_the_longest_names(void **state)
{
    (void)state;
    struct question asked = {.kind = ASK_RETRY_ALL}, read;
    char url[QUESTION_URL_MAX];
    memset(asked.folder, '\xC3', sizeof(asked.folder) - 1);
    memset(asked.rule, ' ', sizeof(asked.rule) - 1);
    memset(asked.code, '%', sizeof(asked.code) - 1);
    question_url(&asked, url);
    assert_int_equal(read_query("POST", url, &read), 0);
    assert_string_equal(read.folder, asked.folder);
    assert_string_equal(read.rule, asked.rule);
    assert_string_equal(read.code, asked.code);
}

static void asks_for_no_filings_of_what_is_no_hash(void **state)
{
    (void)state;
    static const char *const bad[] = {"/filings", "/filings?sha256=" HASH "&activity=email",
        "/filings?sha256=" HASH "&lead=lead_a", "/filings?activity=email&lead=lead_a",
        "/filings?sha256=" HASH "&activity=fax&lead=lead_a",
        "/filings?sha256=" HASH "0&activity=email&lead=lead_a",
        "/filings?sha256=abc&activity=email&lead=lead_a"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct question read;
        if (read_query("GET", bad[i], &read) != -EINVAL)
            fail_msg("taken: %s", bad[i]);
    }
    struct question read; /* a job's number is not for others */
    assert_int_equal(
        read_query("POST", "/filings?sha256=" HASH "&activity=email&lead=lead_a&id=7", &read),
        -EINVAL);
}

static void takes_no_name_that_would_mean_all(void **state)
{
    (void)state;
    static const char *const names[] = {
        "folder", "rule", "code", "lead", "match", "name", "path", "since", "until"};
    char url[QUESTION_URL_MAX];
    for (size_t i = 0; i < COUNT(names); i++) {
        struct question read;
        snprintf(url, sizeof(url), "/retry?%s=", names[i]);
        assert_int_equal(read_query("POST", url, &read), -EINVAL);
        size_t length = strlen(url);
        memset(url + length, 'x', 1200); /* would be cut */
        url[length + 1200] = '\0';
        assert_int_equal(read_query("POST", url, &read), -EINVAL);
    }
}

static const struct {
    const char *method, *url;
} strange[] = {
    {"GET", "/"},
    {"GET", ""},
    {"GET", "status"},
    {"GET", "/Status"},
    {"GET", "/status/"},
    {"POST", "/status"},
    {"PUT", "/pause"},
    {"GET", "/pause"},
    {"GET", "/jobs/"},
    {"GET", "/jobs/x"},
    {"GET", "/jobs/-1"},
    {"GET", "/jobs/ 1"},
    {"GET", "/jobs/1x"},
    {"GET", "/jobs/1/"},
    {"POST", "/jobs/1"},
    {"POST", "/jobs/1/delete"},
    {"POST", "/jobs//retry"},
    {"GET", "/jobs/1/retry"},
    {"GET", "/jobs?state=unknown"},
    {"GET", "/jobs?state="},
    {"GET", "/jobs?below=17"}, /* and at which time? */
    {"GET", "/jobs?since=yesterday"},
    {"POST", "/forget?state=lost"},
    {"POST", "/prune?state=lost"},
    {"POST", "/prune?state=done&below=17"},
    {"GET", "/../status"},
    {"GET", "/days?days=0"},
    {"GET", "/days?days=-1"},
    {"GET", "/days?days=367"},
    {"GET", "/days?days=all"},
    {"GET", "/explain"},
    {"GET", "/explain?name=a"},
    {"GET", "/explain?name=a&path=a&identity="},
    {"GET", "/explain?name=a&path=a&identity=1"},
    {"GET", "/explain?name=a&path=a&identity=1:2"},
    {"GET", "/explain?name=a&path=a&identity=1:2:a"},
    {"GET", "/explain?name=a&path=a&identity=1:2:no"},
};

static void refuses_what_is_no_question(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strange); i++) {
        struct question read = {.id = 4711};
        if (read_query(strange[i].method, strange[i].url, &read) != -EINVAL || read.id != 4711)
            fail_msg("%s %s", strange[i].method, strange[i].url);
    }
}

static void keeps_the_limit_within_a_page(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "/jobs", "/jobs?limit=0", "/jobs?limit=-5", "/jobs?limit=501", "/jobs?limit=many"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct question read;
        assert_int_equal(read_query("GET", urls[i], &read), 0);
        if (read.limit != LIST_PAGE || read.below != 0 || read.state != -1)
            fail_msg("%s", urls[i]);
    }
}

/* ---- how a job looks ---- */

/* a job as the queue holds it; to be freed */
static struct job *make_job(const char *const texts[12])
{
    struct job *job = calloc(1, sizeof(*job));
    assert_non_null(job);
    char **const into[] = {&job->folder, &job->path, &job->sha256, &job->content_type,
        &job->error_code, &job->error_message, &job->rule, &job->lead_id, &job->contact_id,
        &job->activity_id, &job->location, &job->download_url};
    for (size_t i = 0; i < COUNT(into); i++)
        assert_int_equal(str_assign(into[i], texts[i]), 0);
    job->id = 17;
    job->identity.size = 48213;
    job->queued_ms = 1795341600000;
    return job;
}

static void expect_view(const struct job *job, const char *text)
{
    struct json *object = view_job(job);
    char *printed = json_print(object);
    assert_string_equal(printed, text);
    free(printed);
    json_free(object);
}

/* where its file is, as far as the queue knows */
static const struct {
    struct job job;
    const char *file;
} whereabouts[] = {
    {{.state = JOB_QUEUED}, "in_folder"},
    {{.state = JOB_DONE, .put_away = JOB_PUT_AWAY}, "in_folder"}, /* kept */
    {{.state = JOB_DONE, .put_away = JOB_PUT_AWAY, .location = (char[]){"Uploaded/a"}}, "put_away"},
    {{.state = JOB_DONE, .put_away = JOB_PUT_AWAY, .location = (char[]){""}}, "gone"},
    {{.state = JOB_FAILED, .put_away = JOB_PUT_AWAY, .location = (char[]){"Failed/a"}}, "put_away"},
    {{.state = JOB_FAILED, .put_away = JOB_DISCARDED, .location = (char[]){"Failed/a"}}, "gone"},
    {{.state = JOB_QUEUED, .ending = JOB_DROPPED}, "gone"},
    {{.state = JOB_QUEUED, .ending = JOB_SUPERSEDED}, "replaced"},
    {{.state = JOB_QUEUED, .ending = JOB_FORGOTTEN}, "in_folder"},
    {{.state = JOB_DONE, .folder = (char[]){""}, .location = (char[]){"/home/a"}}, "outside"},
};

static void tells_where_a_file_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(whereabouts); i++) {
        struct job job = whereabouts[i].job;
        job.folder = job.folder ? job.folder : (char[]){"scans"};
        job.path = (char[]){"a"};
        struct json *object = view_job(&job);
        assert_string_equal(json_get_text(object, "file"), whereabouts[i].file);
        json_free(object);
    }
}

#define HEAD "{\"id\":17,\"folder\":\"scans\",\"path\":\"in/a.pdf\",\"size\":48213,"

/* the one form that --json, receipts and the control socket share */
static void shows_a_filed_job(void **state)
{
    (void)state;
    struct job *job = make_job((const char *const[12]){"scans", "in/a.pdf", "5ha",
        "application/pdf", NULL, NULL, "by-lead-id", "lead_1", "cont_1", "leadfile_1",
        "Uploaded/a.pdf", "https://app.close.com/go/file/x/"});
    job->state = JOB_DONE;
    job->attempts = 2;
    job->activity = ACTIVITY_LEAD_FILE;
    assert_int_equal(str_assign(&job->lead_name, "Bluth Company"), 0);
    assert_int_equal(str_assign(&job->contact_name, "Tobias"), 0);
    job->uploaded_ms = job->queued_ms + 1000;
    job->done_ms = job->queued_ms + 2500;
    expect_view(job, HEAD "\"sha256\":\"5ha\",\"content_type\":\"application/"
                          "pdf\",\"state\":\"done\","
                          "\"attempts\":2,\"next_attempt_at\":null,\"error\":null,\"rule\":"
                          "\"by-lead-id\","
                          "\"lead_id\":\"lead_1\",\"lead_name\":\"Bluth "
                          "Company\",\"contact_id\":\"cont_1\","
                          "\"contact_name\":\"Tobias\",\"activity\":\"lead_file\","
                          "\"activity_id\":\"leadfile_1\",\"file\":\"put_away\",\"place\":"
                          "\"Uploaded/a.pdf\","
                          "\"download_url\":\"https://app.close.com/go/file/x/\","
                          "\"queued_at\":\"2026-11-22T10:00:00.000Z\",\"uploaded_at\":"
                          "\"2026-11-22T10:00:01.000Z\","
                          "\"done_at\":\"2026-11-22T10:00:02.500Z\",\"failed_at\":null}");
    job_free(job);
}

static void shows_a_job_of_which_little_is_known(void **state)
{
    (void)state;
    struct job *job = make_job((const char *const[12]){"scans", "in/a.pdf", NULL, NULL, "no_target",
        "Close has no such one", NULL, NULL, NULL, NULL, "", NULL});
    job->ending = JOB_FORGOTTEN;
    job->done_ms = 5; /* when it failed: not done */
    expect_view(job, HEAD "\"sha256\":null,\"content_type\":null,\"state\":\"queued\",\"ended\":"
                          "\"forgotten\",\"attempts\":0,\"next_attempt_at\":null,\"error\":{"
                          "\"code\":\"no_"
                          "target\",\"message\":\"Close has no such "
                          "one\"},\"rule\":null,\"lead_id\":null,\"lead_name\":null,\"contact_id\":"
                          "null,"
                          "\"contact_name\":null,\"activity\":null,\"activity_id\":null,\"file\":"
                          "\"gone\","
                          "\"place\":null,\"download_url\":null,\"queued_at\":\"2026-"
                          "11-22T10:00:00.000Z\",\"uploaded_at\":null,\"done_at\":null,\"failed_"
                          "at\":null}");
    job_free(job);
}

#undef HEAD

static void shows_no_half_a_job_when_memory_is_short(void **state)
{
    (void)state;
    struct job *job = make_job((const char *const[12]){"scans", "in/a.pdf", NULL, NULL, "no_target",
        "Close has no such one", NULL, NULL, NULL, NULL, NULL, NULL});
    job->ending = JOB_FORGOTTEN;
    struct json *whole = view_job(job), *object = NULL;
    int calls = 0;
    for (; !object; calls++) {
        allocations_left = calls;
        object = view_job(job);
        allocations_left = NEVER;
    }
    assert_true(calls > 20);
    assert_true(cJSON_Compare((const cJSON *)object, (const cJSON *)whole, true));
    json_free(object);
    json_free(whole);
    job_free(job);
}

static const struct {
    const char *name;
    struct job job;
    bool has_next;
} attempts[] = {
    {"for the first time", {.state = JOB_QUEUED, .due_ms = 5}, false},
    {"a retry", {.state = JOB_QUEUED, .due_ms = 5, .attempts = 1}, true},
    {"to be attached", {.state = JOB_UPLOADED, .due_ms = 5}, true},
    {"to be looked for", {.state = JOB_ATTACHING, .due_ms = 5}, true},
    {"for something no time brings", {.state = JOB_QUEUED, .due_ms = JOB_DUE_NEVER, .attempts = 1},
        false},
    {"in hand", {.state = JOB_ATTACHING, .due_ms = 5, .claimed = true}, false},
    {"sent", {.state = JOB_UPLOADING, .due_ms = 5, .attempts = 1}, false},
    {"done", {.state = JOB_DONE, .due_ms = 5, .attempts = 1}, false},
    {"failed", {.state = JOB_FAILED, .due_ms = 5, .attempts = 1}, false},
    {"forgotten", {.state = JOB_QUEUED, .due_ms = 5, .attempts = 1, .ending = JOB_FORGOTTEN},
        false},
};

static void tells_the_next_attempt_where_there_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++) {
        struct json *object = view_job(&attempts[i].job);
        assert_non_null(json_get(object, "next_attempt_at"));
        if ((json_get_text(object, "next_attempt_at") != NULL) != attempts[i].has_next)
            fail_msg("%s", attempts[i].name);
        json_free(object);
    }
}

/* ---- answers ---- */

static int open_queue(void **state)
{
    struct str why = STR_INIT(1000);
    struct queue *queue = NULL;
    int problem = queue_open(":memory:", true, &queue, &why);
    str_release(&why);
    *state = queue;
    if (problem)
        return problem;
    queue_begin(queue);
    struct arrival waiting = {.folder = "scans", .path = "\xE4.pdf", .identity = {.size = 5}};
    struct arrival failed = {.folder = "scans",
        .path = "b.pdf",
        .identity = {.size = 6},
        .error_code = "too_large",
        .error_message = "too large"};
    queue_add(queue, &waiting);
    queue_add(queue, &failed);
    return 0;
}

static int close_queue(void **state)
{
    queue_commit(*state);
    queue_close(*state);
    return 0;
}

static struct json *ask(struct queue *queue, struct question question, int status)
{
    struct folder folder = {.name = (char[]){"scans"}};
    const struct config config = {.folders = &folder, .folder_count = 1};
    struct answer answer = question_answer(queue, &config, &question);
    assert_non_null(answer.body);
    if (answer.status != status)
        fail_msg("%s %d: %d", question_method(&question), question.kind, answer.status);
    return answer.body;
}

static void tells_how_the_queue_is(void **state)
{
    struct json *body = ask(*state, (struct question){.kind = ASK_STATUS}, 200);
    assert_false(json_get_bool(body, "paused", true));
    assert_int_equal(json_get_int(json_get(body, "jobs"), "queued", -1), 1);
    assert_int_equal(json_get_int(json_get(body, "jobs"), "failed", -1), 1);
    assert_int_equal(json_get_int(json_get(body, "jobs"), "done", -1), 0);
    assert_int_equal(json_get_int(body, "not_put_away", -1), 1);
    assert_null(json_get_text(json_get(body, "first_not_put_away"), "message")); /* not tried yet */
    json_free(body);
}

static void tells_why_a_file_is_not_put_away(void **state)
{
    struct queue *queue = *state;
    CLEANUP(job_freep) struct job *job = queue_load(queue, 2);
    queue_put_away_later(queue, job, 1, "the directory refuses it");
    struct json *body = ask(queue, (struct question){.kind = ASK_STATUS}, 200);
    const struct json *first = json_get(body, "first_not_put_away");
    assert_int_equal(json_get_int(first, "id", 0), 2);
    assert_string_equal(json_get_text(first, "folder"), job->folder);
    assert_string_equal(json_get_text(first, "message"), "the directory refuses it");
    json_free(body);
    body = ask(queue, (struct question){.kind = ASK_SHOW, .id = 2}, 200);
    assert_string_equal(json_get_text(json_get(body, "error"), "code"), "too_large");
    assert_string_equal(json_get_text(body, "not_put_away"), "the directory refuses it");
    json_free(body);
    queue_set_put_away(queue, job, "Failed/b.pdf", "moved");
    body = ask(queue, (struct question){.kind = ASK_SHOW, .id = 2}, 200);
    assert_null(json_get(body, "not_put_away"));
    json_free(body);
}

static void lists_jobs(void **state)
{
    struct json *body =
        ask(*state, (struct question){.kind = ASK_LIST, .state = -1, .limit = 10}, 200);
    const struct json *first = json_first(json_get(body, "jobs"));
    assert_int_equal(json_get_int(first, "id", 0), 2);
    assert_string_equal(json_get_text(json_get(first, "error"), "code"), "too_large");
    const struct json *second = json_next(first);
    assert_string_equal(json_get_text(second, "path"), "\xEF\xBF\xBD.pdf");
    assert_string_equal(json_get_text(second, "state"), "queued");
    assert_null(json_next(second));
    assert_non_null(json_get(body, "next")); /* null: this is all */
    assert_int_equal(json_get_int(json_get(body, "next"), "below", 0), 0);
    json_free(body);
    body = ask(*state, (struct question){.kind = ASK_LIST, .state = -1, .limit = 1}, 200);
    const struct json *next = json_get(body, "next");
    struct question rest = {.kind = ASK_LIST,
        .state = -1,
        .limit = 1,
        .at_ms = json_get_int(next, "at", 0),
        .below = json_get_int(next, "below", 0)};
    json_free(body);
    assert_int_equal(rest.below, 2);
    body = ask(*state, rest, 200);
    assert_int_equal(json_get_int(json_first(json_get(body, "jobs")), "id", 0), 1);
    json_free(body);
}

static const char *error_of(struct queue *queue, int64_t id, char code[32])
{
    struct json *body = ask(queue, (struct question){.kind = ASK_SHOW, .id = id}, 200);
    const char *found = json_get_text(json_get(body, "error"), "code");
    snprintf(code, 32, "%s", found ? found : "none");
    json_free(body);
    return code;
}

/** A third job, of the folder "faxes", which is not in the configuration. */
static void add_of_gone_folder(struct queue *queue, const char *error_code)
{
    struct arrival lost = {.folder = "faxes",
        .path = "c.pdf",
        .identity = {.size = 7},
        .error_code = error_code,
        .error_message = "too large"};
    assert_int_equal(queue_add(queue, &lost), 3);
}

static void shows_what_waits_for_a_folder_that_is_gone(void **state)
{
    char code[32];
    add_of_gone_folder(*state, NULL);
    assert_string_equal(error_of(*state, 1, code), "none");
    assert_string_equal(error_of(*state, 3, code), "folder_gone");
    struct json *body = ask(*state, (struct question){.kind = ASK_STATUS}, 200);
    const struct json *gone = json_first(json_get(body, "gone_folders"));
    assert_string_equal(json_get_text(gone, "name"), "faxes");
    assert_int_equal(json_get_int(gone, "waiting", -1), 1);
    assert_int_equal(json_get_int(gone, "failed", -1), 0);
    assert_null(json_next(gone));
    assert_null(json_first(json_get(body, "gone_rules")));
    json_free(body);
}

static void keeps_the_reason_why_a_job_of_a_gone_folder_failed(void **state)
{
    char code[32];
    add_of_gone_folder(*state, "too_large");
    assert_string_equal(error_of(*state, 3, code), "too_large");
    struct json *body = ask(*state, (struct question){.kind = ASK_STATUS}, 200);
    assert_int_equal(json_get_int(json_first(json_get(body, "gone_folders")), "failed", -1), 1);
    json_free(body);
}

static void says_nothing_of_a_gone_folder_whose_files_are_all_filed(void **state)
{
    add_of_gone_folder(*state, NULL);
    assert_int_equal(queue_forget(*state, 3, false), QUEUE_OK);
    struct json *body = ask(*state, (struct question){.kind = ASK_STATUS}, 200);
    assert_null(json_first(json_get(body, "gone_folders")));
    json_free(body);
}

static void shows_what_waits_for_a_rule_that_is_gone(void **state)
{
    char code[32];
    struct queue *queue = *state;
    struct job *job = queue_load(queue, 1);
    assert_int_equal(str_assign(&job->rule, "statements"), 0);
    queue_put(queue, job);
    assert_string_equal(error_of(queue, 1, code), "rule_gone");
    job->claimed = true; /* as the worker does about it, when it comes to it */
    assert_int_equal(str_assign(&job->error_code, "rule_gone"), 0);
    queue_retry(queue, job, JOB_DUE_NEVER, false, "gone");
    job_free(job);
    struct json *body = ask(queue, (struct question){.kind = ASK_STATUS}, 200);
    const struct json *gone = json_first(json_get(body, "gone_rules"));
    assert_string_equal(json_get_text(gone, "name"), "statements");
    assert_int_equal(json_get_int(gone, "waiting", -1), 1);
    json_free(body);
}

static void shows_a_job_with_its_history(void **state)
{
    struct json *body = ask(*state, (struct question){.kind = ASK_SHOW, .id = 2}, 200);
    const struct json *row = json_first(json_get(body, "history"));
    assert_string_equal(json_get_text(row, "state"), "queued");
    assert_string_equal(json_get_text(row, "why"), "settled");
    assert_string_equal(json_get_text(json_next(row), "state"), "failed");
    json_free(body);
}

/* what is asked about a file, and the job that the answer is about: 0 for none */
static const struct {
    struct question question;
    int64_t id;
    bool is_same;
} explained[] = {
    {{.folder = "scans", .name = "b.pdf", .path = "b.pdf", .identity.size = 6, .is_there = true}, 2,
        true},
    {{.folder = "scans", .name = "b.pdf", .path = "b.pdf", .identity.size = 7, .is_there = true}, 2,
        false},
    {{.folder = "scans", .name = "b.pdf", .path = "b.pdf"}, 2, false},
    {{.folder = "scans", .name = "b.pdf", .path = "in/b.pdf"}, 0, false},
    {{.folder = "other", .name = "b.pdf", .path = "b.pdf"}, 0, false},
    {{.name = "b.pdf", .path = "/srv/b.pdf"}, 3, false},
    {{.name = "b.pdf", .path = "/home/b.pdf"}, 0, false},
};

static void finds_the_job_of_a_file_or_the_last_of_its_name(void **state)
{
    struct queue *queue = *state;
    struct job by_hand = {.folder = (char[]){BY_HAND_FOLDER},
        .path = (char[]){"b.pdf"},
        .location = (char[]){"/srv/b.pdf"},
        .state = JOB_DONE,
        .put_away = JOB_PUT_AWAY};
    queue_put(queue, &by_hand);
    for (size_t i = 0; i < COUNT(explained); i++) {
        struct question question = explained[i].question;
        question.kind = ASK_EXPLAIN;
        struct json *body = ask(queue, question, 200);
        const struct json *job = json_get(body, "job");
        if (json_get_int(job, "id", 0) != explained[i].id || !json_get(body, "ahead") ||
            json_get_bool(body, "same", false) != explained[i].is_same)
            fail_msg("row %zu: job %d", i, (int)json_get_int(job, "id", 0));
        json_free(body);
    }
}

static const struct {
    const char *name;
    struct question question;
    int status;
} changes[] = {
    {"show what is not there", {.kind = ASK_SHOW, .id = 99}, 404},
    {"retry what is not there", {.kind = ASK_RETRY, .id = 99}, 404},
    {"forget what is not there", {.kind = ASK_FORGET, .id = 99}, 404},
    {"retry what has not failed", {.kind = ASK_RETRY, .id = 1}, 409},
    {"retry what failed", {.kind = ASK_RETRY, .id = 2}, 200},
    {"retry it again", {.kind = ASK_RETRY, .id = 2}, 409},
    {"retry all", {.kind = ASK_RETRY_ALL}, 200},
    {"forget", {.kind = ASK_FORGET, .id = 1}, 200},
    {"forget it again", {.kind = ASK_FORGET, .id = 1}, 404},
    {"pause", {.kind = ASK_PAUSE}, 200},
    {"resume", {.kind = ASK_RESUME}, 200},
};

static void answers_changes(void **state)
{
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct json *body = ask(*state, changes[i].question, changes[i].status);
        if ((json_get_text(body, "error") != NULL) != (changes[i].status != 200))
            fail_msg("%s: no reason, or one too many", changes[i].name);
        json_free(body);
    }
}

static void expect_printed(
    struct queue *queue, struct question question, int status, const char *wanted)
{
    struct json *body = ask(queue, question, status);
    char *text = json_print(body);
    assert_string_equal(text, wanted);
    free(text);
    json_free(body);
}

static void expect_retry(
    struct queue *queue, struct question question, int status, const char *wanted)
{
    question.kind = ASK_RETRY_ALL;
    expect_printed(queue, question, status, wanted);
}

static void tells_what_became_of_many(void **state)
{
    struct arrival cut = {.folder = "scans",
        .path = "c.pdf",
        .identity = {.size = 7},
        .error_code = "cut_off",
        .error_message = "cut off"};
    queue_add(*state, &cut);
    cut.path = "d.pdf";
    cut.error_code = "empty";
    queue_add(*state, &cut);
    expect_retry(*state, (struct question){.folder = "faxes"}, 404,
        "{\"error\":\"no failed job has folder \\\"faxes\\\"\"}");
    expect_retry(*state, (struct question){.folder = "scans", .rule = "r", .code = "too_large"},
        404,
        "{\"error\":\"no failed job has folder \\\"scans\\\" and rule \\\"r\\\" "
        "and code "
        "\\\"too_large\\\"\"}");
    expect_retry(*state, (struct question){.code = "cut_off"}, 200,
        "{\"retried\":0,\"left_out\":{\"cut_off\":1}}");
    for (int count = 1; count >= 0; count--) /* first only counted */
        expect_retry(*state, (struct question){.folder = "scans", .count = count}, 200,
            "{\"retried\":1,\"left_out\":{\"cut_off\":1,\"empty\":1}}");
    expect_retry(*state, (struct question){.kind = ASK_RETRY_ALL}, 200,
        "{\"retried\":0,\"left_out\":{\"cut_off\":1,\"empty\":1}}");
}

static void expect_forget(
    struct queue *queue, struct question question, int status, const char *wanted)
{
    question.kind = ASK_FORGET_ALL;
    expect_printed(queue, question, status, wanted);
}

static void forgets_many_or_says_how_many_it_would(void **state)
{
    struct queue *queue = *state;
    add_of_gone_folder(queue, "too_large"); /* can never be put away */
    const struct question all = {.state = -1}, counted = {.state = -1, .count = true};
    expect_forget(queue, (struct question){.state = -1, .folder = "nowhere"}, 404,
        "{\"error\":\"no waiting or failed job has folder \\\"nowhere\\\"\"}");
    expect_forget(queue, (struct question){.state = -1, .match = "x", .since_ms = 1}, 404,
        "{\"error\":\"no waiting or failed job, with \\\"x\\\" in its name, in "
        "this time\"}");
    const char *both = "{\"queued\":1,\"uploaded\":0,\"failed\":1,\"forgotten\":"
                       "2,\"left_out\":1}";
    expect_forget(queue, counted, 200, both);
    expect_forget(queue, counted, 200, both); /* nothing has changed */
    expect_forget(queue, (struct question){.state = JOB_FAILED, .count = true}, 200,
        "{\"queued\":0,\"uploaded\":0,\"failed\":1,\"forgotten\":1,"
        "\"left_out\":1}");
    expect_forget(queue, all, 200, both);
    expect_forget(queue, all, 200,
        "{\"queued\":0,\"uploaded\":0,\"failed\":0,\"forgotten\":0,"
        "\"left_out\":1}");
}

static void pauses_and_resumes(void **state)
{
    struct json *body = ask(*state, (struct question){.kind = ASK_PAUSE}, 200);
    assert_true(json_get_bool(body, "paused", false));
    assert_true(queue_is_paused(*state));
    json_free(body);
    body = ask(*state, (struct question){.kind = ASK_RESUME}, 200);
    assert_false(json_get_bool(body, "paused", true));
    assert_false(queue_is_paused(*state));
    json_free(body);
}

#define ON_QUEUE(test) cmocka_unit_test_setup_teardown(test, open_queue, close_queue)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was_asked),
        cmocka_unit_test(has_room_for_the_longest_folder),
        cmocka_unit_test(has_room_for_the_longest_names),
        cmocka_unit_test(asks_for_no_filings_of_what_is_no_hash),
        cmocka_unit_test(takes_no_name_that_would_mean_all),
        cmocka_unit_test(refuses_what_is_no_question),
        cmocka_unit_test(keeps_the_limit_within_a_page),
        cmocka_unit_test(tells_where_a_file_is),
        cmocka_unit_test(shows_a_filed_job),
        cmocka_unit_test(shows_a_job_of_which_little_is_known),
        cmocka_unit_test_setup_teardown(
            shows_no_half_a_job_when_memory_is_short, begin_to_fail, end_to_fail),
        cmocka_unit_test(tells_the_next_attempt_where_there_is_one),
        ON_QUEUE(tells_how_the_queue_is),
        ON_QUEUE(tells_why_a_file_is_not_put_away),
        ON_QUEUE(lists_jobs),
        ON_QUEUE(shows_what_waits_for_a_folder_that_is_gone),
        ON_QUEUE(keeps_the_reason_why_a_job_of_a_gone_folder_failed),
        ON_QUEUE(says_nothing_of_a_gone_folder_whose_files_are_all_filed),
        ON_QUEUE(shows_what_waits_for_a_rule_that_is_gone),
        ON_QUEUE(shows_a_job_with_its_history),
        ON_QUEUE(finds_the_job_of_a_file_or_the_last_of_its_name),
        ON_QUEUE(answers_changes),
        ON_QUEUE(tells_what_became_of_many),
        ON_QUEUE(forgets_many_or_says_how_many_it_would),
        ON_QUEUE(pauses_and_resumes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
